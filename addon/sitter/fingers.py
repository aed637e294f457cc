# SPDX-License-Identifier: GPL-3.0-or-later
"""The left hand's frame, the joints of its fingers, their bones and the skin weights along them. bpy-free.

The hand's own frame has its origin at the wrist: x along the fingers, y towards the thumb, z out of the back. Metres.
"""

from __future__ import annotations

import itertools

import numpy as np

from .fields import Array, smoothstep
from .skeleton import head_of

#: finger -> (place across the knuckles, length from the knuckle, curl added at each joint in radians).
FINGERS = {
    "Index": (0.0275, 0.068, 0.30),
    "Middle": (0.0092, 0.075, 0.36),
    "Ring": (-0.0092, 0.071, 0.42),
    "Pinky": (-0.0268, 0.058, 0.50),
}
#: How much of a finger's length its three parts have, and how far its root lies inside the palm.
PARTS, ROOT = (0.42, 0.32, 0.26), 0.02
THUMB = ((0.012, 0.018, -0.006), (0.040, 0.043, -0.016), (0.064, 0.053, -0.022), (0.084, 0.054, -0.027))
#: Half width (metres) of the passage from one finger bone to the next, and how far from its middle line a bone holds.
SOFT, HOLD = 0.006, (0.011, 0.017)


def hand_frame() -> tuple[Array, Array]:
    """The wrist, and the frame's axes as the rows of a (3, 3) matrix."""
    wrist = head_of("LeftHand")
    along = wrist - head_of("LeftForeArm")
    along /= np.linalg.norm(along)
    thumbward = np.array([0.0, -1.0, 0.0])
    thumbward -= along * (along @ thumbward)
    thumbward /= np.linalg.norm(thumbward)
    back = np.cross(along, thumbward)
    back *= np.sign(back[0])
    return wrist, np.stack([along, thumbward, back])


def paths() -> dict[str, Array]:
    """finger -> (4, 3) its root and the ends of its three parts, in the hand's frame."""
    found = {}
    for name, (y, length, curl) in FINGERS.items():
        angle = 0.12
        path = [np.array([0.070 - abs(y) * 0.25 - ROOT, y * 0.85, 0.001])]
        for index, part in enumerate(PARTS, start=1):
            x = path[-1][0] + np.cos(angle) * length * part * 1.05 + (ROOT if index == 1 else 0.0)
            path.append(np.array([x, y * (1.0 + 0.05 * index), path[-1][2] - np.sin(angle) * length * part]))
            angle += curl
        found[name] = np.stack(path)
    return {**found, "Thumb": np.array(THUMB)}


def joints() -> dict[str, Array]:
    """finger -> (4, 3) its knuckle (the thumb's saddle joint), two joints and tip, in the hand's frame."""
    found = paths()
    for name, path in found.items():
        if name != "Thumb":
            share = ROOT / np.linalg.norm(path[1] - path[0])
            path[0] = path[0] + share * (path[1] - path[0])
    return found


def finger_bones() -> dict[str, tuple[str, Array, Array]]:
    """bone of the left hand -> (parent, head, tail) in world space, before scaling."""
    wrist, frame = hand_frame()
    bones = {}
    for name, points in joints().items():
        world, parent = points @ frame + wrist, "LeftHand"
        for number, (head, tail) in enumerate(itertools.pairwise(world), start=1):
            bone = f"LeftHand{name}{number}"
            bones[bone] = (parent, head, tail)
            parent = bone
    return bones


def finger_weights(points: Array, hand: Array) -> dict[str, Array]:
    """Share the left hand's own weight out among hand and fingers.

    points: (N, 3) world space; hand: (N,) weights of LeftHand so far. Between two fingers the nearer one holds more.
    """
    wrist, frame = hand_frame()
    local = (points - wrist) @ frame.T
    rows = {name: _along(local, path) for name, path in joints().items()}
    nearness = {name: np.exp(-away / 0.002) for name, (_along_path, away, _length) in rows.items()}
    total = np.maximum(sum(nearness.values()), 1e-12)
    weights, left = {}, hand.copy()
    for name, (along, away, lengths) in rows.items():
        rest = hand * nearness[name] / total * (1.0 - smoothstep(away, *HOLD))
        starts = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
        for number in (3, 2, 1):
            share = smoothstep(along, starts[number - 1] - SOFT, starts[number - 1] + SOFT)
            weights[f"LeftHand{name}{number}"] = rest * share
            left = left - rest * share
            rest = rest * (1.0 - share)
    return {"LeftHand": np.maximum(left, 0.0), **weights}


def _along(points: Array, path: Array) -> tuple[Array, Array, Array]:
    """(N,) way along a path, running on before and beyond its ends; (N,) distance from it; lengths of its parts."""
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    along, away, start = np.zeros(len(points)), np.full(len(points), np.inf), 0.0
    for index, (a, length) in enumerate(zip(path, lengths, strict=False)):
        axis = (path[index + 1] - a) / length
        t = np.clip((points - a) @ axis, -ROOT if index == 0 else 0.0, np.inf if index == 2 else length)
        far = np.linalg.norm(points - a - t[:, None] * axis, axis=1)
        along = np.where(far < away, start + t, along)
        away = np.minimum(away, far)
        start += length
    return along, away, lengths
