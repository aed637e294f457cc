# SPDX-License-Identifier: GPL-3.0-or-later
"""From a subject whose head and facing are known to the heights that framing needs. The character's own frame.

The frame is shape.to_frame's: x to the character's left, y forward, z up; the middle line is x = middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import shape
from .eyes import Eyes
from .face_keys import motion
from .parts import FoundHead
from .subject import Subject

#: Chin to eyes over eyes to crown, for people without hair about 1; hair and hats make it less, snouts more.
CHIN_SHARES = (0.35, 1.45)


@dataclass(frozen=True)
class Skull:
    """Heights and middle of a head, in the character's frame; `eyes` are (left, right) there."""

    crown: np.ndarray
    chin: np.ndarray
    middle: float
    eyes: tuple[np.ndarray, np.ndarray] | None
    width: float
    evidence: str

    @property
    def height(self) -> float:
        """Chin to crown."""
        return float(self.crown[2] - self.chin[2])


def skull(subject: Subject, head: np.ndarray, facing: np.ndarray, eyes: Eyes | None, found: FoundHead) -> Skull:
    """Chin, crown and middle of a head. head: (N, 3) world points of the head, as `found` tells."""
    points = shape.to_frame(head, facing)
    pair = sided(eyes, facing)
    middle = float(np.mean([eye[0] for eye in pair])) if pair else centre_line(points)
    top = float(points[:, 2].max())
    low, high = chin_range(points, pair, top)
    if found.low is not None and (pair is None or low < found.low < high):
        low = found.low
    neck = subject.middle("neck")
    if neck is not None and low < neck[2] < high:
        low = float(neck[2])
    width = 0.12 * float(np.ptp(points[points[:, 2] > (low + high) / 2, 0]))
    jaw = jaw_points(subject, facing)
    if jaw is not None and np.any((jaw[:, 2] >= low) & (jaw[:, 2] <= high)):
        tip, evidence = shape.chin(jaw, middle, low, high, max(width, 0.15 * np.ptp(jaw[:, 0]))), "jaw shape key"
    else:
        front = in_front(points, pair, high)
        tip, evidence = shape.chin(front, middle, low, high, width), "corner of face and throat"
    if pair is None and found.kind == "mesh":
        tip, evidence = np.array([middle, float(points[:, 1].max()), float(points[:, 2].min())]), "the mesh's lower end"
    above = points[points[:, 2] >= tip[2]]
    depth = (above[:, 1].max() + above[:, 1].min()) / 2
    crown = np.array([middle, depth, top])
    return Skull(crown, tip, middle, pair, float(np.ptp(above[:, 0])), evidence)


def sided(eyes: Eyes | None, facing: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The eyes in the character's frame, the left one first."""
    if eyes is None:
        return None
    both = [shape.to_frame(eye, facing) for eye in (eyes.left, eyes.right)]
    both.sort(key=lambda point: -point[0])
    return both[0], both[1]


def centre_line(points: np.ndarray) -> float:
    """x of the middle of a head's box."""
    return float((points[:, 0].max() + points[:, 0].min()) / 2)


def chin_range(points: np.ndarray, eyes: tuple[np.ndarray, np.ndarray] | None, top: float) -> tuple[float, float]:
    """Heights between which the chin must lie."""
    bottom = float(points[:, 2].min())
    if eyes is None:
        return bottom, bottom + 0.45 * (top - bottom)
    line = float(np.mean([eye[2] for eye in eyes]))
    gap = float(np.linalg.norm(eyes[0] - eyes[1]))
    # A chin lies 1.2-2.4 eye distances below the eyes, whatever the hair above them does.
    low = max(bottom, line - max(CHIN_SHARES[1] * (top - line), 2.6 * gap))
    high = line - min(CHIN_SHARES[0] * (top - line), 0.9 * gap)
    return min(low, high), high


def in_front(points: np.ndarray, eyes: tuple[np.ndarray, np.ndarray] | None, high: float) -> np.ndarray:
    """The points that may be face: hair that hangs down behind reaches below any chin."""
    if eyes is not None:
        limit = float(np.mean([eye[1] for eye in eyes])) - 1.3 * float(np.linalg.norm(eyes[0] - eyes[1]))
    else:
        skull = points[points[:, 2] > high]
        limit = float(skull[:, 1].min() + 0.35 * np.ptp(skull[:, 1])) if len(skull) else -np.inf
    front = points[points[:, 1] > limit]
    return front if len(front) >= 8 else points


def jaw_points(subject: Subject, facing: np.ndarray) -> np.ndarray | None:
    """Where the jaw's key moves the skin, in the character's frame."""
    drives = subject.keys.keys.get("jawOpen")
    move = motion(subject.cluster.meshes, drives) if drives else None
    return None if move is None else shape.to_frame(move.points, facing)


def landmarks(subject: Subject, facing: np.ndarray, head: Skull, full: bool) -> dict[str, np.ndarray]:
    """Points on the middle line, in the character's frame, at rest: those that the body has."""
    body = shape.to_frame(subject.points, facing)
    floor, top = float(body[:, 2].min()), float(head.crown[2])
    found = {"crown": head.crown, "chin": head.chin}
    under = np.array([head.middle, head.crown[1], 0.0])
    places = {
        "neck": subject.middle("neck"),
        "shoulders": subject.middle("left_upper_arm", "right_upper_arm"),
        "hips": subject.middle("left_upper_leg", "right_upper_leg"),
        "knees": subject.middle("left_lower_leg", "right_lower_leg"),
    }
    for name, place in places.items():
        if place is not None:
            point = shape.to_frame(place, facing)
            found[name] = np.array([head.middle, point[1], point[2]])
    stature = float(head.chin[2]) - floor
    shares = {"neck": 0.97, "shoulders": 0.93, "hips": 0.58, "knees": 0.31} if full else {}
    if not full and stature > 0.15 * head.height:
        shares = {"neck": 0.95}
        if stature > 0.45 * head.height:
            shares["shoulders"] = 0.7
    for name, share in shares.items():
        found.setdefault(name, under + np.array([0.0, 0.0, floor + share * stature]))
    if "hips" in found and "shoulders" in found:
        found["waist"] = found["hips"] + 0.4 * (found["shoulders"] - found["hips"])
        found["waist"][0] = head.middle
    if "hips" in found and "knees" in found:
        found["thighs"] = (found["hips"] + found["knees"]) / 2
    if full:
        found["floor"] = under + np.array([0.0, 0.0, floor])
    order = ("crown", "chin", "neck", "shoulders", "waist", "hips", "thighs", "knees", "floor")
    return {name: found[name] for name in order if name in found and floor - 1e-6 <= found[name][2] <= top + 1e-6}
