# SPDX-License-Identifier: GPL-3.0-or-later
"""The character as it stands now: evaluated vertices, their parts, and key points that follow pose and face."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np

from .anchors import PARTS
from .geometry import evaluated, read_parts
from .loaded import Body, Loaded

#: Key points that are joints: name -> role whose bone's head it is.
JOINTS = {
    f"{side}_{point}": f"{side}_{role}"
    for side in ("left", "right")
    for point, role in (
        ("shoulder", "upper_arm"),
        ("elbow", "lower_arm"),
        ("wrist", "hand"),
        ("hip", "upper_leg"),
        ("knee", "lower_leg"),
        ("ankle", "foot"),
    )
} | {"neck": "neck"}


def measure(loaded: Loaded) -> Body:
    """Measure the evaluated character in world space. Fast enough to be called once a take."""
    rows = evaluated(loaded.meshes)
    points = [row[2] for row in rows]
    vertices = np.concatenate(points) if points else np.zeros((0, 3), np.float32)
    bones = bone_matrices(loaded.armature, {*loaded.bones.values(), *(a.bone for a in loaded.anchors.values())})
    places = {
        name: _tuple(bones[loaded.bones[role]][:3, 3])
        for name, role in JOINTS.items()
        if loaded.bones.get(role) in bones
    }
    for name, anchor in loaded.anchors.items():
        places[name] = _tuple(anchor.place(bones.get(anchor.bone), vertices))
    return Body(vertices, read_parts(rows, PARTS), places)


def bone_matrices(armature: bpy.types.Object | None, names: Iterable[str]) -> dict[str, np.ndarray]:
    """bone name -> (4, 4) evaluated pose matrix in world space."""
    if armature is None:
        return {}
    shown = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    world = np.array(shown.matrix_world)
    return {name: world @ np.array(shown.pose.bones[name].matrix) for name in names if name in shown.pose.bones}


def _tuple(point: np.ndarray) -> tuple[float, float, float]:
    return (float(point[0]), float(point[1]), float(point[2]))
