# SPDX-License-Identifier: GPL-3.0-or-later
"""Clothes and hair on armatures of their own, with the figure's bone names: they take the figure's pose."""

from __future__ import annotations

import bpy
from mathutils import Matrix

from ..loaded import Loaded
from .skeleton import Skeleton

#: An armature is a copy of the figure's when so many of its bones have a name there.
SHARED = 0.5


def copies(loaded: Loaded) -> list[bpy.types.Object]:
    """Other armatures that deform or carry the character's meshes with the same bones."""
    names = set(loaded.armature.pose.bones.keys())
    found: list[bpy.types.Object] = []
    for mesh in loaded.meshes:
        for other in [*(getattr(modifier, "object", None) for modifier in mesh.modifiers), mesh.parent]:
            if other is None or other.type != "ARMATURE" or other == loaded.armature or other in found:
                continue
            own = set(other.data.bones.keys())
            if other.pose is not None and len(own & names) >= SHARED * len(own):
                found.append(other)
    return found


def follow(loaded: Loaded, skeleton: Skeleton) -> None:
    """Write the pose: bones with carriers of their own, then the copies. What a copy has more keeps to its parent."""
    skeleton.apply()
    for copy in copies(loaded):
        to_world = copy.matrix_world
        known: dict[str, Matrix] = {}
        for bone in sorted(copy.pose.bones, key=lambda row: len(row.parent_recursive)):
            above: dict[str, Matrix] = {}
            if bone.parent is not None:
                above = {"parent_matrix": known[bone.parent.name], "parent_matrix_local": bone.parent.bone.matrix_local}
            lying = bone.bone.matrix_local
            if bone.name in loaded.armature.pose.bones:
                moved = skeleton.matrix(bone.name) @ skeleton.lying(bone.name).inverted_safe()
                wanted = to_world.inverted_safe() @ moved @ to_world @ lying
                bone.matrix_basis = bone.bone.convert_local_to_pose(wanted, lying, invert=True, **above)
            known[bone.name] = bone.bone.convert_local_to_pose(bone.matrix_basis, lying, **above)
