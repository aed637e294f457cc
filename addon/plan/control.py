# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures: what a ControlNet needs to make a picture anew in another medium. A preset says which it wants."""

from __future__ import annotations

#: Kind -> whether it is rendered with the take (others are drawn from the truth, or are there anyway).
RENDERED_KINDS = {"mask": False, "depth": True, "normal": True, "pose": False}
KINDS = tuple(RENDERED_KINDS)
#: What a preset has that says nothing: the figure's points cost nothing and help whoever restyles renders.
DEFAULT = ("pose",)
#: The folder below raw_generated and below final_dataset.
FOLDER = "control"
