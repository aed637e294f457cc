# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter's skeleton as a table of joints, and smooth skin weights along chains of bones. bpy-free."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .fields import Array, smoothstep

#: Where the head's own space (between the eyes) lies on the body.
HEAD = np.array([0.0, 0.0, 1.508])

#: bone -> (parent, head, tail); only the left side, the right is mirrored. Metres, before scaling to the height.
BONES: dict[str, tuple[str | None, tuple[float, float, float], tuple[float, float, float]]] = {
    "Hips": (None, (0.0, 0.012, 0.900), (0.0, 0.014, 0.990)),
    "Spine": ("Hips", (0.0, 0.014, 0.990), (0.0, 0.018, 1.085)),
    "Spine1": ("Spine", (0.0, 0.018, 1.085), (0.0, 0.022, 1.185)),
    "Spine2": ("Spine1", (0.0, 0.022, 1.185), (0.0, 0.036, 1.315)),
    "Neck": ("Spine2", (0.0, 0.036, 1.315), (0.0, 0.026, 1.415)),
    "Head": ("Neck", (0.0, 0.026, 1.415), (0.0, 0.026, 1.645)),
    "LeftShoulder": ("Spine2", (0.020, 0.020, 1.285), (0.135, 0.028, 1.262)),
    "LeftArm": ("LeftShoulder", (0.135, 0.028, 1.262), (0.300, 0.036, 1.075)),
    "LeftForeArm": ("LeftArm", (0.300, 0.036, 1.075), (0.446, 0.012, 0.910)),
    "LeftHand": ("LeftForeArm", (0.446, 0.012, 0.910), (0.500, 0.002, 0.850)),
    "LeftUpLeg": ("Hips", (0.082, 0.012, 0.870), (0.088, 0.004, 0.475)),
    "LeftLeg": ("LeftUpLeg", (0.088, 0.004, 0.475), (0.092, 0.028, 0.085)),
    "LeftFoot": ("LeftLeg", (0.092, 0.028, 0.085), (0.098, -0.085, 0.025)),
    "LeftToeBase": ("LeftFoot", (0.098, -0.085, 0.025), (0.101, -0.150, 0.022)),
}


def head_of(bone: str) -> Array:
    """Where a bone of the left side or the middle begins."""
    return np.array(BONES[bone][1])


def tail_of(bone: str) -> Array:
    """Where a bone of the left side or the middle ends."""
    return np.array(BONES[bone][2])


def both_sides(table: Mapping[str, tuple[str | None, Any, Any]]) -> dict[str, tuple[str | None, Array, Array]]:
    """A table of bones with the right side added to the left one; parents come first, as in the table."""
    flip = np.array([-1.0, 1.0, 1.0])
    out: dict[str, tuple[str | None, Array, Array]] = {}
    for name, (parent, head, tail) in table.items():
        out[name] = (parent, np.array(head), np.array(tail))
        if name.startswith("Left"):
            other = parent.replace("Left", "Right") if parent else None
            out[name.replace("Left", "Right")] = (other, np.array(head) * flip, np.array(tail) * flip)
    return out


def chain_weights(points: Array, bones: Sequence[str], softness: Mapping[str, float]) -> dict[str, Array]:
    """Weights of points along a chain of bones: they pass over smoothly within `softness` metres of each joint.

    softness: bone -> half width of the passage at that bone's head.
    """
    joints = [head_of(bone) for bone in bones] + [tail_of(bones[-1])]
    along = np.zeros(len(points))
    best = np.full(len(points), np.inf)
    length = 0.0
    starts = []
    for index, (a, b) in enumerate(itertools.pairwise(joints)):
        size = float(np.linalg.norm(b - a))
        axis = (b - a) / size
        t = (points - a) @ axis
        low = -np.inf if index == 0 else 0.0
        high = np.inf if index == len(bones) - 1 else size
        t = np.clip(t, low, high)
        away = np.linalg.norm(points - a - t[:, None] * axis, axis=1)
        closer = away < best
        along[closer] = length + t[closer]
        best[closer] = away[closer]
        starts.append(length)
        length += size
    out = {}
    rest = np.ones(len(points))
    for bone, start in reversed(list(zip(bones, starts, strict=True))):
        if bone == bones[0]:
            share = np.ones(len(points))
        else:
            half = softness.get(bone, 0.03)
            share = smoothstep(along, start - half, start + half)
        out[bone] = rest * share
        rest = rest * (1.0 - share)
    return out
