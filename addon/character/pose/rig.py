# SPDX-License-Identifier: GPL-3.0-or-later
"""What carries what: a rig's deforming bones as one body, whatever constraints, controls and flat lists it is made of.

Controls, mechanisms and constraints differ from rig to rig; where the deforming bones lie does not. So the constraints
stay silent, the bones that have a role are hung on each other as a body's are, and a deforming bone that nothing
carries any more follows the part of the body that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np
from mathutils import Vector
from mathutils.geometry import intersect_point_line

from ..find.skin import carrier as carrying_bone
from ..loaded import Loaded
from .axes import SIDES
from .skeleton import Skeleton

#: Constraints that take a bone to a place of their own, so that its parent does not tell what carries it.
MOVING = frozenset({"COPY_TRANSFORMS", "COPY_LOCATION", "CHILD_OF", "ARMATURE", "PIVOT", "TRANSFORM_CACHE", "ACTION"})
#: A deforming bone without a body above it follows a part of the body no farther away than this, in body heights.
NEAR = 0.12
#: Importers give bones tails that mean nothing: a bone's middle is looked for no farther from its head than this.
SHORT = 0.03
#: Two bones lie in one another when their heads are as near as this, in body heights.
SAME = 0.01
#: Where a limb's last bone ends nobody knows: it goes on for this share of the one before.
GOING_ON = 0.6
LIMBS = ("left_", "right_")
TRUNK = ("hips", "spine", "chest", "upper_chest", "neck", "head")


def body_parents() -> dict[str, tuple[str, ...]]:
    """Role -> the roles that may carry it, the nearest first."""
    table = {role: tuple(reversed(TRUNK[:index])) for index, role in enumerate(TRUNK)}
    table |= {"jaw": ("head",), "left_eye": ("head",), "right_eye": ("head",)}
    for side in SIDES:
        arm, leg = f"{side}_upper_arm", f"{side}_upper_leg"
        chest = ("upper_chest", "chest", "spine", "hips")
        table[f"{side}_shoulder"] = chest
        table[arm] = (f"{side}_shoulder", *chest)
        table[f"{side}_lower_arm"] = (arm,)
        table[f"{side}_hand"] = (f"{side}_lower_arm", arm)
        table[leg] = ("hips", "spine")
        table[f"{side}_lower_leg"] = (leg,)
        table[f"{side}_foot"] = (f"{side}_lower_leg", leg)
        table[f"{side}_toes"] = (f"{side}_foot",)
    return table


def skeleton_of(loaded: Loaded) -> Skeleton:
    """The character's bones as they stand, each carried as in a body."""
    roles = {role: name for role, name in loaded.bones.items() if name in loaded.armature.pose.bones}
    roles |= _arms_from_the_shoulder(loaded.armature, roles)
    return Skeleton(loaded.armature, roles, carriers(loaded, roles), deforming(loaded) or None)


def _arms_from_the_shoulder(armature: bpy.types.Object, roles: dict[str, str]) -> dict[str, str]:
    """The roles of arms that were told from one joint too far on: no collar bone is as long as an upper arm."""
    found: dict[str, str] = {}
    for side in SIDES:
        names = [roles.get(f"{side}_{part}") for part in ("shoulder", "upper_arm", "lower_arm")]
        if None in names or f"{side}_hand" in roles:
            continue
        collar, upper, lower = (armature.pose.bones[name].bone.head_local for name in names)
        if (upper - collar).length > (lower - upper).length:
            parts = ("upper_arm", "lower_arm", "hand")
            found |= {f"{side}_{part}": name for part, name in zip(parts, names, strict=True)}
    return found


def deforming(loaded: Loaded) -> set[str]:
    """The bones that the character's surface hangs on: by a vertex group, or carrying a whole object."""
    bones = loaded.armature.pose.bones
    found = {group.name for mesh in loaded.meshes for group in mesh.vertex_groups if group.name in bones}
    return found | ({carrying_bone(mesh) for mesh in loaded.meshes} & set(bones.keys()))


def carriers(loaded: Loaded, roles: dict[str, str]) -> dict[str, str]:
    """Bone -> what carries it, for all bones that do not simply follow their parents."""
    bones = loaded.armature.pose.bones
    found = {
        bone.name: bone.parent.name for bone in bones if bone.parent is not None and not bone.bone.use_inherit_rotation
    }
    table = body_parents()
    bodily = {roles[role] for role in table if role in roles}
    for role, above in table.items():
        carrier = next((roles[name] for name in above if name in roles), None)
        if role in roles and carrier not in (None, roles[role]):
            own = next((name for name in _parents(bones[roles[role]]) if name in bodily), None)
            if own != carrier:
                found[roles[role]] = carrier
    body = Body(loaded.armature, {role: roles[role] for role in table if role in roles}, loaded.facts.height)
    shaping = deforming(loaded)
    for name in sorted(shaping - bodily):
        loose = body.loose(bones[name], name in shaping, shaping)
        if loose is not None and loose[0] not in found:
            found[loose[0]] = loose[1]
    return _without_circles(found, bones)


class Body:
    """Where the parts of the body lie at rest: role -> a line in world space."""

    def __init__(self, armature: bpy.types.Object, roles: dict[str, str], height: float) -> None:
        self._roles = roles
        self._role_of = {name: role for role, name in roles.items()}
        self._scale = armature.matrix_world
        self._height = height
        self._lines: dict[str, tuple[Vector, Vector]] = {}
        bones = armature.pose.bones
        self._bearing = {parent for name in roles.values() for parent in _parents(bones[name])}
        heads = {role: self._scale @ bones[name].bone.head_local for role, name in roles.items()}
        for role, above in body_parents().items():
            if role not in roles or role in {"jaw", "left_eye", "right_eye"}:
                continue
            start, tail = heads[role], self._scale @ bones[roles[role]].bone.tail_local
            end = next((heads[name] for name in _next(role) if name in heads), None)
            if end is None and above and above[0] in heads and role.startswith(LIMBS):
                tail = start + (start - heads[above[0]]) * GOING_ON
            self._lines[role] = (start, tail if end is None else end)

    def loose(self, bone: bpy.types.PoseBone, shapes: bool, shaping: set[str]) -> tuple[str, str] | None:
        """(the bone to hang anew, what it hangs on) for a deforming bone that its parents do not carry."""
        top = bone
        for link in [bone, *bone.parent_recursive]:
            role = self._role_of.get(link.name)
            if role is not None:
                return self._doubled(bone, role, shaping)
            if _moved(link):
                nearest, _distance = self._nearest(link)
                return (link.name, self._roles[nearest]) if nearest and not self._carries(link, nearest) else None
            if link.name not in self._bearing:
                top = link
        nearest, distance = self._nearest(bone)
        return (top.name, self._roles[nearest]) if nearest and distance < NEAR * self._height else None

    def _carries(self, bone: bpy.types.PoseBone, role: str) -> bool:
        return self._roles[role] in _parents(bone)[:2]

    def _doubled(self, bone: bpy.types.PoseBone, role: str, shaping: set[str]) -> tuple[str, str] | None:
        """A bone that lies in another which has a role but no skin of its own follows that one."""
        head = self._scale @ bone.bone.head_local
        for other, (start, _end) in self._lines.items():
            name = self._roles[other]
            if other == role or name in shaping or name in _parents(bone):
                continue
            if (start - head).length < SAME * self._height:
                return bone.name, name
        return None

    def _nearest(self, bone: bpy.types.PoseBone) -> tuple[str, float]:
        head, tail = (self._scale @ end for end in (bone.bone.head_local, bone.bone.tail_local))
        middle = head + (tail - head) * min(0.5, SHORT * self._height / max((tail - head).length, 1e-9))
        best, least = "", np.inf
        for role, (start, end) in self._lines.items():
            point, share = intersect_point_line(middle, start, end)
            place = start if share < 0 else end if share > 1 else point
            distance = (place - middle).length * (0.5 if role == "head" else 1.0)
            if distance < least:
                best, least = role, distance
        return best, float(least)


def _next(role: str) -> tuple[str, ...]:
    """The roles where a part of the body may end, the nearest first."""
    if role in TRUNK:
        return TRUNK[TRUNK.index(role) + 1 :]
    return tuple(name for name, above in body_parents().items() if above and above[0] == role)


def _moved(bone: bpy.types.PoseBone) -> bool:
    return any(constraint.type in MOVING for constraint in bone.constraints)


def _parents(bone: bpy.types.PoseBone) -> list[str]:
    found = []
    while bone.parent is not None:
        bone = bone.parent
        found.append(bone.name)
    return found


def _without_circles(found: dict[str, str], bones: Iterable[bpy.types.PoseBone]) -> dict[str, str]:
    """The same, less what would make a bone carry itself."""
    parents = {bone.name: bone.parent.name for bone in bones if bone.parent is not None}
    kept: dict[str, str] = {}
    for name, carrier in found.items():
        above: str | None = carrier
        seen = set()
        while above is not None and above != name and above not in seen:
            seen.add(above)
            above = kept.get(above, parents.get(above))
        if above is None:
            kept[name] = carrier
    return kept
