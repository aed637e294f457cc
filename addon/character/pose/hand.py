# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands: where the palm looks, and how the wrist turns without breaking."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from mathutils import Matrix, Vector

from .axes import SIDES, Axes
from .fingers import Chain, find_thumb, finger_chains, lay_finger, lay_thumb, without_palm
from .limb import Limb
from .skeleton import Skeleton, between, frame, twist_about
from .twist import roll

#: How far the wrist bends before it looks broken, and how far a hand turns about the forearm in all.
MOST_BEND = math.radians(62.0)
MOST_TWIST = math.radians(110.0)
#: A hand is flat when it is so much thinner than wide, and its flat side then tells where the palm looks.
FLAT = 0.72
#: Of fewer fingers than this the longest tells where the hand points; of more, the middle of their knuckles.
FEW = 3
#: Fingers that curl less than this are held out on purpose, and so is the thumb.
AT_EASE = 8.0


@dataclass(frozen=True)
class Hand:
    """One hand: chains of finger bones from the knuckles, its frame in the bone's own axes.

    length: from the wrist to the knuckles. thumb: index of the thumb's chain, or None.
    """

    side: str
    name: str
    fingers: tuple[Chain, ...]
    thumb: int | None
    along: Vector
    palm: Vector
    length: float


def find_hand(skeleton: Skeleton, limb: Limb, side: str) -> Hand:
    """Read a hand from its finger bones; one without fingers continues the forearm, palm as in a T-pose."""
    wrist = skeleton.head(limb.end)
    forearm = (wrist - skeleton.head(limb.lower)).normalized()
    whole = finger_chains(skeleton, limb.lower, limb.end, forearm)
    thumb = find_thumb(skeleton, whole, wrist)
    chains = tuple(
        chain if index == thumb else without_palm(skeleton, chain, wrist) for index, chain in enumerate(whole)
    )
    knuckles = [skeleton.head(chain[0]) for index, chain in enumerate(chains) if index != thumb]
    guess = skeleton.to_world(limb.lower, limb.hinge_lower) * SIDES[side]
    along = sum(knuckles, Vector()) / len(knuckles) - wrist if knuckles else Vector()
    length = along.length
    if 0 < len(knuckles) < FEW:
        tips = [skeleton.head(chain[-1]) - wrist for index, chain in enumerate(chains) if index != thumb]
        along = max(tips, key=lambda tip: tip.dot(forearm))
    if length < 0.05 * limb.lengths[1]:
        along, length = forearm, limb.lengths[1] * 0.3
    palm = guess
    if len(knuckles) > 1 or (knuckles and thumb is not None):
        seen = (
            along.cross(_towards_thumb(skeleton, chains, thumb, wrist + along.normalized() * length, along))
            * SIDES[side]
        )
        palm = seen if seen.length > 1e-9 else guess
    local = [skeleton.to_local(limb.end, vector.normalized()) for vector in (along, palm)]
    return Hand(side, limb.end, chains, thumb, local[0], local[1], length)


def _towards_thumb(
    skeleton: Skeleton, chains: tuple[Chain, ...], thumb: int | None, middle: Vector, along: Vector
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


def by_shape(skeleton: Skeleton, hand: Hand, points: np.ndarray, axes: Axes) -> Hand:
    """A hand without finger bones, its palm read from the flat side of its surface: (K, 3) world points."""
    if hand.fingers or len(points) < 12:
        return hand
    along = skeleton.to_world(hand.name, hand.along)
    flat = points - points.mean(axis=0)
    flat = flat - np.outer(flat @ np.array(along), np.array(along))
    sizes, ways = np.linalg.eigh(flat.T @ flat / len(flat))
    if sizes[1] > FLAT**2 * sizes[2]:
        return hand
    palm = Vector(ways[:, 1].tolist())
    guess = skeleton.to_world(hand.name, hand.palm)
    hint = guess + axes.vector([-0.4, 0.0, 0.3], hand.side)
    return replace(hand, palm=skeleton.to_local(hand.name, palm if palm.dot(hint) > 0 else -palm))


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
    roll(skeleton, limb.segments[1], forearm, twist, at_root=False)
    skeleton.turn(hand.name, between(_now(skeleton, hand), wanted))


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
        lay_finger(skeleton, chain, direction, palm, curl * (1.0 + 0.15 * place / max(len(fingers) - 1, 1)))
    if hand.thumb is not None and curl >= AT_EASE:
        chain = hand.fingers[hand.thumb]
        towards = skeleton.head(chain[1]) - skeleton.head(hand.name)
        lay_thumb(skeleton, chain, along, palm, towards, 0.6)
