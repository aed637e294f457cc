# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies over a face: hair, hats and glasses, by the names of meshes and materials."""

from __future__ import annotations

import re

import bpy
import numpy as np

COVER = re.compile(r"hair|wig|beard|(?<![a-z])(?:hat|cap)|helm|hood|glass|lash|brow", re.IGNORECASE)


def _covering(material: str) -> bool:
    """Hair is often the one material with opacity."""
    return bool(COVER.search(material)) or "opacity" in material.lower()


def covers(name: str, mesh: bpy.types.Mesh) -> np.ndarray:
    """(n,) True for the vertices of hair, hats and glasses, by the names of mesh and materials: they hide a face."""
    hidden = np.full(len(mesh.vertices), bool(COVER.search(name)))
    slots = [index for index, material in enumerate(mesh.materials) if material and _covering(material.name)]
    if slots and not hidden.all():
        used = {vertex for face in mesh.polygons if face.material_index in slots for vertex in face.vertices}
        hidden[sorted(used)] = True
    return hidden
