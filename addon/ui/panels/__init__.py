# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar tab, one file a panel, each with its classes; PANELS is the order in which they stand in the sidebar."""

from . import captions, character, job, light, main, package, preview, rehearsal, shots

PANELS = (main, character, shots, preview, rehearsal, job, captions, light, package)
CLASSES = tuple(kind for panel in PANELS for kind in panel.CLASSES)
