# SPDX-License-Identifier: GPL-3.0-or-later
"""A limb of two bones and an end (arm and hand, leg and foot): analytic inverse kinematics and natural twist.

The elbow bends about one hinge. Where the limb lies bent in the file the hinge is seen there; where it lies straight
it is the one about which the limb bends towards a given direction (elbows forwards, knees backwards).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mathutils import Quaternion, Vector

from .skeleton import Skeleton, between, frame, twist_about
from .twist import Segment, find_segment, roll

#: A limb bent less than this in the file tells nothing about its hinge.
STRAIGHT = math.radians(8.0)
#: An arm reaches no farther than this share of its length: a fully straight elbow looks broken.
LONGEST = 0.985
#: A leg that carries weight may be straight.
STRETCHED = 0.9995


@dataclass(frozen=True)
class Limb:
    """Bone names, the hinge in the axes of the upper and the lower bone, the two lengths in world units."""

    upper: str
    lower: str
    end: str
    hinge_upper: Vector
    hinge_lower: Vector
    lengths: tuple[float, float]
    segments: tuple[Segment, Segment]


def find_limb(skeleton: Skeleton, roles: tuple[str, str, str], bends_towards: Vector) -> Limb | None:
    """The limb of three roles, as it lies in the rest pose; None where the rig lacks it or its bones do not connect."""
    names = [skeleton.roles.get(role) for role in roles]
    if not all(names):
        return None
    upper, lower, end = names
    joint = lower if skeleton.is_bone(lower) else upper
    if not (skeleton.descends(lower, upper) and skeleton.descends(end, joint)):
        return None
    first = skeleton.head(lower) - skeleton.head(upper)
    second = skeleton.head(end) - skeleton.head(lower)
    if min(first.length, second.length) < 1e-6:
        return None
    bent = first.angle(second) > STRAIGHT
    hinge = first.cross(second) if bent else first.cross(bends_towards)
    if hinge.length < 1e-9:
        hinge = first.orthogonal()
    hinge.normalize()
    return Limb(
        upper,
        lower,
        end,
        skeleton.to_local(upper, hinge),
        skeleton.to_local(lower, hinge),
        (first.length, second.length),
        (find_segment(skeleton, upper, lower), find_segment(skeleton, lower, end)),
    )


def elbow_for(limb: Limb, start: Vector, target: Vector, pole: Vector, longest: float) -> tuple[Vector, Vector]:
    """Elbow and end points so that the end comes as near to `target` as the limb reaches, the elbow towards `pole`.

    The law of cosines gives the distance of the elbow along the line from start to target.
    """
    first, second = limb.lengths
    line = target - start
    reach = min(max(line.length, abs(first - second) * 1.02), (first + second) * longest)
    along = line.normalized()
    side = pole - along * pole.dot(along)
    side = side.normalized() if side.length > 1e-6 else along.orthogonal().normalized()
    offset = (first**2 - second**2 + reach**2) / (2.0 * reach)
    height = math.sqrt(max(first**2 - offset**2, 0.0))
    return start + along * offset + side * height, start + along * reach


def point_limb(skeleton: Skeleton, limb: Limb, upper: Vector, lower: Vector, hinge: Vector | None = None) -> None:
    """Turn the upper bone along `upper` and the lower along `lower` (world directions), hinge square to both."""
    upper, lower = upper.normalized(), lower.normalized()
    axis = upper.cross(lower)
    if axis.length < math.sin(STRAIGHT):
        axis = hinge if hinge is not None else skeleton.to_world(limb.upper, limb.hinge_upper)
    skeleton.aim(limb.upper, limb.lower, upper)
    seen = _roll(skeleton, limb.upper, limb.hinge_upper, upper, axis)
    roll(skeleton, limb.segments[0], upper, seen, at_root=True)
    skeleton.aim(limb.lower, limb.end, lower)
    seen = _roll(skeleton, limb.lower, limb.hinge_lower, lower, axis)
    skeleton.turn(limb.lower, Quaternion(lower, seen))


def _roll(skeleton: Skeleton, name: str, own: Vector, along: Vector, axis: Vector) -> float:
    """The angle about `along` by which the bone's own hinge misses the wanted one."""
    return twist_about(between(frame(along, skeleton.to_world(name, own)), frame(along, axis)), along)


def reach(skeleton: Skeleton, limb: Limb, target: Vector, pole: Vector, longest: float = LONGEST) -> None:
    """Bring the limb's end to `target` (no farther than a share of its length), the elbow towards `pole` (world)."""
    start = skeleton.head(limb.upper)
    elbow, end = elbow_for(limb, start, target, pole, longest)
    point_limb(skeleton, limb, elbow - start, end - elbow)
