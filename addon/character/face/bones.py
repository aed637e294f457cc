# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that move by bones, and heads that can only nod: both on top of the pose, both undone exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import bpy
from mathutils import Quaternion, Vector

from ..loaded import Loaded
from ..names.face_names import face_bones_named
from ..pose.axes import SIDES, Axes, axes_of
from ..pose.copies import follow
from ..pose.rig import skeleton_of
from ..pose.skeleton import Skeleton
from ..rest import CHANNELS, MEMORY, as_posed, recall, remember
from .recipe import BoneRow

#: Face-bone roles; none of them is touched by a pose.
FACE = ("jaw", "nose", "brow", "lid", "lip", "cheek", "mouth_corner")
#: The neck takes this share of a head's nod.
NECK_SHARE = 0.35


def face_bones(loaded: Loaded) -> dict[str, str]:
    """Role -> bone for the face alone: those known from the body's scheme, and those that any face scheme names."""
    if loaded.armature is None:
        return {}
    known = {role: bone for role, bone in loaded.bones.items() if role.endswith(FACE)}
    body = set(loaded.bones.values())
    named = _named(tuple(bone.name for bone in loaded.armature.pose.bones))
    return {role: bone for role, bone in named.items() if bone not in body} | known


@lru_cache(maxsize=8)
def _named(names: tuple[str, ...]) -> dict[str, str]:
    return {role: bone for role, bone in face_bones_named(names).items() if role.endswith(FACE)}


def eye_bones(loaded: Loaded) -> tuple[str, str] | None:
    """Left and right eye bone; None unless there are both, for a gaze is never made by one eye."""
    if loaded.armature is None:
        return None
    pair = loaded.bones.get("left_eye"), loaded.bones.get("right_eye")
    return (pair[0], pair[1]) if pair[0] and pair[1] and pair[0] != pair[1] else None


def clear_bones(loaded: Loaded) -> None:
    """Put the face's bones and the eyes to rest and take back what an expression added to the pose."""
    if loaded.armature is None:
        return
    recall(loaded.armature)
    as_posed(loaded.armature, [*face_bones(loaded).values(), *(eye_bones(loaded) or ())])


@contextmanager
def held(armature: bpy.types.Object) -> Iterator[None]:
    """With whatever happens to the pose undone afterwards, to the bit."""
    memory = armature.get(MEMORY)
    before = {bone: [tuple(getattr(bone, channel)) for channel in CHANNELS] for bone in armature.pose.bones}
    try:
        yield
    finally:
        for bone, values in before.items():
            for channel, value in zip(CHANNELS, values, strict=True):
                setattr(bone, channel, value)
        armature.pop(MEMORY, None)
        if memory is not None:
            armature[MEMORY] = memory


def move_gaze(loaded: Loaded, degrees: float) -> dict[str, float]:
    """Turn both eyes down by degrees (up where negative), about the head's own left: no rig's roll matters."""
    pair = eye_bones(loaded)
    if pair is None:
        return {}
    skeleton = Skeleton(loaded.armature)
    turn = Quaternion(_head_axes(loaded, skeleton).left, math.radians(degrees))
    for name in pair:
        skeleton.turn(name, turn)
    return {"gaze_down": degrees}


def move_face(loaded: Loaded, rows: Iterable[BoneRow]) -> dict[str, float]:
    """Shift and turn face bones in the head's own axes, however the pose has turned it; returns the weights made."""
    skeleton = Skeleton(loaded.armature)
    axes = _head_axes(loaded, skeleton)
    size = loaded.facts.head.height
    bones = face_bones(loaded)
    made: dict[str, float] = {}
    moved: dict[str, Vector] = {}
    for row in rows:
        name = bones[row.role]
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
    skeleton = skeleton_of(loaded)
    axes = _head_axes(loaded, skeleton)
    neck = loaded.bones.get("neck")
    shares = ((neck, NECK_SHARE), (loaded.bones["head"], 1.0 - NECK_SHARE if neck else 1.0))
    shoulders = [bone for side in SIDES if (bone := loaded.bones.get(f"{side}_shoulder"))]
    arms = [bone for side in SIDES if (bone := loaded.bones.get(f"{side}_upper_arm"))]
    remember(loaded.armature, [bone for bone, _share in shares if bone] + shoulders + arms + skeleton.followers)
    for bone, share in shares:
        if bone:
            nod = {"turn": row.get("turn", 0.0), "nod": row.get("pitch", 0.0), "tilt": row.get("roll", 0.0)}
            skeleton.turn(bone, axes.rotation(**{kind: value * share for kind, value in nod.items()}))
    if row.get("shoulders"):
        _raise_shoulders(loaded, skeleton, axes_of(loaded.facts), row["shoulders"])
    follow(loaded, skeleton)
    return {f"head_{kind}": float(value) for kind, value in row.items() if kind != "gaze"}


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
