# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands: where the palm looks, how the wrist turns without breaking, and how the fingers lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mathutils import Matrix, Quaternion, Vector

from .pose_axes import SIDES, Axes
from .pose_limb import Limb
from .pose_skeleton import Skeleton, between, frame, twist_about

#: The forearm takes this share of a hand's turn about it (pronation happens in the forearm, not in the wrist).
FOREARM_SHARE = 0.6
#: How far the wrist bends before it looks broken, and how far a hand turns about the forearm in all.
MOST_BEND = math.radians(62.0)
MOST_TWIST = math.radians(110.0)


@dataclass(frozen=True)
class Hand:
    """One hand: chains of finger bones from the thumb to the little finger, its frame in the bone's own axes.

    beside: bones of the hand that hang on the forearm instead (some rigs have a bone for each finger's root there).
    length: from the wrist to the knuckles. thumb: index of the thumb's chain, or None.
    """

    side: str
    name: str
    beside: tuple[str, ...]
    fingers: tuple[tuple[str, ...], ...]
    thumb: int | None
    along: Vector
    palm: Vector
    length: float


def find_hand(skeleton: Skeleton, limb: Limb, side: str) -> Hand:
    """Read a hand from its finger bones; one without fingers continues the forearm, palm as in a T-pose."""
    wrist = skeleton.head(limb.end)
    forearm = (wrist - skeleton.head(limb.lower)).normalized()
    chains = _chains(skeleton, limb, forearm)
    thumb = _thumb(skeleton, chains, wrist, forearm)
    knuckles = [skeleton.head(chain[0]) for index, chain in enumerate(chains) if index != thumb]
    sign = SIDES[side]
    if not knuckles:
        palm = skeleton.to_world(limb.lower, limb.hinge_lower) * sign
        length = limb.lengths[1] * 0.3
        return _hand(skeleton, limb, side, (), None, forearm, palm, length)
    middle = sum(knuckles, Vector()) / len(knuckles)
    along = middle - wrist
    length = along.length
    if length < 1e-6:
        along, length = forearm, limb.lengths[1] * 0.3
    towards_thumb = _towards_thumb(skeleton, chains, thumb, middle, along)
    palm = along.cross(towards_thumb) * sign
    if palm.length < 1e-9:
        palm = skeleton.to_world(limb.lower, limb.hinge_lower) * sign
    return _hand(skeleton, limb, side, chains, thumb, along, palm, length)


def _hand(
    skeleton: Skeleton,
    limb: Limb,
    side: str,
    chains: tuple[tuple[str, ...], ...],
    thumb: int | None,
    along: Vector,
    palm: Vector,
    length: float,
) -> Hand:
    local = [skeleton.to_local(limb.end, vector.normalized()) for vector in (along, palm)]
    beside = tuple(chain[0] for chain in chains if not skeleton.descends(chain[0], limb.end))
    return Hand(side, limb.end, beside, chains, thumb, local[0], local[1], length)


def _chains(skeleton: Skeleton, limb: Limb, forearm: Vector) -> tuple[tuple[str, ...], ...]:
    """Finger chains: what hangs on the hand, or beside it on the forearm, and goes on for at least two bones."""
    roots = skeleton.children(limb.end)
    if len(roots) < 2:
        roots += [name for name in skeleton.children(limb.lower) if name != limb.end]
    found = []
    for root in roots:
        chain = [root]
        while len(following := skeleton.children(chain[-1])) == 1:
            chain += following
        if len(chain) >= 2 and (skeleton.head(chain[-1]) - skeleton.head(limb.lower)).dot(forearm) > 0:
            found.append(tuple(chain))
    return tuple(found)


def _thumb(skeleton: Skeleton, chains: tuple[tuple[str, ...], ...], wrist: Vector, forearm: Vector) -> int | None:
    """The chain that begins nearest to the wrist, if it is clearly nearer than the others."""
    if len(chains) < 2:
        return None
    starts = [(skeleton.head(chain[0]) - wrist).length for chain in chains]
    order = sorted(range(len(chains)), key=lambda index: starts[index])
    named = [index for index, chain in enumerate(chains) if "thumb" in chain[0].lower()]
    if named:
        return named[0]
    return order[0] if starts[order[0]] < 0.8 * starts[order[1]] else None


def _towards_thumb(
    skeleton: Skeleton, chains: tuple[tuple[str, ...], ...], thumb: int | None, middle: Vector, along: Vector
) -> Vector:
    """From the little finger's side of the hand to the thumb's."""
    others = [skeleton.head(chain[0]) for index, chain in enumerate(chains) if index != thumb]
    if thumb is None:
        return others[0] - others[-1]
    hint = skeleton.head(chains[thumb][1]) - middle
    hint -= along * (hint.dot(along) / max(along.length_squared, 1e-12))
    if len(others) < 2:
        return hint
    spread = sorted(others, key=lambda point: point.dot(hint))
    return spread[-1] - spread[0]


def orient(skeleton: Skeleton, limb: Limb, hand: Hand, axes: Axes, row: dict[str, Any]) -> None:
    """Turn hand and forearm so that fingers and palm look as the table says, as far as a wrist allows."""
    fingers = axes.vector(row["fingers"], hand.side).normalized()
    palm = axes.vector(row["palm"], hand.side)
    forearm = (skeleton.head(limb.end) - skeleton.head(limb.lower)).normalized()
    bend = forearm.angle(fingers)
    if bend > MOST_BEND:
        fingers = forearm.slerp(fingers, MOST_BEND / bend)
    wanted = frame(fingers, palm)
    twist = twist_about(between(_now(skeleton, hand), wanted), forearm)
    twist = max(-MOST_TWIST, min(MOST_TWIST, twist))
    skeleton.turn(limb.lower, Quaternion(forearm, twist * FOREARM_SHARE))
    turn_hand(skeleton, hand, between(_now(skeleton, hand), wanted))


def turn_hand(skeleton: Skeleton, hand: Hand, rotation: Quaternion) -> None:
    """Turn the whole hand about the wrist."""
    wrist = skeleton.head(hand.name)
    for name in (hand.name, *hand.beside):
        skeleton.turn(name, rotation, wrist)


def _now(skeleton: Skeleton, hand: Hand) -> Matrix:
    return frame(skeleton.to_world(hand.name, hand.along), skeleton.to_world(hand.name, hand.palm))


def lay_fingers(skeleton: Skeleton, hand: Hand, curl: float, spread: float) -> None:
    """Straighten the fingers, then curl each joint by `curl` degrees and fan them by `spread` between neighbours."""
    along = skeleton.to_world(hand.name, hand.along)
    palm = skeleton.to_world(hand.name, hand.palm)
    fingers = [chain for index, chain in enumerate(hand.fingers) if index != hand.thumb]
    across = along.cross(palm).normalized()
    fingers.sort(key=lambda chain: skeleton.head(chain[0]).dot(across))
    for place, chain in enumerate(fingers):
        fan = math.radians(spread) * (place - (len(fingers) - 1) / 2.0)
        direction = along * math.cos(fan) + across * math.sin(fan)
        _lay_finger(skeleton, chain, direction, palm, curl * (1.0 + 0.15 * place / max(len(fingers) - 1, 1)))


def _lay_finger(skeleton: Skeleton, chain: tuple[str, ...], direction: Vector, palm: Vector, curl: float) -> None:
    axis = direction.cross(palm).normalized()
    bend = 0.0
    for name, following in zip(chain, (*chain[1:], None), strict=True):
        bend += math.radians(curl)
        wanted = Quaternion(axis, bend) @ direction
        if following is None:
            break
        now = skeleton.head(following) - skeleton.head(name)
        if now.length > 1e-9:
            skeleton.turn(name, now.normalized().rotation_difference(wanted))
    if len(chain) > 1:
        skeleton.turn(chain[-1], Quaternion(axis, math.radians(curl)))
