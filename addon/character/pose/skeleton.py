# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics in world space: turn and move pose bones without knowing a rig's conventions.

Bone axes, rolls, the armature's scale and rotation and its rest pose all cancel out, because every change is made to
the bone's world matrix. Nothing is evaluated in between, so a whole pose costs one update of the scene.

A rig's own parents do not always carry what they should: constraints, drivers and switched-off inheritance did it in
the file, and rest() has silenced them. Such bones are told by `carriers`, and follow here by plain inheritance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import bpy
from mathutils import Matrix, Quaternion, Vector


class Skeleton:
    """The pose bones of one armature as they stand, in world space.

    roles: role -> bone (or point) name. live: the bones that a surface hangs on, by themselves or by what they carry;
    `shaping` names the former, without it all bones count. carriers: bone -> the bone that carries it, where that is
    not plainly its parent; their places are written by `apply`, those of all other bones at once.
    """

    def __init__(
        self,
        armature: bpy.types.Object,
        roles: Mapping[str, str] | None = None,
        carriers: Mapping[str, str] | None = None,
        shaping: Iterable[str] | None = None,
    ) -> None:
        self.armature = armature
        self.roles = dict(roles or {})
        self._bones = armature.pose.bones
        self._to_world = armature.matrix_world.copy()
        self._from_world = self._to_world.inverted_safe()
        self._carriers = dict(carriers or {})
        self._points: dict[str, tuple[str, Matrix]] = {}
        self._joints: dict[str, Vector] = {}
        self._known: dict[str, Matrix] = {}
        self._local: dict[str, Matrix] = {}
        self._below: dict[str, list[str]] = {}
        for bone in self._bones:
            carrier = self.carrier(bone.name)
            if carrier is not None:
                self._below.setdefault(carrier, []).append(bone.name)
        skin = armature.pose.bones.keys() if shaping is None else shaping
        self.live = {link for name in skin for link in (name, *self.above(name))}
        for name, carrier in self._carriers.items():
            self._local[name] = self._offset(name, carrier).inverted_safe() @ self._shown(carrier).inverted_safe()
            self._local[name] = self._local[name] @ self._shown(name)

    def carry(self, name: str, carrier: str) -> None:
        """Let a bone follow another one from here on, in its place."""
        before = self.carrier(name)
        shown = self._pose(name)
        if before is not None:
            self._below[before].remove(name)
        self._carriers[name] = carrier
        self._below.setdefault(carrier, []).append(name)
        self._local[name] = (self._pose(carrier) @ self._offset(name, carrier)).inverted_safe() @ shown
        self._known.clear()

    def add_point(self, name: str, carrier: str, place: Vector) -> None:
        """Let a bone carry a named point (world space) that can be asked for like a bone's head but not turned."""
        self._points[name] = (carrier, self.matrix(carrier).inverted_safe() @ Matrix.Translation(place))

    def set_joint(self, name: str, place: Vector) -> None:
        """Say where a bone's joint lies (world space) in a rig whose bones don't begin there."""
        self._joints[name] = self.matrix(name).inverted_safe() @ place

    def is_bone(self, name: str) -> bool:
        """Whether this is a bone, not a point."""
        return name not in self._points

    def matrix(self, name: str) -> Matrix:
        """The bone's matrix in world space."""
        if name in self._points:
            carrier, offset = self._points[name]
            return self.matrix(carrier) @ offset
        return self._to_world @ self._pose(name)

    def lying(self, name: str) -> Matrix:
        """The bone's matrix in world space at rest."""
        return self._to_world @ self._bones[name].bone.matrix_local

    def head(self, name: str) -> Vector:
        """Where the bone begins (or its joint lies), in world space."""
        joint = self._joints.get(name)
        return self.matrix(name).to_translation() if joint is None else self.matrix(name) @ joint

    def tail(self, name: str) -> Vector:
        """Where the bone ends, in world space."""
        return self.matrix(name) @ Vector((0.0, self._bones[name].bone.length, 0.0))

    def to_local(self, name: str, direction: Vector) -> Vector:
        """A world direction in the bone's own axes."""
        return self.matrix(name).to_3x3().inverted_safe() @ direction

    def to_world(self, name: str, direction: Vector) -> Vector:
        """The inverse of to_local, as a unit vector."""
        return (self.matrix(name).to_3x3() @ direction).normalized()

    def turn(self, name: str, rotation: Quaternion, pivot: Vector | None = None) -> None:
        """Rotate the bone, and all that hangs on it, about its own head (or `pivot`) by a world-space rotation."""
        if name in self._points:
            return
        place = self._from_world @ (self.head(name) if pivot is None else pivot)
        inside = (self._from_world.to_3x3() @ rotation.to_matrix() @ self._to_world.to_3x3()).to_quaternion()
        turned = Matrix.Translation(place) @ inside.to_matrix().to_4x4() @ Matrix.Translation(-place)
        self._set(name, turned @ self._pose(name))

    def aim(self, name: str, towards: str, direction: Vector) -> None:
        """Turn the bone so that `towards` lies in a world direction from its head.

        In a more or less scaled armature one turn does not get there: space is bent. A few more do.
        """
        for _round in range(4):
            now = self.head(towards) - self.head(name)
            if now.angle(direction, 0.0) < 1e-4:
                return
            self.turn(name, now.normalized().rotation_difference(direction.normalized()))

    def move(self, name: str, offset: Vector) -> None:
        """Shift the bone by a world vector; a bone connected to its parent stays (Blender ignores its location)."""
        self._set(name, Matrix.Translation(self._from_world.to_3x3() @ offset) @ self._pose(name))

    def carrier(self, name: str) -> str | None:
        """The bone that carries this one."""
        if name in self._points:
            return self._points[name][0]
        parent = self._bones[name].parent
        return self._carriers.get(name, parent.name if parent else None)

    def above(self, name: str) -> list[str]:
        """What carries this bone, what carries that, and so on."""
        found: list[str] = []
        carrier = self.carrier(name)
        while carrier is not None and carrier not in found:
            found.append(carrier)
            carrier = self.carrier(carrier)
        return found

    def descends(self, name: str, ancestor: str) -> bool:
        """Whether `name` hangs on `ancestor`."""
        return ancestor in self.above(name)

    def children(self, name: str) -> list[str]:
        """The bones that hang directly on this one, in the order of the armature."""
        return self._below.get(name, [])

    def family(self, name: str) -> set[str]:
        """A bone and all that hangs on it."""
        found = {name}
        todo = [name]
        while todo:
            fresh = [child for child in self.children(todo.pop()) if child not in found]
            found.update(fresh)
            todo += fresh
        return found

    @property
    def followers(self) -> list[str]:
        """The bones that follow a carrier which is not plainly their parent."""
        return list(self._carriers)

    def apply(self) -> None:
        """Write the bones that follow a carrier which is not plainly their parent."""
        depth = {name: len(self.above(name)) for name in self._carriers}
        placed = {name: self._pose(name) for name in sorted(depth, key=lambda name: depth[name])}
        shown: dict[str, Matrix] = {}
        for name in sorted(placed, key=lambda name: _depth(self._bones[name])):
            bone = self._bones[name]
            bone.matrix_basis = bone.bone.convert_local_to_pose(
                placed[name], bone.bone.matrix_local, invert=True, **self._parent(bone, shown)
            )

    def _pose(self, name: str) -> Matrix:
        found = self._known.get(name)
        if found is not None:
            return found
        carrier = self._carriers.get(name)
        if carrier is not None:
            found = self._pose(carrier) @ self._offset(name, carrier) @ self._local[name]
        else:
            bone = self._bones[name]
            found = bone.bone.convert_local_to_pose(bone.matrix_basis, bone.bone.matrix_local, **self._carried(bone))
        self._known[name] = found
        return found

    def _offset(self, name: str, carrier: str) -> Matrix:
        return self._bones[carrier].bone.matrix_local.inverted_safe() @ self._bones[name].bone.matrix_local

    def _shown(self, name: str, known: dict[str, Matrix] | None = None) -> Matrix:
        """Where Blender puts the bone by what is written on it."""
        if known is not None and name in known:
            return known[name]
        bone = self._bones[name]
        found: Matrix = bone.bone.convert_local_to_pose(
            bone.matrix_basis, bone.bone.matrix_local, **self._parent(bone, known)
        )
        if known is not None:
            known[name] = found
        return found

    def _carried(self, bone: bpy.types.PoseBone) -> dict[str, Matrix]:
        if bone.parent is None:
            return {}
        return {"parent_matrix": self._pose(bone.parent.name), "parent_matrix_local": bone.parent.bone.matrix_local}

    def _parent(self, bone: bpy.types.PoseBone, known: dict[str, Matrix] | None) -> dict[str, Matrix]:
        if bone.parent is None:
            return {}
        parent = self._shown(bone.parent.name, known)
        return {"parent_matrix": parent, "parent_matrix_local": bone.parent.bone.matrix_local}

    def _set(self, name: str, wanted: Matrix) -> None:
        carrier = self._carriers.get(name)
        if carrier is not None:
            self._local[name] = (self._pose(carrier) @ self._offset(name, carrier)).inverted_safe() @ wanted
        else:
            bone = self._bones[name]
            bone.matrix_basis = bone.bone.convert_local_to_pose(
                wanted, bone.bone.matrix_local, invert=True, **self._carried(bone)
            )
        self._known.clear()


def _depth(bone: bpy.types.PoseBone) -> int:
    count = 0
    while bone.parent is not None:
        bone, count = bone.parent, count + 1
    return count


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
