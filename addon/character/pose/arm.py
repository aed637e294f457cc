# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms: by direction, or with the hand laid on the body; then moved until nothing sticks in anything."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from mathutils import Quaternion, Vector
from mathutils.bvhtree import BVHTree

from .axes import SIDES, Axes
from .flesh import Flesh
from .hand import Hand, find_hand, lay_fingers, orient
from .limb import Limb, find_limb, point_limb, reach
from .skeleton import Skeleton
from .surface import depth, gap, outermost

#: Free space between a hanging arm and the body, in arm's lengths.
CLEARANCE = 0.01
#: A forearm gives back this share of what its upper arm was turned outwards.
PLUMB = 0.8
#: An arm is moved away from the body in these steps, and no farther than this (degrees).
STEP, FARTHEST = 2.0, 40.0
#: A raised forearm turns out about the elbow so far, and the rest of the way about the shoulder too.
ELBOW_FIRST = 16.0
#: A wrist's half thickness as a share of the forearm's length.
WRIST = 0.13
#: Rounds of laying a hand on the body and lifting what sticks in.
ROUNDS = 4
#: What still sticks in by less than this, in arm's lengths, is skin on skin.
SHALLOW = 0.03
#: An elbow may rise so far above its shoulder, in arm's lengths.
RAISED = 0.08
#: A hand that had to be lifted farther off the body than this, in arm's lengths, does not lie on it.
SETTLED = 0.45
#: What is wrong with an arm by less than this, in arm's lengths, does not spoil its pose.
SUNK = 0.08


@dataclass(frozen=True)
class Arm:
    """One arm with its hand. jointed: it has an elbow to bend."""

    side: str
    limb: Limb
    hand: Hand
    jointed: bool

    @property
    def length(self) -> float:
        """Shoulder to wrist, in world units."""
        return sum(self.limb.lengths)


def find_arms(skeleton: Skeleton, axes: Axes) -> dict[str, Arm]:
    """The arms that the rig has, by side, as they lie in the rest pose."""
    found = {}
    for side in SIDES:
        roles = (f"{side}_upper_arm", f"{side}_lower_arm", f"{side}_hand")
        limb = find_limb(skeleton, roles, axes.forward)
        if limb is not None:
            found[side] = Arm(side, limb, find_hand(skeleton, limb, side), skeleton.is_bone(limb.lower))
    return found


@dataclass(frozen=True)
class Scene:
    """What an arm is placed in: the character, its axes as the chest carries them, arms not to be minded yet."""

    flesh: Flesh
    skeleton: Skeleton
    axes: Axes
    placed: tuple[str, ...]

    def obstacles(self, *, skull: bool = False, arms: bool = False) -> list[BVHTree]:
        """What an arm must not stick in: the body, arms that lie already, the head if asked for."""
        trees = [self.flesh.body, self.flesh.skull if skull else None]
        if arms:
            trees += [self.flesh.arm(side) for side in self.placed]
        return [tree for tree in trees if tree is not None]


def prepare_arm(skeleton: Skeleton, axes: Axes, arm: Arm, row: dict[str, Any]) -> None:
    """Raise the collar bone and lay the fingers; the surface is read after that."""
    shoulder = skeleton.roles.get(f"{arm.side}_shoulder")
    if shoulder and row.get("shoulder") and skeleton.descends(arm.limb.upper, shoulder):
        skeleton.turn(shoulder, Quaternion(axes.forward, math.radians(row["shoulder"]) * SIDES[arm.side]))
    if "fingers" in row:
        lay_fingers(skeleton, arm.hand, **row["fingers"])


def place_arm(scene: Scene, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    """Pose one arm as the table says; returns what had to be measured or mended, by name.

    `{side}_arm_sunk` tells how deep the arm still sticks in something, in arm's lengths, where that can be seen.
    """
    if "swing" in row:
        return _swing(scene, arm, row)
    return _touch(scene, arm, row)


def _swing(scene: Scene, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    skeleton, axes, swing = scene.skeleton, scene.axes, row["swing"]
    upper, lower = (axes.vector(swing[part], arm.side) for part in ("upper", "lower"))
    if not arm.jointed:
        upper = lower
    hinge = upper.cross(axes.forward)
    point_limb(skeleton, arm.limb, upper, lower, hinge)
    orient(skeleton, arm.limb, arm.hand, axes, row["hand"])
    if not swing.get("clear"):
        return {}
    moved, sunk = _clear(scene, arm, raised=lower.dot(axes.up) > 0)
    made = {f"{arm.side}_arm_widened": moved} if moved else {}
    return made | ({f"{arm.side}_arm_sunk": round(sunk, 4)} if sunk > SHALLOW else {})


def _clear(scene: Scene, arm: Arm, raised: bool) -> tuple[float, float]:
    """Move the arm away from the body until forearm and hand are clear; returns the degrees, and what is not clear.

    A hanging arm turns about the shoulder while the forearm stays almost plumb; a raised forearm turns about the
    elbow and so keeps clear of the head. Where nothing helps (a cape, a backpack) the arm stays where it is best.
    """
    skeleton, sign = scene.skeleton, SIDES[arm.side]
    trees = scene.obstacles(skull=raised)
    points = scene.flesh.points(arm.side, "lower", "end")
    if not trees or not len(points):
        return 0.0, 0.0
    shoulder, elbow = skeleton.head(arm.limb.upper), skeleton.head(arm.limb.lower)
    outwards = scene.axes.left * sign
    best, least = 0.0, math.inf
    for step in range(int(FARTHEST / STEP) + 1):
        upper, lower = _widened(scene, arm, step * STEP, raised)
        place = shoulder + upper @ (elbow - shoulder)
        sunk = _sunk(trees, _moved(points, elbow, lower, place), outwards, arm.length)
        if sunk < least - SHALLOW / 2.0:
            best, least = step * STEP, sunk
        if sunk <= 0.0:
            best, least = step * STEP, 0.0
            break
    upper, lower = _widened(scene, arm, best, raised)
    skeleton.turn(arm.limb.upper, upper)
    skeleton.turn(arm.limb.lower, lower @ upper.inverted())
    return best, least


def _widened(scene: Scene, arm: Arm, degrees: float, raised: bool) -> tuple[Quaternion, Quaternion]:
    """The turns of upper arm and forearm that take the arm so far from the body."""
    shares = (max(0.0, degrees - ELBOW_FIRST), -degrees) if raised else (degrees, degrees * (1.0 - PLUMB))
    if not arm.jointed:
        shares = (-degrees if raised else degrees,) * 2
    sign = SIDES[arm.side]
    upper, lower = (Quaternion(scene.axes.forward, math.radians(share) * sign) for share in shares)
    return upper, lower


def _sunk(trees: list[BVHTree], points: np.ndarray, outwards: Vector, length: float) -> float:
    """How far points are from being clear, in arm's lengths: 0 when they are."""
    inside = max(depth(tree, points, outwards, 0.5 * length) for tree in trees)
    if inside > 0.0:
        return max(inside / length, SHALLOW / 4.0)
    near = min(gap(tree, points, length) for tree in trees)
    return max(0.0, CLEARANCE - near / length)


def _moved(points: np.ndarray, pivot: Vector, turn: Quaternion, place: Vector) -> np.ndarray:
    """Points turned about a pivot that comes to lie elsewhere."""
    return (points - np.array(pivot)) @ np.array(turn.to_matrix()).T + np.array(place)


@dataclass(frozen=True)
class Laid:
    """One way to lay a hand on the body: how far it had to be lifted, and what is wrong with it (0: nothing)."""

    row: dict[str, Any]
    lift: float
    wrong: float


def _touch(scene: Scene, arm: Arm, row: dict[str, Any]) -> dict[str, float]:
    """Lay the hand where the table says; where that goes wrong, where it says next."""
    touch = row["touch"]
    ways = [touch]
    ways += [{**touch, **way, "height": touch["height"] + way.get("higher", 0.0)} for way in row.get("otherwise", ())]
    best: Laid | None = None
    for way in ways:
        hand = {**row["hand"], "fingers": way.get("fingers", row["hand"]["fingers"])}
        laid = _lay_down(scene, arm, {**row, "touch": way, "hand": hand})
        if best is None or laid.wrong < best.wrong - SHALLOW / 2.0:
            best = laid
        if laid.wrong <= 0.0:
            break
    assert best is not None
    if laid is not best:
        best = _lay_down(scene, arm, best.row)
    made = {f"{arm.side}_hand_lift": round(best.lift / arm.length, 4)}
    return made | ({f"{arm.side}_arm_sunk": round(best.wrong, 4)} if best.wrong > 0.0 else {})


def _lay_down(scene: Scene, arm: Arm, row: dict[str, Any]) -> Laid:
    axes, touch = scene.axes, row["touch"]
    point, normal = _contact(scene, arm, touch)
    lift = touch["lift"] * WRIST * arm.limb.lengths[1]
    pole = axes.vector(touch["elbow"], arm.side)
    trees = scene.obstacles(arms=True)
    inside = 0.0
    for _round in range(ROUNDS):
        _lay(scene.skeleton, axes, arm, row, point + normal * lift, pole)
        points = _front(scene, arm)
        reached = max((depth(tree, points, normal, arm.length * 0.5) for tree in trees), default=0.0)
        inside = reached - touch["press"] * arm.length
        if inside <= 0.0:
            break
        lift += inside
    missed = _missed(scene, arm, row, point + normal * lift)
    high = lift / arm.length - touch["loose"]
    return Laid(row, lift, _wrong(scene, arm, inside) + max(0.0, high) + max(0.0, missed - SHALLOW))


def _missed(scene: Scene, arm: Arm, row: dict[str, Any], target: Vector) -> float:
    """How far the hand is from where it should lie, in arm's lengths: an arm may be too short."""
    skeleton = scene.skeleton
    place = skeleton.head(arm.limb.end)
    if row["touch"]["at"] == "palm":
        place = place + skeleton.to_world(arm.hand.name, arm.hand.along) * arm.hand.length * 0.6
    return (place - target).length / arm.length


def _wrong(scene: Scene, arm: Arm, inside: float) -> float:
    """What a stranger would find wrong with how an arm lies, in arm's lengths."""
    skeleton, axes = scene.skeleton, scene.axes
    raised = (skeleton.head(arm.limb.lower) - skeleton.head(arm.limb.upper)).dot(axes.up) / arm.length - RAISED
    points = scene.flesh.at_skull(scene.flesh.points(arm.side, "upper", "lower", "end"))
    skull = _within(scene.flesh.skull, points, axes, arm.length) if len(points) and scene.flesh.skull else 0.0
    faults = (inside / arm.length - SHALLOW, raised, skull - SHALLOW)
    return sum(fault for fault in faults if fault > 0.0)


def _within(tree: BVHTree, points: np.ndarray, axes: Axes, length: float) -> float:
    """How deep points lie inside something that is above them, below them and on both sides, in arm's lengths."""
    ways = (axes.left, -axes.left, axes.up, -axes.up, axes.forward, -axes.forward)
    deepest = 0.0
    for row in points:
        spot = Vector(row.tolist())
        least = math.inf
        for way in ways:
            hit = tree.ray_cast(spot, way, length)[3]
            if hit is None:
                least = 0.0
                break
            least = min(least, hit)
        deepest = max(deepest, least)
    return deepest / length


def _front(scene: Scene, arm: Arm) -> np.ndarray:
    """Points of the hand and the forearm's front half: the elbow's end lies where the upper arm lets it."""
    points = scene.flesh.points(arm.side, "lower", "end")
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


def _contact(scene: Scene, arm: Arm, touch: dict[str, Any]) -> tuple[Vector, Vector]:
    """Where on the torso the hand comes to lie, and the horizontal direction away from it.

    Where there is no surface the hand stays half a shoulder's width from the middle.
    """
    low, high = hip_line(scene.skeleton, scene.axes), _between(scene.skeleton, "upper_arm")
    axis = low.lerp(high, touch["height"])
    azimuth = math.radians(touch["azimuth"])
    outwards = scene.axes.vector([math.sin(azimuth), 0.0, math.cos(azimuth)], arm.side)
    point = outermost(scene.flesh.body, axis, outwards, 1.7 * arm.length) if scene.flesh.body else None
    width = abs((scene.skeleton.head(arm.limb.upper) - high).dot(scene.axes.left))
    return point or axis + outwards * width, outwards


def hip_line(skeleton: Skeleton, axes: Axes) -> Vector:
    """The middle between the hip joints; a rig without legs has its hips instead, or as far below the shoulders."""
    if all(f"{side}_upper_leg" in skeleton.roles for side in SIDES):
        return _between(skeleton, "upper_leg")
    if "hips" in skeleton.roles:
        return skeleton.head(skeleton.roles["hips"])
    high = _between(skeleton, "upper_arm")
    elbow = _between(skeleton, "lower_arm")
    hand = _between(skeleton, "hand")
    return high - axes.up * ((elbow - high).length + (hand - elbow).length) * 0.9


def _between(skeleton: Skeleton, part: str) -> Vector:
    """The middle between a left and a right joint."""
    joints = [skeleton.head(skeleton.roles[f"{side}_{part}"]) for side in SIDES]
    return (joints[0] + joints[1]) / 2.0


def with_hand(arm: Arm, hand: Hand) -> Arm:
    """The same arm with its hand known better."""
    return replace(arm, hand=hand)
