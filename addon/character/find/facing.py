# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the character looks: several kinds of evidence, a weighted vote, and how far they agree. Numpy only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...common.errors import InputError


@dataclass(frozen=True)
class Kind:
    """trust: how far this evidence is believed; family: what it stands or falls with (all names of sides are wrong
    together); exact: whether it tells the direction to a few degrees, or only which of two opposite ones it is."""

    trust: float
    family: str
    exact: bool


#: The kinds of evidence, the best first.
KINDS = {
    "VRM version": Kind(1.0, "format", True),
    "eyes left and right": Kind(0.95, "sides", True),
    "upper arms left and right": Kind(0.85, "sides", True),
    "thighs left and right": Kind(0.85, "sides", True),
    "where the face's shape keys move": Kind(0.75, "shape keys", False),
    "shoulders left and right": Kind(0.6, "sides", True),
    "meshes named left and right": Kind(0.6, "sides of meshes", True),
    "eyes in front of the head": Kind(0.6, "eyes", False),
    "face and hair by their names": Kind(0.5, "parts", False),
    "the finer modelled side of the head": Kind(0.55, "density", False),
    "toes in front of the ankles": Kind(0.5, "feet", False),
    "soles in front of the ankles": Kind(0.4, "feet", False),
    "the side of the head with a nose": Kind(0.35, "nose", False),
    "the head ahead of its neck": Kind(0.12, "neck", False),
}
#: Most files face -Y once they are imported: what decides where two directions have as good as equal support.
USUAL = 0.15
AGREE = np.cos(np.radians(40))
#: Evidence that is not exact may lie so far from the line of sight and still tell its end.
SAME_END = np.cos(np.radians(60))
#: Modelled characters stand square to the axes; a slightly uneven mesh must not turn the camera.
SNAP = np.cos(np.radians(3))
AXES = {"+X": (1, 0, 0), "-X": (-1, 0, 0), "+Y": (0, 1, 0), "-Y": (0, -1, 0), "+Z": (0, 0, 1), "-Z": (0, 0, -1)}
UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Sign:
    """One piece of evidence: its kind (a key of KINDS), a horizontal unit vector, and how clear it is (0..1)."""

    kind: str
    direction: np.ndarray
    clear: float = 1.0

    @property
    def trust(self) -> float:
        """How far it is believed."""
        return KINDS[self.kind].trust * self.clear

    @property
    def family(self) -> str:
        """What it stands or falls with."""
        return KINDS[self.kind].family


@dataclass(frozen=True)
class Line:
    """The line along which the character looks, one way or the other: a horizontal unit vector, what tells it, and
    how far that is believed."""

    direction: np.ndarray
    evidence: str
    trust: float


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


def straight(vector: np.ndarray, kind: str, clear: float = 1.0) -> list[Sign]:
    """Evidence from a vector that points forward; none where it is (nearly) vertical or nil."""
    flat = np.array([vector[0], vector[1], 0.0])
    length = np.linalg.norm(flat)
    if not np.isfinite(length) or length < 1e-9 or length < 0.15 * np.linalg.norm(vector) or clear <= 0:
        return []
    return [Sign(kind, flat / length, min(clear, 1.0))]


def decide(signs: Iterable[Sign], line: Line | None = None) -> Verdict:
    """The direction for which most trust speaks; without any evidence -Y or the line's end next to it, hardly sure."""
    rows = sorted(signs, key=lambda sign: list(KINDS).index(sign.kind))
    if not rows:
        return _guess(line)
    directions = [sign.direction for sign in rows]
    if line is not None:
        directions += [line.direction, -line.direction]
    best = max(directions, key=lambda direction: _support(rows, direction) + USUAL * float(-direction[1] > AGREE))
    agreeing = [sign for sign in rows if _agrees(sign, best)]
    if not agreeing:
        return _guess(line)
    facing = _refined(agreeing, best, line)
    against = [sign for sign in rows if sign not in agreeing]
    for_it, other = _weight(agreeing), _weight(against)
    doubt = float(np.prod([1 - 0.9 * trust for trust in _families(agreeing).values()]))
    # Arms and legs are named by the same hand: a second voice of one family adds a little, not much.
    seconds = len(agreeing) - len(_families(agreeing))
    doubt *= 0.93 ** min(seconds, 4)
    if line is None and not any(KINDS[sign.kind].exact for sign in agreeing):
        doubt = max(doubt, 0.3)  # which end is known, how exactly it points is not
    confidence = round((1 - doubt) * (for_it / (for_it + other)) ** 1.5, 2)
    named = list(dict.fromkeys(sign.kind for sign in agreeing))
    evidence = ", ".join([*named, line.evidence] if line is not None and facing is not best else named)
    return Verdict(snapped(facing), evidence, confidence, _objection(agreeing, against))


def _guess(line: Line | None) -> Verdict:
    assumed = np.array(AXES["-Y"], float)
    words = "nothing tells where the front is; -Y assumed, as most files have it"
    if line is not None:
        # of the two ends the one nearer to -Y, or to +X where neither is
        ends = sorted((line.direction, -line.direction), key=lambda end: (round(float(-end[1]), 2), end[0]))
        assumed = ends[-1]
        words = f"{line.evidence} tells the line of sight, but nothing which end of it is the front"
    return Verdict(snapped(assumed), words, 0.2, f"{words}. Look at the preview and set --facing.")


def _agrees(sign: Sign, direction: np.ndarray) -> bool:
    limit = AGREE if KINDS[sign.kind].exact else SAME_END
    return bool(sign.direction @ direction > limit)


def _families(signs: Iterable[Sign]) -> dict[str, float]:
    """Family -> trust of its best voice."""
    best: dict[str, float] = {}
    for sign in signs:
        best[sign.family] = max(best.get(sign.family, 0.0), sign.trust)
    return best


def _weight(signs: Iterable[Sign]) -> float:
    return sum(_families(signs).values())


def _support(rows: list[Sign], direction: np.ndarray) -> float:
    return _weight(sign for sign in rows if _agrees(sign, direction))


def _refined(agreeing: list[Sign], best: np.ndarray, line: Line | None) -> np.ndarray:
    """The most exact voice among those that agree: a pair of joints, else the line of sight, else the vote."""
    exact = [sign for sign in agreeing if KINDS[sign.kind].exact]
    if exact:
        return max(exact, key=lambda sign: sign.trust).direction
    if line is not None and abs(float(line.direction @ best)) > SAME_END:
        return line.direction if line.direction @ best > 0 else -line.direction
    return max(agreeing, key=lambda sign: sign.trust).direction


def _objection(agreeing: list[Sign], against: list[Sign]) -> str:
    if _weight(against) < 0.4:
        return ""
    best = max(agreeing, key=lambda sign: sign.trust)
    names = ", ".join(dict.fromkeys(sign.kind for sign in against))
    doubt = f"the facing rests on {best.kind}, but {names} point another way"
    return f"{doubt}. Look at the preview; what mends it is --facing."


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
