# SPDX-License-Identifier: GPL-3.0-or-later
"""The body as a surface that hands lie on and arms keep clear of, measured as the character stands now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from ..find.clusters import armature_of
from ..find.skin import carrier as carrying_bone
from ..find.skin import read_skin
from ..geometry import ATTRIBUTE, evaluated, read_parts, write_part
from ..loaded import Loaded
from .axes import SIDES
from .skeleton import Skeleton

#: Parts kept on the meshes: each arm from the shoulder joint on, from the elbow on, from the wrist on; head and hair.
UPPER, LOWER, HAND, HEAD = "{side}_whole_arm", "{side}_forearm", "{side}_whole_hand", "posed_head"
MARKED = "posed"
#: What a hand holds, where the hand itself is skin: no part of the body, and in nothing's way.
PROP = "posed_prop"
#: As many points of a forearm are enough to tell whether it is clear of the body.
SAMPLES = 600
#: Of a finer surface (hair) every second, third ... triangle will do.
MOST_FACES = 40_000


def mark_parts(loaded: Loaded, skeleton: Skeleton) -> None:
    """Write the arms and the head on the meshes, once for each character."""
    if any(ATTRIBUTE + MARKED in mesh.data.attributes for mesh in loaded.meshes):
        return
    bones = {HEAD: "head"}
    for side in SIDES:
        bones |= {UPPER.format(side=side): f"{side}_upper_arm", LOWER.format(side=side): f"{side}_lower_arm"}
        bones[HAND.format(side=side)] = f"{side}_hand"
    families = {part: skeleton.family(skeleton.roles[role]) for part, role in bones.items() if role in skeleton.roles}
    held = [mesh for mesh in loaded.meshes if carrying_bone(mesh)]
    worn = [mesh for mesh in loaded.meshes if mesh not in held]
    skinned: set[str] = set()
    for mesh in [*worn, *held]:
        write_part(mesh, MARKED, np.zeros(len(mesh.data.vertices), np.float32))
        skin = read_skin(mesh, armature_of(mesh) or loaded.armature)
        for part, names in families.items():
            shares = skin.share(names)
            if not shares.any():
                continue
            if mesh in held and part in skinned:
                part = PROP  # noqa: PLW2901
            elif mesh in worn:
                skinned.add(part)
            write_part(mesh, part, shares)


@dataclass(frozen=True)
class Region:
    """The part of space that matters to one arm."""

    centre: Vector
    radius: float


def body_tree(loaded: Loaded, hidden: Iterable[str], region: Region) -> BVHTree | None:
    """The body's surface within a region, without some parts, for casting rays; None when nothing is left there."""
    hidden = list(hidden)
    points, faces, start = [], [], 0
    for row in evaluated(loaded.meshes):
        corners, triangles = _visible(row, hidden, region)
        points.append(corners)
        faces.append(triangles + start)
        start += len(corners)
    if not start:
        return None
    kept = np.concatenate(faces)
    kept = kept[:: 1 + len(kept) // MOST_FACES]
    return BVHTree.FromPolygons(np.concatenate(points).tolist(), kept.tolist(), all_triangles=True)


def _visible(
    row: tuple[str, bpy.types.Object, np.ndarray], hidden: list[str], region: Region
) -> tuple[np.ndarray, np.ndarray]:
    """(points, triangles) of one mesh that lie in the region and in no hidden part."""
    _name, shown, points = row
    shows = np.linalg.norm(points - np.array(region.centre), axis=1) < region.radius
    for indices in read_parts([row], hidden).values():
        shows[indices] = False
    if not shows.any():
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)
    shown.data.calc_loop_triangles()
    corners = np.empty(len(shown.data.loop_triangles) * 3, dtype=np.int32)
    shown.data.loop_triangles.foreach_get("vertices", corners)
    triangles = corners.reshape(-1, 3)
    triangles = triangles[shows[triangles].all(axis=1)]
    used, renumbered = np.unique(triangles, return_inverse=True)
    return points[used], renumbered.reshape(-1, 3)


def part_points(loaded: Loaded, part: str) -> np.ndarray:
    """Some points of a part, evenly picked, where they are now: (K, 3)."""
    marked = [mesh for mesh in loaded.meshes if ATTRIBUTE + part in mesh.data.attributes]
    rows = evaluated(marked)
    indices = read_parts(rows, [part]).get(part)
    if indices is None:
        return np.zeros((0, 3))
    points = np.concatenate([row[2] for row in rows])
    return points[indices[:: max(1, len(indices) // SAMPLES)]].astype(np.float64)


def outermost(tree: BVHTree, axis: Vector, direction: Vector, far: float) -> Vector | None:
    """Where a line from `far` outside, towards `axis` along -direction, first meets the surface."""
    return tree.ray_cast(axis + direction * far, -direction, far)[0]


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
