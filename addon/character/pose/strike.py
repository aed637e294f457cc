# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses: put a character, whatever its rig, in one of the table's poses (plan/settings/pose.yaml)."""

from __future__ import annotations

from typing import Any

import bpy

from ...plan.facts import Ability
from ...plan.settings import Setting, axis_settings
from ..loaded import Loaded, Made
from ..rest import keep_posed, rest, stiffen
from .arm import SETTLED, SUNK, Arm, Scene, find_arms, place_arm, prepare_arm, with_hand
from .axes import SIDES, axes_of
from .body import Feet, carried, shift_weight, turn_body
from .copies import copies, follow
from .ends import complete
from .flesh import Flesh
from .hand import by_shape
from .joints import find_hands, find_joints
from .rig import skeleton_of
from .skeleton import Skeleton
from .surface import mark_parts


def abilities(loaded: Loaded) -> dict[str, Ability]:
    """How each pose can be made; changes nothing in the scene."""
    return {name: ability(loaded, name) for name in axis_settings("pose")}


def ability(loaded: Loaded, name: str) -> Ability:
    """method "bones", or "none" where the rig lacks what the pose needs; exact as far as can be told unposed."""
    missing = _missing(loaded, axis_settings("pose")[name].geometry)
    return Ability("none" if missing else "bones", not missing)


def strike(loaded: Loaded, setting: Setting) -> Made:
    """Clear the pose and strike another. Where it can't be made the character stays at rest, and Made says so."""
    bpy.context.view_layer.update()
    armatures = [] if loaded.armature is None else [loaded.armature, *copies(loaded)]
    for armature in armatures:
        rest(armature)
    geometry = setting.geometry
    missing = _missing(loaded, geometry)
    made = Made("none", False, missing=missing) if missing else _strike(loaded, geometry)
    bpy.context.view_layer.update()
    return made


def _strike(loaded: Loaded, geometry: dict[str, Any]) -> Made:
    stiffen(loaded.armature)
    skeleton = skeleton_of(loaded)
    find_hands(skeleton)
    find_joints(loaded, skeleton)
    mark_parts(loaded, skeleton)
    complete(loaded, skeleton)
    arms = find_arms(skeleton, axes_of(loaded.facts))
    lacking = tuple(f"{side}_upper_arm" for side in SIDES if side not in arms)
    if lacking:
        return Made("none", False, missing=lacking)
    weights, still = _pose(loaded, skeleton, arms, geometry)
    if still:
        rest(loaded.armature)
        return Made("none", False, missing=still)
    follow(loaded, skeleton)
    keep_posed(loaded.armature, skeleton.followers)
    lifted = any(value > SETTLED for name, value in weights.items() if name.endswith("_hand_lift"))
    sunk = any(value > SUNK for name, value in weights.items() if name.endswith("_arm_sunk"))
    return Made("bones", not lifted and not sunk, weights)


def _pose(
    loaded: Loaded, skeleton: Skeleton, arms: dict[str, Arm], geometry: dict[str, Any]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """(what was made, arms that move nothing)."""
    axes, turns = axes_of(loaded.facts), geometry.get("turns", {})
    feet = Feet(skeleton, axes)
    if feet.length:
        shift_weight(skeleton, axes, feet, geometry.get("shift", {}))
    weights = turn_body(skeleton, axes, turns, footed=feet.length > 0)
    feet.put_back()
    for side, arm in arms.items():
        prepare_arm(skeleton, axes, arm, geometry["arms"][side])
    follow(loaded, skeleton)
    flesh = Flesh(loaded, skeleton, {side: arm.limb for side, arm in arms.items()})
    still = tuple(f"{side}_upper_arm" for side in arms if not flesh.has(side))
    if still:
        return weights, still
    placed: list[str] = []
    for side, row in geometry["arms"].items():
        arm = with_hand(arms[side], by_shape(skeleton, arms[side].hand, flesh.points(side, "end"), axes))
        scene = Scene(flesh, skeleton, carried(axes, turns), tuple(placed))
        weights |= place_arm(scene, arm, {"otherwise": geometry.get("otherwise", ()), **row})
        placed.append(side)
    return weights, ()


def _missing(loaded: Loaded, geometry: dict[str, Any]) -> tuple[str, ...]:
    """The roles without which the pose can't be made: an arm that only hangs or waves needs no elbow and no hand."""
    if loaded.armature is None:
        return ("rig",)
    if loaded.facts.kind != "humanoid":
        return ("humanoid",)
    bones = loaded.armature.pose.bones
    wanted = [f"{side}_upper_arm" for side in geometry["arms"]]
    wanted += [f"{side}_lower_arm" for side, row in geometry["arms"].items() if "touch" in row]
    return tuple(role for role in wanted if loaded.bones.get(role, "") not in bones)
