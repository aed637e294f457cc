# SPDX-License-Identifier: GPL-3.0-or-later
"""The body as a surface that hands lie on and arms keep clear of, measured as the character stands now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from .geometry import ATTRIBUTE, evaluated, group_weights, read_parts, write_part
from .loaded import Loaded
from .pose_axes import SIDES

#: Parts kept on the meshes: each arm from the shoulder joint on, from the elbow on, from the wrist on; head and hair.
UPPER, LOWER, HAND, HEAD = "{side}_whole_arm", "{side}_forearm", "{side}_whole_hand", "posed_head"
#: As many points of a forearm are enough to tell whether it is clear of the body.
SAMPLES = 600


@dataclass(frozen=True)
class Skin:
    """points: (N, 3) world space; faces: (M, 3) indices; parts: name -> (K,) indices of points."""

    points: np.ndarray
    faces: np.ndarray
    parts: dict[str, np.ndarray]

    def without(self, *names: str) -> BVHTree | None:
        """The surface without those parts, for casting rays; None when nothing is left."""
        hidden = np.zeros(len(self.points), dtype=bool)
        for name in names:
            hidden[self.parts.get(name, np.zeros(0, int))] = True
        kept = self.faces[~hidden[self.faces].any(axis=1)]
        if not len(kept):
            return None
        return BVHTree.FromPolygons(self.points.tolist(), kept.tolist(), all_triangles=True)

    def sample(self, name: str) -> np.ndarray:
        """Some points of a part, evenly picked: (K, 3)."""
        indices = self.parts.get(name, np.zeros(0, int))
        return self.points[indices[:: max(1, len(indices) // SAMPLES)]]


def mark_parts(loaded: Loaded) -> None:
    """Write the arms and the head on the meshes, once for each character."""
    if any(ATTRIBUTE + HEAD in mesh.data.attributes for mesh in loaded.meshes):
        return
    bones = {HEAD: _below(loaded, "head")}
    for side in SIDES:
        bones[UPPER.format(side=side)] = _below(loaded, f"{side}_upper_arm")
        bones[LOWER.format(side=side)] = _below(loaded, f"{side}_lower_arm")
        bones[HAND.format(side=side)] = _below(loaded, f"{side}_hand")
    for mesh in loaded.meshes:
        for part, names in bones.items():
            write_part(mesh, part, _share(mesh, names))


def _below(loaded: Loaded, role: str) -> set[str]:
    name = loaded.bones.get(role)
    if name is None or loaded.armature is None:
        return set()
    bone = loaded.armature.pose.bones[name]
    return {name, *(child.name for child in bone.children_recursive)}


def _share(mesh: bpy.types.Object, bones: set[str]) -> np.ndarray:
    if mesh.parent_type == "BONE":
        return np.full(len(mesh.data.vertices), float(mesh.parent_bone in bones), dtype=np.float32)
    return group_weights(mesh, bones.__contains__)


def skin_of(loaded: Loaded) -> Skin:
    """Evaluate the character and read its surface and parts."""
    rows = evaluated(loaded.meshes)
    faces, start = [], 0
    for _name, shown, points in rows:
        mesh = shown.data
        mesh.calc_loop_triangles()
        corners = np.empty(len(mesh.loop_triangles) * 3, dtype=np.int32)
        mesh.loop_triangles.foreach_get("vertices", corners)
        faces.append(corners.reshape(-1, 3) + start)
        start += len(points)
    names = [HEAD, *(part.format(side=side) for side in SIDES for part in (UPPER, LOWER, HAND))]
    return Skin(np.concatenate([row[2] for row in rows]), np.concatenate(faces), read_parts(rows, names))


def outermost(tree: BVHTree, axis: Vector, direction: Vector, far: float) -> tuple[Vector, Vector] | None:
    """Point and outward normal where a line from outside, towards `axis` along -direction, first meets the surface."""
    point, normal, _index, _distance = tree.ray_cast(axis + direction * far, -direction, far)
    if point is None:
        return None
    return point, normal if normal.dot(direction) > 0 else -normal


def depth(tree: BVHTree, points: Iterable[np.ndarray], outwards: Vector, within: float) -> float:
    """How far the deepest of some points must move along `outwards` to leave the body; 0 when all are outside.

    A point is inside where the body lies farther out in that direction. This needs no closed mesh and no trusted
    normals, which clothes and game models do not have. What lies farther than `within` is another part of the body.
    """
    hits = (tree.ray_cast(Vector(row.tolist()), outwards, within)[3] for row in points)
    return max((hit for hit in hits if hit is not None), default=0.0)


def gap(tree: BVHTree, points: Iterable[np.ndarray], within: float) -> float:
    """The distance from the nearest of some points to the body, at most `within`."""
    found = (tree.find_nearest(Vector(row.tolist()), within)[3] for row in points)
    return min((distance for distance in found if distance is not None), default=within)
