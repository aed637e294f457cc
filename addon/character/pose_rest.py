# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a rig to rest: nothing animates, drives or constrains it any more, and every bone lies as in the file."""

from __future__ import annotations

import bpy
from mathutils import Matrix


def rest(armature: bpy.types.Object) -> None:
    """Clear the pose of an armature and silence all that would move it again at the next frame."""
    armature.data.pose_position = "POSE"
    still(armature)
    still(armature.data)
    for bone in armature.pose.bones:
        for constraint in bone.constraints:
            constraint.mute = True
        bone.matrix_basis = Matrix.Identity(4)


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
