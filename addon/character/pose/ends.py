# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrists and elbows of rigs that have no bone there: points on the bone before, where the surface says."""

from __future__ import annotations

import math

import numpy as np
from mathutils import Vector

from ..loaded import Loaded
from .axes import SIDES
from .skeleton import Skeleton
from .surface import LOWER, UPPER, part_points

#: From elbow to fingertips, the wrist lies here, unless the forearm's bone ends near it.
WRIST = 0.6
NEAR_WRIST = (0.45, 0.78)
#: What goes on no farther than this, in upper-arm lengths, is a forearm without a hand.
STUMP = 1.15
#: A bone whose tail points this far off its skin has a tail that means nothing.
ASTRAY = math.radians(40)


def complete(loaded: Loaded, skeleton: Skeleton) -> None:
    """Give each arm of one or two bones the joints that it lacks, as points; the armature must be at rest."""
    for side in SIDES:
        upper, lower, hand = (skeleton.roles.get(f"{side}_{part}") for part in ("upper_arm", "lower_arm", "hand"))
        if upper is None or (lower is not None and hand is not None):
            continue
        if lower is not None:
            end = _wrist(loaded, skeleton, side, upper, lower)
            _add(skeleton, f"{side}_hand", lower, end)
            continue
        end = skeleton.head(hand) if hand is not None else _far_end(loaded, skeleton, UPPER.format(side=side), upper)
        if end is not None:
            start = skeleton.head(upper)
            _add(skeleton, f"{side}_lower_arm", upper, start.lerp(end, 0.5 if hand is not None else 0.45))
            if hand is None:
                _add(skeleton, f"{side}_hand", upper, start.lerp(end, 0.8))


def _add(skeleton: Skeleton, role: str, carrier: str, place: Vector | None) -> None:
    if place is not None:
        skeleton.roles[role] = f"{role} of {carrier}"
        skeleton.add_point(skeleton.roles[role], carrier, place)


def _wrist(loaded: Loaded, skeleton: Skeleton, side: str, upper: str, lower: str) -> Vector | None:
    tip = _far_end(loaded, skeleton, LOWER.format(side=side), lower)
    if tip is None:
        return None
    start = skeleton.head(lower)
    whole = (tip - start).length
    bone = (skeleton.tail(lower) - start).dot((tip - start).normalized())
    if whole < STUMP * (start - skeleton.head(upper)).length:
        return start.lerp(tip, 0.9)
    low, high = NEAR_WRIST
    return start.lerp(tip, bone / whole if low <= bone / whole <= high else WRIST)


def _far_end(loaded: Loaded, skeleton: Skeleton, part: str, bone: str) -> Vector | None:
    """Where the skin of a bone ends, on the line that it lies along; None without skin."""
    points = part_points(loaded, part)
    if not len(points):
        return None
    start = skeleton.head(bone)
    middle = Vector(points.mean(axis=0).tolist()) - start
    way = skeleton.tail(bone) - start
    if way.length < 1e-9 or middle.length < 1e-9 or way.angle(middle) > ASTRAY:
        way = middle
    way.normalize()
    far = float(np.quantile((points - np.array(start)) @ np.array(way), 0.995))
    return start + way * far if far > 1e-9 else None
