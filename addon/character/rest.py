# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a rig to rest: nothing animates, drives or constrains it any more, and every bone lies as in the file."""

from __future__ import annotations

import json
from collections.abc import Iterable

import bpy
from mathutils import Matrix

#: Where the armature keeps what an expression has changed of the pose, so that it can be taken back exactly.
MEMORY = "modelsheet_pose"
#: Where it keeps how the pose has left bones that follow others than their parents.
POSED = "modelsheet_posed"
CHANNELS = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle", "scale")


def rest(armature: bpy.types.Object) -> None:
    """Clear the pose of an armature and silence all that would move it again at the next frame."""
    armature.data.pose_position = "POSE"
    armature.pop(MEMORY, None)
    armature.pop(POSED, None)
    still(armature)
    still(armature.data)
    for bone in armature.pose.bones:
        for constraint in bone.constraints:
            constraint.mute = True
        bone.matrix_basis = Matrix.Identity(4)


def stiffen(armature: bpy.types.Object) -> None:
    """Make bendy bones plain ones: what bends them lies elsewhere than where a pose puts them."""
    for bone in armature.data.bones:
        bone.bbone_segments = min(bone.bbone_segments, 1)


def still(owner: bpy.types.ID) -> None:
    """Take away a data-block's action and mute its strips and drivers."""
    data = owner.animation_data
    if data is None:
        return
    data.action = None
    for track in data.nla_tracks:
        track.mute = True
    for curve in data.drivers:
        curve.mute = True


def remember(armature: bpy.types.Object, names: Iterable[str]) -> None:
    """Keep the channels of some bones until `recall`."""
    armature[MEMORY] = json.dumps(_channels(armature, names))


def recall(armature: bpy.types.Object) -> None:
    """Give remembered bones their channels back, to the bit."""
    _give_back(armature, json.loads(armature.pop(MEMORY, "{}")))


def keep_posed(armature: bpy.types.Object, names: Iterable[str]) -> None:
    """Keep the channels of bones that the pose moves although they are none of its own, until the next `rest`."""
    armature[POSED] = json.dumps(_channels(armature, names))


def as_posed(armature: bpy.types.Object, names: Iterable[str]) -> None:
    """Put bones back to where the last pose left them: to rest, but for those that `keep_posed` knows."""
    kept = json.loads(armature.get(POSED, "{}"))
    for name in names:
        if name not in kept:
            armature.pose.bones[name].matrix_basis = Matrix.Identity(4)
    _give_back(armature, {name: kept[name] for name in names if name in kept})


def _channels(armature: bpy.types.Object, names: Iterable[str]) -> dict[str, dict[str, list[float]]]:
    bones = armature.pose.bones
    return {name: {channel: list(getattr(bones[name], channel)) for channel in CHANNELS} for name in names}


def _give_back(armature: bpy.types.Object, rows: dict[str, dict[str, list[float]]]) -> None:
    for name, channels in rows.items():
        for channel, values in channels.items():
            setattr(armature.pose.bones[name], channel, values)
