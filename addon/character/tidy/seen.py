# SPDX-License-Identifier: GPL-3.0-or-later
"""What a photograph sees of materials: which it looks through (corneas, tears, glasses), which have pictures."""

from __future__ import annotations

import re

import bpy
import numpy as np

#: By name; what these lie over shows through them.
CLEAR = re.compile(
    r"occlu|tear|cornea|wet|glass|lens|eye_?(?:shell|shadow|moisture|reflection)|highlight|invisible", re.IGNORECASE
)


def see_through(shown: bpy.types.Object) -> np.ndarray:
    """(slots or 1,) True where the material is clear, by its name, the mesh's name or a zero alpha."""
    rows = [_clear(material) for material in shown.data.materials] or [False]
    return np.array(rows) | bool(CLEAR.search(shown.name))


def pictured(shown: bpy.types.Object) -> np.ndarray:
    """(slots or 1,) True where the material has a picture painted on it: what slides there shows other colours."""
    return np.array([_pictured(material) for material in shown.data.materials] or [False])


def _pictured(material: bpy.types.Material | None) -> bool:
    nodes = material.node_tree.nodes if material is not None and material.node_tree else ()
    return any(node.type == "TEX_IMAGE" and node.image is not None and node.image.size[0] > 1 for node in nodes)


def _clear(material: bpy.types.Material | None) -> bool:
    if material is None:
        return False
    if CLEAR.search(material.name):
        return True
    nodes = material.node_tree.nodes if material.node_tree else ()
    for node in nodes:
        if node.type == "BSDF_PRINCIPLED":
            alpha = node.inputs["Alpha"]
            return not alpha.is_linked and alpha.default_value < 0.05
    return False
