# SPDX-License-Identifier: GPL-3.0-or-later
"""The three joints of a limb - shoulder, elbow, wrist or hip, knee, ankle - in a chain of joints. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

#: A chain that leaves the middle of the body begins with a collar bone: its joint lies at most this share as far out
#: as the next one.
COLLAR = 0.36
#: Beyond an elbow the surface's middle lies farther from the last joint than this share of the segment before it;
#: beyond a wrist or ankle it lies nearer.
HANDLESS = 0.45
#: Only so many joints of a chain are tried.
MOST = 14


@dataclass(frozen=True)
class Limb:
    """Places in the chain; lower and end are None where the chain is too short."""

    upper: int
    lower: int | None
    end: int | None


def read_limb(heads: np.ndarray, splits: list[int], start: np.ndarray, across: np.ndarray, tip: np.ndarray) -> Limb:
    """Find upper, lower and end joint by their distances: both halves of a limb are about equally long.

    heads: (n, 3) joints from the body outwards; splits: chains that leave each joint (fingers); start: the middle
    between both limbs' first joints; across: unit vector to one side; tip: the middle of the last bone's surface.
    """
    count = min(len(heads), MOST)
    steps = np.linalg.norm(np.diff(heads[:count], axis=0), axis=1)
    places = np.concatenate([[0.0], np.cumsum(steps)])
    aside = np.abs((heads[:count] - start) @ across)
    # Twist bones may share a joint with the bone that they twist.
    apart = [i for i in range(count) if i == 0 or places[i] - places[i - 1] > 0.02 * places[-1]]
    collar = len(apart) > 2 and aside[apart[0]] < COLLAR * aside[apart[1]]
    usable = apart[1:] if collar else apart
    if len(usable) == 1:
        return Limb(usable[0], None, None)
    if len(usable) == 2:
        return Limb(usable[0], usable[1], None)
    if len(usable) == 3 and np.linalg.norm(tip - heads[usable[2]]) > HANDLESS * steps[usable[1] : usable[2]].sum():
        return Limb(usable[1], usable[2], None) if aside[usable[0]] < 0.5 * aside[usable[1]] else Limb(*usable)
    hand = next((i for i in usable[2:] if splits[i] >= 3 or (splits[i] == 2 and places[i] > 0.6 * places[-1])), None)
    ends = [hand] if hand is not None else usable[2:]
    best, most = (usable[0], usable[1], usable[2]), -1.0
    for end in ends:
        for upper, lower in combinations([i for i in usable if i < end], 2):
            one, two = places[lower] - places[upper], places[end] - places[lower]
            worth = (one + two) * min(one, two) / max(one, two, 1e-12)
            if worth > most * 1.02:
                best, most = (upper, lower, end), worth
    upper, lower, end = best
    return Limb(upper, lower, end)
