# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics in world space: turn and move pose bones without knowing a rig's conventions.

Bone axes, rolls, the armature's scale and rotation and its rest pose all cancel out, because every change is made to
the bone's world matrix. Nothing is evaluated in between, so a whole pose costs one update of the scene.
"""

from __future__ import annotations

import math

import bpy
from mathutils import Matrix, Quaternion, Vector


class Skeleton:
    """The pose bones of one armature as they stand, in world space."""

    def __init__(self, armature: bpy.types.Object) -> None:
        self._bones = armature.pose.bones
        self._to_world = armature.matrix_world.copy()
        self._from_world = self._to_world.inverted()
        self._known: dict[str, Matrix] = {}

    def matrix(self, name: str) -> Matrix:
        """The bone's matrix in world space."""
        return self._to_world @ self._pose(name)

    def head(self, name: str) -> Vector:
        """Where the bone begins, in world space."""
        return self.matrix(name).to_translation()

    def to_local(self, name: str, direction: Vector) -> Vector:
        """A world direction in the bone's own axes."""
        return self.matrix(name).to_3x3().inverted() @ direction

    def to_world(self, name: str, direction: Vector) -> Vector:
        """The inverse of to_local, as a unit vector."""
        return (self.matrix(name).to_3x3() @ direction).normalized()

    def turn(self, name: str, rotation: Quaternion, pivot: Vector | None = None) -> None:
        """Rotate the bone, and all that hangs on it, about its own head (or `pivot`) by a world-space rotation."""
        head = self.head(name) if pivot is None else pivot
        turned = Matrix.Translation(head) @ rotation.to_matrix().to_4x4() @ Matrix.Translation(-head)
        self._set(name, turned @ self.matrix(name))

    def move(self, name: str, offset: Vector) -> None:
        """Shift the bone by a world vector; a bone connected to its parent stays (Blender ignores its location)."""
        self._set(name, Matrix.Translation(offset) @ self.matrix(name))

    def descends(self, name: str, ancestor: str) -> bool:
        """Whether `name` hangs on `ancestor`."""
        return any(parent.name == ancestor for parent in self._bones[name].parent_recursive)

    def children(self, name: str) -> list[str]:
        """The bones that hang directly on this one, in the order of the armature."""
        return [bone.name for bone in self._bones if bone.parent is not None and bone.parent.name == name]

    def _pose(self, name: str) -> Matrix:
        found = self._known.get(name)
        if found is None:
            bone = self._bones[name]
            found = bone.bone.convert_local_to_pose(bone.matrix_basis, bone.bone.matrix_local, **self._parent(bone))
            self._known[name] = found
        return found

    def _parent(self, bone: bpy.types.PoseBone) -> dict[str, Matrix]:
        if bone.parent is None:
            return {}
        return {"parent_matrix": self._pose(bone.parent.name), "parent_matrix_local": bone.parent.bone.matrix_local}

    def _set(self, name: str, world: Matrix) -> None:
        bone = self._bones[name]
        wanted = self._from_world @ world
        bone.matrix_basis = bone.bone.convert_local_to_pose(
            wanted, bone.bone.matrix_local, invert=True, **self._parent(bone)
        )
        self._known.clear()


def frame(along: Vector, across: Vector) -> Matrix:
    """A right-handed rotation matrix whose first axis is `along` and whose third is `across` made orthogonal to it."""
    first = along.normalized()
    third = across - first * across.dot(first)
    third = third.normalized() if third.length > 1e-6 else first.orthogonal().normalized()
    return Matrix((first, third.cross(first), third)).transposed()


def between(now: Matrix, wanted: Matrix) -> Quaternion:
    """The rotation that takes one frame to another."""
    return (wanted @ now.transposed()).to_quaternion()


def twist_about(rotation: Quaternion, axis: Vector) -> float:
    """The part of a rotation that is about `axis`, in radians from -pi to pi (swing-twist decomposition)."""
    angle = 2.0 * math.atan2(Vector((rotation.x, rotation.y, rotation.z)).dot(axis), rotation.w)
    return (angle + math.pi) % (2.0 * math.pi) - math.pi
