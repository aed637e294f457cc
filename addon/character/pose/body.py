# SPDX-License-Identifier: GPL-3.0-or-later
"""Hips, spine, neck and head turn; the weight shifts while the feet stay where they stood."""

from __future__ import annotations

from typing import Any

from mathutils import Quaternion, Vector

from .axes import SIDES, Axes
from .limb import STRETCHED, find_limb, reach
from .skeleton import Skeleton

#: From the middle outwards; where a rig lacks one, its turn goes to the next best bone.
ORDER = ("hips", "spine", "chest", "neck", "head")
STAND_IN = {"spine": "chest", "chest": "spine", "neck": "head"}


def turn_body(
    skeleton: Skeleton, axes: Axes, turns: dict[str, dict[str, float]], footed: bool = True
) -> dict[str, float]:
    """Apply the table's turns; returns what was turned, as `role_turn`: degrees.

    footed: the feet can be put back; otherwise the hips stay as they are, for the legs would go with them.
    """
    made: dict[str, float] = {}
    for role in ORDER:
        row = turns.get(role)
        if not row or (role == "hips" and not footed):
            continue
        own = skeleton.roles.get(role) or skeleton.roles.get(STAND_IN.get(role, ""))
        if own is None:
            continue
        skeleton.turn(own, axes.rotation(**row))
        made |= {f"{role}_{kind}": float(value) for kind, value in row.items()}
    return made


def carried(axes: Axes, turns: dict[str, dict[str, float]]) -> Axes:
    """The axes as the chest has turned them about up; arms hang and reach in these, still plumb."""
    turn = sum(turns.get(role, {}).get("turn", 0.0) for role in ("hips", "spine", "chest"))
    rotation = axes.rotation(turn=turn)
    return Axes(rotation @ axes.left, axes.up, rotation @ axes.forward)


class Feet:
    """Remembers how the feet stand, to put them back after the hips have moved."""

    def __init__(self, skeleton: Skeleton, axes: Axes) -> None:
        self._skeleton, self._axes = skeleton, axes
        self._legs = []
        for side in SIDES:
            roles = tuple(f"{side}_{part}" for part in ("upper_leg", "lower_leg", "foot"))
            limb = find_limb(skeleton, roles, -axes.forward)
            if limb is not None:
                foot = skeleton.matrix(limb.end)
                knee = skeleton.head(limb.lower) - (skeleton.head(limb.upper) + foot.to_translation()) / 2.0
                self._legs.append((limb, foot.to_translation(), foot.to_quaternion(), knee))

    @property
    def length(self) -> float:
        """A leg's length in world units; 0 unless both legs can be put back."""
        return sum(self._legs[0][0].lengths) if len(self._legs) == 2 else 0.0

    def put_back(self) -> None:
        """Bend the legs so that both feet stand as before."""
        for limb, place, rotation, knee in self._legs:
            pole = knee + self._axes.forward * sum(limb.lengths) * 0.05
            reach(self._skeleton, limb, place, pole, STRETCHED)
            now: Quaternion = self._skeleton.matrix(limb.end).to_quaternion()
            self._skeleton.turn(limb.end, rotation @ now.inverted())


def shift_weight(skeleton: Skeleton, axes: Axes, feet: Feet, row: dict[str, Any]) -> None:
    """Move the hips by fractions of the leg's length; not where the legs can't follow."""
    hips = skeleton.roles.get("hips")
    if hips is None or not feet.length:
        return
    offset: Vector = axes.left * row.get("left", 0.0) - axes.up * row.get("down", 0.0)
    skeleton.move(hips, offset * feet.length)
