# SPDX-License-Identifier: GPL-3.0-or-later
"""A turn about a limb's own line, spread along it: over twist bones where the rig has them, so that skin isn't wrung.

Twist bones stand in the chain (Daz: upper arm bend, upper arm twist, forearm bend ...) or hang beside it on the bone
whose twist they show (Unreal, Character Creator).
"""

from __future__ import annotations

from dataclasses import dataclass

from mathutils import Quaternion, Vector

from .skeleton import Skeleton

#: Without twist bones: the upper arm takes this share of the roll that its elbow asks for (all of it wrings the skin of
#: the shoulder), and the forearm this share of a hand's turn (pronation happens in the forearm, not in the wrist).
AT_ROOT, AT_END = 0.6, 0.6
#: With twist bones in the chain: what the bone above them takes itself, and what they take together.
ABOVE, CHAIN = 0.15, 0.75
#: With twist bones beside it: what the bone takes itself, by where its skin lies.
BESIDE_ROOT, BESIDE_END = 0.8, 0.25
#: A helper this far along the bone or less shows the twist of the bone's beginning, otherwise that of its end.
EARLY = 0.35
EARLY_SHARE, LATE_SHARE = 0.25, 0.75
#: A helper lies on the bone's line when it is no farther from it than this share of the bone's length.
OFF_LINE = 0.2


@dataclass(frozen=True)
class Segment:
    """A bone, the twist bones between it and the next joint, and those beside it: (name, share of a twist)."""

    bone: str
    chain: tuple[str, ...]
    beside: tuple[tuple[str, float], ...]


def find_segment(skeleton: Skeleton, bone: str, end: str) -> Segment:
    """The twist bones from a bone to the joint at its end, as they lie in the rest pose."""
    above = skeleton.above(end)
    chain = tuple(reversed(above[: above.index(bone)])) if bone in above else ()
    if chain:
        return Segment(bone, chain, ())
    start = skeleton.head(bone)
    line = skeleton.head(end) - start
    beside = []
    for child in skeleton.children(bone):
        offset = skeleton.head(child) - start
        along = offset.dot(line) / max(line.length_squared, 1e-12)
        if child == end or skeleton.children(child) or not -0.05 <= along <= 0.97:
            continue
        points = skeleton.tail(child) - skeleton.head(child)
        straight = abs(points.normalized().dot(line.normalized())) > 0.9 or "twist" in child.lower()
        if straight and (offset - line * along).length <= OFF_LINE * line.length:
            beside.append((child, EARLY_SHARE if along < EARLY else LATE_SHARE))
    return Segment(bone, (), tuple(beside))


def roll(skeleton: Skeleton, segment: Segment, axis: Vector, angle: float, at_root: bool) -> None:
    """Turn what lies along a segment by up to `angle` about it (world axis), more towards its end than at its root.

    at_root: the angle is what the joint at the segment's end asks for (upper arm), not what its end does (hand).
    """
    if segment.chain:
        own = ABOVE
        for name in segment.chain:
            skeleton.turn(name, Quaternion(axis, angle * CHAIN / len(segment.chain)))
    elif segment.beside:
        own = BESIDE_ROOT if at_root else BESIDE_END
    else:
        own = AT_ROOT if at_root else AT_END
    skeleton.turn(segment.bone, Quaternion(axis, angle * own))
    for name, share in segment.beside:
        skeleton.turn(name, Quaternion(axis, angle * (share - own)))
