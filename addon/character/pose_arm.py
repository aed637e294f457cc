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
from .pose_surface import HAND, HEAD, LOWER, UPPER, Region, body_tree, depth, gap, outermost, part_points

#: Free space between a hanging arm and the body, in arm's lengths.
CLEARANCE = 0.01
#: A forearm gives back this share of what its upper arm was turned outwards.
PLUMB = 0.8
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


@dataclass(frozen=True)
class Scene:
    """What an arm is placed in: the character, its axes as the chest carries them, arms not to be minded yet."""

    loaded: Loaded
    skeleton: Skeleton
    axes: Axes
    pending: frozenset[str]

    def hidden(self, arm: Arm) -> list[str]:
        """Parts of the surface that are no obstacle for an arm: itself, and arms that will still move."""
        return [UPPER.format(side=side) for side in sorted({arm.side} | self.pending)]

    def region(self, arm: Arm) -> Region:
        """All that the arm can reach, hand included, and what lies beside it."""
        return Region(self.skeleton.head(arm.limb.upper), 1.7 * arm.length)


def place_arm(scene: Scene, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    """Pose one arm as the table says; returns what had to be measured or mended, by name."""
    loaded, skeleton, axes = scene.loaded, scene.skeleton, scene.axes
    shoulder = loaded.bones.get(f"{arm.side}_shoulder")
    if shoulder and row.get("shoulder"):
        raised = Quaternion(axes.forward, math.radians(row["shoulder"]) * SIDES[arm.side])
        skeleton.turn(shoulder, raised)
    if "fingers" in row:
        lay_fingers(skeleton, arm.hand, **row["fingers"])
    if "swing" in row:
        return _swing(scene, arm, row)
    return _touch(scene, arm, row)


def _swing(scene: Scene, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    skeleton, axes, swing = scene.skeleton, scene.axes, row["swing"]
    upper, lower = (axes.vector(swing[part], arm.side) for part in ("upper", "lower"))
    hinge = upper.cross(axes.forward)
    point_limb(skeleton, arm.limb, upper, lower, hinge)
    orient(skeleton, arm.limb, arm.hand, axes, row["hand"])
    if not swing.get("clear"):
        return {}
    moved = _clear(scene, arm, raised=lower.dot(axes.up) > 0)
    return {f"{arm.side}_arm_widened": moved} if moved else {}


def _clear(scene: Scene, arm: Arm, raised: bool) -> float:
    """Move the arm away from the body until forearm and hand are clear; returns the degrees.

    A hanging arm turns about the shoulder while the forearm stays almost plumb; a raised forearm turns about the
    elbow and so keeps clear of the head.
    """
    skeleton, axes = scene.skeleton, scene.axes
    hidden = scene.hidden(arm) if raised else [HEAD, *scene.hidden(arm)]
    tree = body_tree(scene.loaded, hidden, scene.region(arm))
    points = part_points(scene.loaded, LOWER.format(side=arm.side))
    if tree is None or not len(points):
        return 0.0
    sign = SIDES[arm.side]
    shares = (0.0, -1.0) if raised else (1.0, 1.0 - PLUMB)
    shoulder, elbow = skeleton.head(arm.limb.upper), skeleton.head(arm.limb.lower)
    degrees = 0.0
    while degrees < FARTHEST:
        upper, lower = (Quaternion(axes.forward, math.radians(degrees * share) * sign) for share in shares)
        moved = shoulder + upper @ (elbow - shoulder)
        if _is_clear(tree, _moved(points, elbow, lower, moved), axes.left * sign, arm.length):
            break
        degrees += STEP
    skeleton.turn(arm.limb.upper, upper)
    skeleton.turn(arm.limb.lower, lower @ upper.inverted())
    return degrees


def _is_clear(tree: BVHTree, points: np.ndarray, outwards: Vector, length: float) -> bool:
    inside = depth(tree, points, outwards, 0.5 * length) > 0.0
    return not inside and gap(tree, points, length) >= CLEARANCE * length


def _moved(points: np.ndarray, pivot: Vector, turn: Quaternion, place: Vector) -> np.ndarray:
    """Points turned about a pivot that comes to lie elsewhere."""
    return (points - np.array(pivot)) @ np.array(turn.to_matrix()).T + np.array(place)


def _touch(scene: Scene, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    axes, touch = scene.axes, row["touch"]
    torso = body_tree(scene.loaded, [HEAD, *(UPPER.format(side=side) for side in SIDES)], scene.region(arm))
    point, normal = _contact(scene, arm, touch, torso)
    lift = touch["lift"] * WRIST * arm.limb.lengths[1]
    pole = axes.vector(touch["elbow"], arm.side)
    hidden = [HEAD, *scene.hidden(arm), *(HAND.format(side=side) for side in SIDES)]
    obstacle = body_tree(scene.loaded, hidden, scene.region(arm))
    for _round in range(ROUNDS):
        _lay(scene.skeleton, axes, arm, row, point + normal * lift, pole)
        if obstacle is None:
            break
        inside = depth(obstacle, _front(scene, arm), normal, arm.length * 0.5) - touch["press"] * arm.length
        if inside <= 0.0:
            break
        lift += inside
    return {f"{arm.side}_hand_lift": round(lift / arm.length, 4)}


def _front(scene: Scene, arm: Arm) -> np.ndarray:
    """Points of the hand and the forearm's front half: the elbow's end lies where the upper arm lets it."""
    points = part_points(scene.loaded, LOWER.format(side=arm.side))
    elbow = scene.skeleton.head(arm.limb.lower)
    forearm = scene.skeleton.head(arm.limb.end) - elbow
    return points[(points - np.array(elbow)) @ np.array(forearm) > 0.5 * forearm.length_squared]


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


def _contact(scene: Scene, arm: Arm, touch: dict[str, Any], torso: BVHTree | None) -> tuple[Vector, Vector]:
    """Where on the torso the hand comes to lie, and the horizontal direction away from it.

    Where there is no surface the hand stays half a shoulder's width from the middle.
    """
    low, high = (_between(scene, part) for part in ("upper_leg", "upper_arm"))
    axis = low.lerp(high, touch["height"])
    azimuth = math.radians(touch["azimuth"])
    outwards = scene.axes.vector([math.sin(azimuth), 0.0, math.cos(azimuth)], arm.side)
    point = outermost(torso, axis, outwards, scene.region(arm).radius) if torso else None
    width = abs((scene.skeleton.head(arm.limb.upper) - high).dot(scene.axes.left))
    return point or axis + outwards * width, outwards


def _between(scene: Scene, part: str) -> Vector:
    """The middle between a left and a right joint; a rig without legs has its hips instead."""
    names = [scene.loaded.bones.get(f"{side}_{part}") or scene.loaded.bones["hips"] for side in SIDES]
    return (scene.skeleton.head(names[0]) + scene.skeleton.head(names[1])) / 2.0
