# SPDX-License-Identifier: GPL-3.0-or-later
"""Eye bones by a word of any language and by their place: a mirrored pair below the head. Numpy only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..names.eye_words import is_eye
from .topology import Tree

#: How far from the middle between the arms a pair may lie, as a share of the distance between its two bones.
ASKEW = 0.35


def eye_bones(tree: Tree, bones: Mapping[str, str]) -> dict[str, str]:
    """{"left_eye", "right_eye"} where exactly two bones below the head are eyes by name and mirror each other.

    bones: role -> name so far; left is where the left arm (or leg) is.
    """
    index = {name: place for place, name in enumerate(tree.names)}
    pairs = [[bones.get(f"{side}_{role}") for side in ("left", "right")] for role in ("upper_arm", "upper_leg")]
    limbs = next(([index[left], index[right]] for left, right in pairs if left in index and right in index), None)
    head = index.get(bones.get("head", ""))
    if head is None or limbs is None or {"left_eye", "right_eye"} & set(bones):
        return {}
    taken = set(bones.values())
    below = [place for place in index.values() if place != head and head in tree.path(place)]
    found = [place for place in below if is_eye(tree.names[place]) and tree.names[place] not in taken]
    tops = [place for place in found if not set(tree.path(place)[1:]) & set(found)]
    if len(tops) != 2:
        return {}
    across = tree.heads[limbs[0]] - tree.heads[limbs[1]]
    across = across / max(float(np.linalg.norm(across)), 1e-12)
    places = (tree.heads[tops] - tree.heads[limbs].mean(axis=0)) @ across
    apart = abs(float(places[0] - places[1]))
    if apart < 1e-9 or abs(float(places.mean())) > ASKEW * apart:
        return {}
    left, right = tops if places[0] > places[1] else reversed(tops)
    return {"left_eye": tree.names[left], "right_eye": tree.names[right]}
