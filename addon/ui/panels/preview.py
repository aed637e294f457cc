# SPDX-License-Identifier: GPL-3.0-or-later
"""A contact sheet before anything is rendered."""

CLASSES: tuple[type, ...] = ()
