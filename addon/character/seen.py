# SPDX-License-Identifier: GPL-3.0-or-later
"""Which materials of a mesh a photograph looks through: corneas, tear lines, shadows over eyes, glasses."""

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
