# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms: by direction, or with the hand laid on the body; then moved until nothing sticks in anything."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from mathutils import Quaternion, Vector
from mathutils.bvhtree import BVHTree

from .loaded import Loaded
from .pose_axes import SIDES, Axes
from .pose_hand import Hand, find_hand, lay_fingers, orient
from .pose_limb import Limb, find_limb, point_limb, reach
from .pose_skeleton import Skeleton
from .pose_surface import HEAD, LOWER, UPPER, Skin, depth, outermost, skin_of

#: Free space between a hanging arm and the body, and how deep a resting hand may press in, in arm's lengths.
CLEARANCE, PRESS = 0.012, 0.006
#: An arm is moved away from the body in these steps, and no farther than this (degrees).
STEP, FARTHEST = 2.0, 40.0
#: A wrist's half thickness as a share of the forearm's length.
WRIST = 0.13
#: Rounds of laying a hand on the body and lifting what sticks in.
ROUNDS = 4


@dataclass(frozen=True)
class Arm:
    """One arm with its hand."""

    side: str
    limb: Limb
    hand: Hand

    @property
    def length(self) -> float:
        """Shoulder to wrist, in world units."""
        return sum(self.limb.lengths)


def find_arms(loaded: Loaded, skeleton: Skeleton, axes: Axes) -> dict[str, Arm]:
    """The arms that the rig has, by side, as they lie in the rest pose."""
    found = {}
    for side in SIDES:
        roles = tuple(f"{side}_{part}" for part in ("upper_arm", "lower_arm", "hand"))
        limb = find_limb(loaded, skeleton, roles, axes.forward)
        if limb is not None:
            found[side] = Arm(side, limb, find_hand(skeleton, limb, side))
    return found


def place_arm(loaded: Loaded, skeleton: Skeleton, axes: Axes, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    """Pose one arm as the table says; returns what had to be measured or mended, by name."""
    shoulder = loaded.bones.get(f"{arm.side}_shoulder")
    if shoulder and row.get("shoulder"):
        raised = Quaternion(axes.forward, math.radians(row["shoulder"]) * SIDES[arm.side])
        skeleton.turn(shoulder, raised)
    if "fingers" in row:
        lay_fingers(skeleton, arm.hand, **row["fingers"])
    if "swing" in row:
        return _swing(loaded, skeleton, axes, arm, row)
    return _touch(loaded, skeleton, axes, arm, row)


def _swing(loaded: Loaded, skeleton: Skeleton, axes: Axes, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    swing = row["swing"]
    upper, lower = (axes.vector(swing[part], arm.side) for part in ("upper", "lower"))
    hinge = upper.cross(axes.forward)
    point_limb(skeleton, arm.limb, upper, lower, hinge)
    orient(skeleton, arm.limb, arm.hand, axes, row["hand"])
    if not swing.get("clear"):
        return {}
    moved = _clear(skin_of(loaded), skeleton, axes, arm, raised=lower.dot(axes.up) > 0)
    return {f"{arm.side}_arm_widened": moved} if moved else {}


def _clear(skin: Skin, skeleton: Skeleton, axes: Axes, arm: Arm, raised: bool) -> float:
    """Move the arm away from the body until forearm and hand are clear; returns the degrees.

    A hanging arm turns about the shoulder, a raised one about the elbow (it keeps clear of the head).
    """
    tree = skin.without(UPPER.format(side=arm.side))
    points = skin.sample(LOWER.format(side=arm.side))
    if tree is None or not len(points):
        return 0.0
    name = arm.limb.lower if raised else arm.limb.upper
    pivot = skeleton.head(name)
    sign = -SIDES[arm.side] if raised else SIDES[arm.side]
    degrees = 0.0
    while degrees < FARTHEST:
        turn = Quaternion(axes.forward, math.radians(degrees) * sign)
        if depth(tree, _turned(points, turn, pivot), arm.length * 0.25) <= -CLEARANCE * arm.length:
            break
        degrees += STEP
    skeleton.turn(name, Quaternion(axes.forward, math.radians(degrees) * sign))
    return degrees


def _turned(points: np.ndarray, turn: Quaternion, pivot: Vector) -> np.ndarray:
    matrix, centre = np.array(turn.to_matrix()), np.array(pivot)
    return (points - centre) @ matrix.T + centre


def _touch(loaded: Loaded, skeleton: Skeleton, axes: Axes, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    touch = row["touch"]
    skin = skin_of(loaded)
    torso = skin.without(HEAD, *(UPPER.format(side=side) for side in SIDES))
    contact = _contact(loaded, skeleton, axes, arm, touch, torso) if torso else None
    if contact is None:
        return {}
    point, normal = contact
    lift = touch["lift"] * WRIST * arm.limb.lengths[1]
    pole = axes.vector(touch["elbow"], arm.side)
    obstacle = skin.without(UPPER.format(side=arm.side))
    for _round in range(ROUNDS):
        _lay(skeleton, axes, arm, row, point + normal * lift, pole)
        points = skin_of(loaded).sample(LOWER.format(side=arm.side))
        inside = depth(obstacle, points, arm.length * 0.25) - PRESS * arm.length if len(points) else 0.0
        if inside <= 0.0:
            break
        lift += inside
    return {f"{arm.side}_hand_lift": round(lift / arm.length, 4)}


def _lay(skeleton: Skeleton, axes: Axes, arm: Arm, row: dict[str, Any], target: Vector, pole: Vector) -> None:
    """Bring wrist or palm to a point; the palm needs a second look, because turning the hand moves it."""
    wrist = target
    if row["touch"]["at"] == "palm":
        wrist = target - axes.vector(row["hand"]["fingers"], arm.side).normalized() * arm.hand.length * 0.6
    reach(skeleton, arm.limb, wrist, pole)
    orient(skeleton, arm.limb, arm.hand, axes, row["hand"])
    if row["touch"]["at"] == "palm":
        along = skeleton.to_world(arm.hand.name, arm.hand.along)
        reach(skeleton, arm.limb, target - along * arm.hand.length * 0.6, pole)
        orient(skeleton, arm.limb, arm.hand, axes, row["hand"])


def _contact(
    loaded: Loaded, skeleton: Skeleton, axes: Axes, arm: Arm, touch: dict[str, Any], torso: BVHTree
) -> tuple[Vector, Vector] | None:
    """Where on the torso the hand comes to lie, and the horizontal direction away from it."""
    low, high = _between(loaded, skeleton, "upper_leg"), _between(loaded, skeleton, "upper_arm")
    if low is None or high is None:
        return None
    axis = low.lerp(high, touch["height"])
    azimuth = math.radians(touch["azimuth"])
    outwards = axes.vector([math.sin(azimuth), 0.0, math.cos(azimuth)], arm.side)
    hit = outermost(torso, axis, outwards, (high - low).length * 3.0)
    return None if hit is None else (hit[0], outwards)


def _between(loaded: Loaded, skeleton: Skeleton, part: str) -> Vector | None:
    names = [loaded.bones.get(f"{side}_{part}") for side in SIDES]
    if not all(names):
        return None
    return (skeleton.head(names[0]) + skeleton.head(names[1])) / 2.0
