# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a name of a mesh, material, group or bone means an eyeball, in several languages. No bpy."""

from __future__ import annotations

import re

EYE = re.compile(r"eye|iris|sclera|cornea|pupil|目|瞳|眼|눈|глаз|auge|ojo(?![a-z])|œil|(?<![a-z])oeil")
NOT_EYE = re.compile(
    r"brow|lash|lid|glass|occl|shadow|blend|stem|line|extra|wet|tear|highlight|"
    r"眉|睫|瞼|眼鏡|眼镜|бров|ресниц|века|очки|braue|wimper|ctrl|control|target|look|aim"
)


def is_eye(name: str) -> bool:
    """Whether a name means an eyeball and not what lies around it."""
    text = name.lower()
    return bool(EYE.search(text)) and not NOT_EYE.search(text)
