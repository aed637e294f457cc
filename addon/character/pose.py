# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses: put a character, whatever its rig, in one of the table's poses (plan/settings/pose.yaml)."""

from __future__ import annotations

from typing import Any

import bpy

from ..plan.facts import Ability
from ..plan.settings import Setting, axis_settings
from .loaded import Loaded, Made
from .pose_arm import Scene, find_arms, place_arm
from .pose_axes import SIDES, axes_of
from .pose_body import Feet, carried, shift_weight, turn_body
from .pose_rest import rest
from .pose_skeleton import Skeleton
from .pose_surface import mark_parts

#: A hand that had to be lifted farther off the body than this, in arm's lengths, does not lie on it.
SETTLED = 0.45
ARM_ROLES = tuple(f"{side}_{part}" for side in SIDES for part in ("upper_arm", "lower_arm", "hand"))


def abilities(loaded: Loaded) -> dict[str, Ability]:
    """How each pose can be made; changes nothing in the scene."""
    return {name: ability(loaded, name) for name in axis_settings("pose")}


def ability(loaded: Loaded, name: str) -> Ability:
    """method "bones", or "none" where the rig lacks what the pose needs; exact as far as can be told unposed."""
    missing = _missing(loaded, axis_settings("pose")[name].geometry)
    return Ability("none" if missing else "bones", not missing)


def strike(loaded: Loaded, setting: Setting) -> Made:
    """Clear the pose and strike another. Where it can't be made the character stays at rest, and Made says so."""
    if loaded.armature is not None:
        rest(loaded.armature)
    geometry = setting.geometry
    missing = _missing(loaded, geometry)
    if missing:
        bpy.context.view_layer.update()
        return Made("none", False, missing=missing)
    mark_parts(loaded)
    bpy.context.view_layer.update()
    weights = _pose(loaded, geometry)
    bpy.context.view_layer.update()
    settled = all(value <= SETTLED for name, value in weights.items() if name.endswith("_hand_lift"))
    return Made("bones", settled, weights)


def _pose(loaded: Loaded, geometry: dict[str, Any]) -> dict[str, float]:
    axes = axes_of(loaded.facts)
    skeleton = Skeleton(loaded.armature)
    arms = find_arms(loaded, skeleton, axes)
    feet = Feet(loaded, skeleton, axes)
    if feet.length:
        shift_weight(loaded, skeleton, axes, feet, geometry.get("shift", {}))
    weights = turn_body(loaded, skeleton, axes, geometry.get("turns", {}))
    feet.put_back()
    pending = list(geometry["arms"])
    while pending:
        side = pending[0]
        scene = Scene(loaded, skeleton, carried(axes, geometry.get("turns", {})), frozenset(pending))
        weights |= place_arm(scene, arms[side], geometry["arms"][side])
        pending.remove(side)
    return weights


def _missing(loaded: Loaded, geometry: dict[str, Any]) -> tuple[str, ...]:
    if loaded.armature is None:
        return ("rig",)
    if loaded.facts.kind != "humanoid":
        return ("humanoid",)
    wanted = [*ARM_ROLES, *(["hips"] if any("touch" in arm for arm in geometry["arms"].values()) else [])]
    return tuple(role for role in wanted if role not in loaded.bones)
