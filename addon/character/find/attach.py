# SPDX-License-Identifier: GPL-3.0-or-later
"""Make all parts of a character follow its main armature: copies of it, rigs of hair, loose glasses and hats."""

from __future__ import annotations

import bpy
import numpy as np

from .clusters import Cluster
from .skin import Skin, read_skin, rest_points

#: Rest places of equally named bones may differ by this share of the character's height.
NEAR = 0.03
#: So many points of a loose part look for the nearest skin.
PROBES, SURFACE = 60, 4000


def attach(cluster: Cluster) -> None:
    """Tie everything that the main armature does not move yet to it, in place; nothing moves by this."""
    armature = cluster.armature
    if armature is None or not (cluster.further or cluster.loose):
        return
    bpy.context.view_layer.update()
    for other in cluster.further:
        meshes = [mesh for mesh in cluster.meshes if _moved_by(mesh, other)]
        if all(_copied(mesh, other, armature, cluster.height) for mesh in meshes):
            for mesh in meshes:
                _hand_over(mesh, other, armature)
    left = [other for other in cluster.further if any(_moved_by(mesh, other) for mesh in cluster.meshes)]
    parts = [*left, *cluster.loose]
    if not parts:
        return
    skin = _skin_points(cluster, armature, left)
    for part in parts:
        if part.parent is None or part in cluster.loose:
            points = rest_points(part) if part.type == "MESH" else _points_of(cluster, part)
            bone = _nearest(points, *skin)
            if bone:
                _hang(part, armature, bone)


def _moved_by(mesh: bpy.types.Object, armature: bpy.types.Object) -> bool:
    return any(modifier.type == "ARMATURE" and modifier.object == armature for modifier in mesh.modifiers)


def _copied(mesh: bpy.types.Object, other: bpy.types.Object, armature: bpy.types.Object, height: float) -> bool:
    """Whether the main armature has every bone that moves the mesh, in the same place."""
    names = {group.name for group in mesh.vertex_groups} & set(other.data.bones.keys())
    if not names or not names <= set(armature.data.bones.keys()):
        return False
    steps = [
        other.matrix_world @ other.data.bones[name].head_local
        - armature.matrix_world @ armature.data.bones[name].head_local
        for name in names
    ]
    return max(step.length for step in steps) < NEAR * height


def _hand_over(mesh: bpy.types.Object, other: bpy.types.Object, armature: bpy.types.Object) -> None:
    for modifier in mesh.modifiers:
        if modifier.type == "ARMATURE" and modifier.object == other:
            modifier.object = armature


def _skin_points(
    cluster: Cluster, armature: bpy.types.Object, left: list[bpy.types.Object]
) -> tuple[np.ndarray, list[str]]:
    """Points of the skin that the main armature moves, and the bone of each."""
    points, bones = [np.zeros((0, 3))], []
    own = [mesh for mesh in cluster.meshes if mesh not in cluster.loose and not any(_moved_by(mesh, o) for o in left)]
    for mesh in own:
        skin: Skin = read_skin(mesh, armature)
        best = skin.strongest()
        used = np.flatnonzero(best >= 0)[:: max(1, len(best) // SURFACE)]
        points.append(rest_points(mesh)[used])
        bones += [skin.names[best[row]] for row in used]
    return np.concatenate(points), bones


def _points_of(cluster: Cluster, armature: bpy.types.Object) -> np.ndarray:
    return np.concatenate([rest_points(mesh) for mesh in cluster.meshes if _moved_by(mesh, armature)])


def _nearest(points: np.ndarray, skin: np.ndarray, bones: list[str]) -> str:
    """The bone of most of the nearest skin."""
    if not len(points) or not len(skin):
        return ""
    votes: dict[str, int] = {}
    for probe in points[:: max(1, len(points) // PROBES)]:
        bone = bones[int(np.argmin(np.square(skin - probe).sum(axis=1)))]
        votes[bone] = votes.get(bone, 0) + 1
    return max(votes, key=lambda bone: (votes[bone], bone))


def _hang(part: bpy.types.Object, armature: bpy.types.Object, bone: str) -> None:
    """Make a part a child of a bone without moving it."""
    place = part.matrix_world.copy()
    part.parent, part.parent_type, part.parent_bone = armature, "BONE", bone
    bpy.context.view_layer.update()
    part.matrix_world = place
    bpy.context.view_layer.update()
