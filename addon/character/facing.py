# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the character looks: several kinds of evidence, a weighted vote, and how far they agree. Numpy only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..common.errors import InputError

#: How far each kind of evidence is trusted; the order is that in which equal votes are decided.
TRUST = {
    "VRM version": 1.0,
    "eyes left and right": 0.95,
    "upper arms left and right": 0.85,
    "thighs left and right": 0.85,
    "shoulders left and right": 0.6,
    "meshes named left and right": 0.6,
    "where the face's shape keys move": 0.7,
    "eyes in front of the head": 0.5,
    "jaw in front of the neck": 0.5,
    "toes in front of the ankles": 0.45,
    "soles in front of the ankles": 0.3,
}
AGREE = np.cos(np.radians(40))
#: Modelled characters stand square to the axes; a slightly uneven mesh must not turn the camera.
SNAP = np.cos(np.radians(3))
AXES = {"+X": (1, 0, 0), "-X": (-1, 0, 0), "+Y": (0, 1, 0), "-Y": (0, -1, 0), "+Z": (0, 0, 1), "-Z": (0, 0, -1)}
UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Sign:
    """One piece of evidence: its kind (a key of TRUST) and a horizontal unit vector."""

    kind: str
    direction: np.ndarray


@dataclass(frozen=True)
class Verdict:
    """The facing, what it rests on, how sure (0..1), and a sentence where evidence disagrees."""

    facing: np.ndarray
    evidence: str
    confidence: float
    warning: str = ""


def across(left: np.ndarray, right: np.ndarray, kind: str) -> list[Sign]:
    """Evidence from a left and a right point: (L - R) x up."""
    return straight(np.cross(np.asarray(left, float) - np.asarray(right, float), UP), kind)


def straight(vector: np.ndarray, kind: str) -> list[Sign]:
    """Evidence from a vector that points forward; none where it is (nearly) vertical or nil."""
    flat = np.array([vector[0], vector[1], 0.0])
    length = np.linalg.norm(flat)
    if not np.isfinite(length) or length < 1e-9 or length < 0.15 * np.linalg.norm(vector):
        return []
    return [Sign(kind, flat / length)]


def decide(signs: Iterable[Sign]) -> Verdict:
    """The direction for which most trust speaks; without any evidence -Y, hardly sure."""
    rows = sorted(signs, key=lambda sign: list(TRUST).index(sign.kind))
    if not rows:
        guess = "nothing tells where the front is; -Y assumed, as most files have it"
        return Verdict(np.array(AXES["-Y"], float), guess, 0.2, f"{guess}. Look at the preview and set --facing.")
    votes = [sum(TRUST[other.kind] for other in rows if sign.direction @ other.direction > AGREE) for sign in rows]
    best = rows[int(np.argmax(votes))]
    agreeing = [sign for sign in rows if best.direction @ sign.direction > AGREE]
    against = [sign for sign in rows if sign not in agreeing]
    for_it, total = sum(TRUST[s.kind] for s in agreeing), sum(TRUST[s.kind] for s in rows)
    # Independent voices add up: 1 - product of the doubts, times the share that agrees.
    doubt = float(np.prod([1 - 0.9 * TRUST[sign.kind] for sign in agreeing]))
    confidence = round((1 - doubt) * (for_it / total) ** 2, 2)
    warning = ""
    if sum(TRUST[sign.kind] for sign in against) >= 0.4:
        names = ", ".join(dict.fromkeys(sign.kind for sign in against))
        warning = (
            f"the facing rests on {best.kind}, but {names} point another way. Look at the preview; --facing mends it."
        )
    return Verdict(snapped(best.direction), ", ".join(dict.fromkeys(s.kind for s in agreeing)), confidence, warning)


def snapped(direction: np.ndarray) -> np.ndarray:
    """The nearest horizontal axis where it is within three degrees, else the direction itself."""
    for axis in ("-Y", "+Y", "-X", "+X"):
        vector = np.array(AXES[axis], float)
        if vector @ direction > SNAP:
            return vector
    return direction


def parse_axis(text: str) -> np.ndarray:
    """`-Y`, `+x`, `X` -> unit vector. Raises InputError naming the choices."""
    name = text.strip().upper()
    name = name if name.startswith(("+", "-")) else f"+{name}"
    if name not in AXES or name.endswith("Z"):
        raise InputError(f"--facing {text}: not a direction on the floor. Choose one of -Y, +Y, -X, +X.")
    return np.array(AXES[name], float)
