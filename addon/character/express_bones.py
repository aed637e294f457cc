# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that move by bones, and heads that can only nod: both on top of the pose, both undone exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from mathutils import Matrix, Quaternion, Vector

from .express_recipe import BoneRow
from .loaded import Loaded
from .pose_axes import SIDES, Axes, axes_of
from .pose_rest import recall, remember
from .pose_skeleton import Skeleton

#: Face-bone roles; none of them is touched by a pose.
FACE = ("jaw", "nose", "brow", "lid", "lip", "cheek", "mouth_corner")
#: The neck takes this share of a head's nod.
NECK_SHARE = 0.35


def face_bones(loaded: Loaded) -> dict[str, str]:
    """Role -> bone for the face alone."""
    return {role: bone for role, bone in loaded.bones.items() if role.endswith(FACE)}


def clear_bones(loaded: Loaded) -> None:
    """Put the face's bones to rest and take back what an expression added to the pose."""
    if loaded.armature is None:
        return
    recall(loaded.armature)
    for name in face_bones(loaded).values():
        loaded.armature.pose.bones[name].matrix_basis = Matrix.Identity(4)


def move_face(loaded: Loaded, rows: Iterable[BoneRow]) -> dict[str, float]:
    """Shift and turn face bones in the head's own axes, however the pose has turned it; returns the weights made."""
    skeleton = Skeleton(loaded.armature)
    axes = _head_axes(loaded, skeleton)
    size = loaded.facts.head.height
    made: dict[str, float] = {}
    moved: dict[str, Vector] = {}
    for row in rows:
        name = loaded.bones[row.role]
        side = "right" if row.role.startswith("right_") else "left"
        if row.open:
            skeleton.turn(name, Quaternion(axes.left, math.radians(row.open)))
        offset = axes.vector([row.out, row.up, row.forward], side) * size
        skeleton.move(name, offset - _carried(loaded, name, moved))
        moved[name] = offset
        made |= {
            f"{row.role}_{way}": getattr(row, way) for way in ("out", "up", "forward", "open") if getattr(row, way)
        }
    return made


def _carried(loaded: Loaded, name: str, moved: dict[str, Vector]) -> Vector:
    """How far the nearest moved bone above has already taken this one (an outer brow may hang on the inner)."""
    for parent in loaded.armature.pose.bones[name].parent_recursive:
        if parent.name in moved:
            return moved[parent.name]
    return Vector()


def move_head(loaded: Loaded, row: dict[str, Any]) -> dict[str, float]:
    """Nod, turn and tilt the head and raise the shoulders, on top of the pose; returns the weights made."""
    skeleton = Skeleton(loaded.armature)
    axes = _head_axes(loaded, skeleton)
    neck = loaded.bones.get("neck")
    shares = ((neck, NECK_SHARE), (loaded.bones["head"], 1.0 - NECK_SHARE if neck else 1.0))
    shoulders = [bone for side in SIDES if (bone := loaded.bones.get(f"{side}_shoulder"))]
    arms = [bone for side in SIDES if (bone := loaded.bones.get(f"{side}_upper_arm"))]
    remember(loaded.armature, [bone for bone, _share in shares if bone] + shoulders + arms)
    for bone, share in shares:
        if bone:
            nod = {"turn": row.get("turn", 0.0), "nod": row.get("pitch", 0.0), "tilt": row.get("roll", 0.0)}
            skeleton.turn(bone, axes.rotation(**{kind: value * share for kind, value in nod.items()}))
    if row.get("shoulders"):
        _raise_shoulders(loaded, skeleton, axes_of(loaded.facts), row["shoulders"])
    return {f"head_{kind}": float(value) for kind, value in row.items()}


def _raise_shoulders(loaded: Loaded, skeleton: Skeleton, axes: Axes, height: float) -> None:
    """Turn the collar bones until the shoulder joints rise by `height` head heights; the arms keep their direction."""
    for side, sign in SIDES.items():
        collar, arm = loaded.bones.get(f"{side}_shoulder"), loaded.bones.get(f"{side}_upper_arm")
        if not collar or not arm or not skeleton.descends(arm, collar):
            continue
        length = (skeleton.head(arm) - skeleton.head(collar)).length
        angle = math.asin(max(-0.5, min(0.5, height * loaded.facts.head.height / max(length, 1e-9))))
        lift = Quaternion(axes.forward, angle * sign)
        skeleton.turn(collar, lift)
        skeleton.turn(arm, lift.inverted())


def _head_axes(loaded: Loaded, skeleton: Skeleton) -> Axes:
    """The character's axes as its head carries them now."""
    axes = axes_of(loaded.facts)
    name = loaded.bones.get("head")
    if name is None:
        return axes
    lying = loaded.armature.matrix_world @ loaded.armature.pose.bones[name].bone.matrix_local
    carried = skeleton.matrix(name).to_quaternion() @ lying.to_quaternion().inverted()
    return Axes(carried @ axes.left, carried @ axes.up, carried @ axes.forward)
