# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints and hands that a flat list of bones does not show (Second Life's volumes): they are read from the skin.

A bone there lies in the middle of the limb that it moves, so that a limb turned about it would come off its body. The
joint is where the skin of one bone goes over into that of the next.
"""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from ..find.clusters import armature_of
from ..find.skin import Skin, read_skin
from ..geometry import coordinates
from ..loaded import Loaded
from .axes import SIDES
from .fingers import gather_fingers
from .skeleton import Skeleton

#: Skin belongs to two bones where each has at least this share of it, on so many vertices.
SHARED, ENOUGH = 0.12, 4
#: A bone begins at its joint when the two are no farther apart than this share of the way to the next joint.
NEAR = 0.25
LIMBS = tuple(
    (f"{side}_{one}", f"{side}_{other}")
    for side in SIDES
    for one, other in (
        ("upper_arm", "lower_arm"),
        ("lower_arm", "hand"),
        ("upper_leg", "lower_leg"),
        ("lower_leg", "foot"),
    )
)


def find_hands(skeleton: Skeleton) -> None:
    """Give a role to a hand that names don't tell (what hangs on the forearm and carries the fingers), and its fingers
    to a hand that has not all of them."""
    for side in SIDES:
        lower, hand = skeleton.roles.get(f"{side}_lower_arm"), f"{side}_hand"
        if lower is not None and hand in skeleton.roles:
            gather_fingers(skeleton, lower, skeleton.roles[hand])
        if lower is None or hand in skeleton.roles:
            continue
        rows = [(len(skeleton.family(name) & skeleton.live), name) for name in skeleton.children(lower)]
        forked = [row for row in rows if len(skeleton.children(row[1])) > 1]
        if forked:
            skeleton.roles[hand] = max(forked)[1]


def find_joints(loaded: Loaded, skeleton: Skeleton) -> None:
    """Move the joints of limbs that have no parents in the rig to where the skin bends; the armature is at rest."""
    bones = loaded.armature.pose.bones
    loose = [role for pair in LIMBS for role in pair if role in skeleton.roles]
    loose = [role for role in dict.fromkeys(loose) if bones[skeleton.roles[role]].parent is None]
    if not loose:
        return
    skins = [(_points(mesh), read_skin(mesh, armature_of(mesh) or loaded.armature)) for mesh in loaded.meshes]
    for role in loose:
        name = skeleton.roles[role]
        carrier = skeleton.carrier(name)
        joint = _seam(skins, name, carrier) if carrier is not None else None
        ends = [skeleton.roles[end] for start, end in LIMBS if start == role and end in skeleton.roles]
        if joint is None or not ends:
            continue
        head = skeleton.head(name)
        if (joint - head).length > NEAR * (skeleton.head(ends[0]) - head).length:
            skeleton.set_joint(name, joint)


def _points(mesh: bpy.types.Object) -> np.ndarray:
    turn = np.array(mesh.matrix_world)
    return coordinates(mesh.data.vertices) @ turn[:3, :3].T + turn[:3, 3]


def _seam(skins: list[tuple[np.ndarray, Skin]], one: str, other: str) -> Vector | None:
    """The middle of the skin that two bones share."""
    spots = []
    for points, skin in skins:
        shared = np.minimum(skin.share({one}), skin.share({other})) > SHARED
        spots.append(points[shared])
    found = np.concatenate(spots) if spots else np.zeros((0, 3))
    return Vector(found.mean(axis=0).tolist()) if len(found) >= ENOUGH else None
