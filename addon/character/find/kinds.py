# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a figure is built like a person, and why: by its skeleton, else by its outline and its names."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from . import shape
from .parts import FoundHead
from .stature import four_legged
from .subject import Subject

#: Legs that stand at more than this angle (cosine) to the trunk carry a beast.
UPRIGHT = math.cos(math.radians(58))
#: Deeper than high by this factor: no standing person.
DEEP = 1.2
#: A head is at least so deep for its width; a panel or the back of a chair is not.
THIN = 0.4
#: On so many columns stand beasts and furniture.
LEGS = 4
#: Words in names of things that have a head and shoulders in outline and are no people.
THINGS = re.compile(
    r"(?<![a-z])(?:chess|chair|stool|sofa|table|desk|lamp|vase|bottle|car|truck|plane|ship|boat|house|tree|gun|rifle|"
    r"horse|dog|wolf|cow|sheep|deer|spider|bird|fish|dragon|dinosaur|insect)(?![a-z0-9])"
)


@dataclass(frozen=True)
class Kind:
    """kind: "humanoid" or "other"; why: a sentence; confidence: 0..1."""

    kind: str
    why: str
    confidence: float


def kind_of(subject: Subject, facing: np.ndarray, found: FoundHead, head: np.ndarray, eyes: bool) -> Kind:
    """What the figure is. facing: its line of sight; head: (N, 3) world points of the head."""
    if subject.vrm is not None and "head" in subject.vrm.bones and "head" in subject.bones:
        return Kind("humanoid", "the file maps its bones to a person's", 1.0)
    frame = subject.anatomy.frame
    trunk = subject.pair("upper_arm") is not None and subject.pair("upper_leg") is not None
    if four_legged(subject) or (frame is not None and frame.upright < UPRIGHT and trunk):
        return Kind("other", "its trunk lies while its limbs stand, as a beast's do", 0.9)
    if trunk and "head" in subject.bones:
        told = "the skeleton's build tells" if subject.scheme == "topology" else "bones tell"
        return Kind("humanoid", f"{told} arms, legs and a head", 0.8 if subject.scheme == "topology" else 0.95)
    reason = _no_person(subject, facing, found, head, eyes)
    if reason:
        return Kind("other", reason, 0.7)
    if found.kind in {"none", "outline"} and not eyes and found.kind == "none":
        return Kind("other", "nothing tells a head", 0.6)
    sure = 0.45 if found.kind == "outline" and not eyes else 0.7
    legs = shape.has_legs(shape.to_frame(subject.outline, facing))
    what = {"bone": "a bone", "mesh": "a mesh", "outline": "the outline", "none": "eyes"}[found.kind]
    return Kind("humanoid", f"{what} tells a head" + (", and it stands on two legs" if legs else ""), sure + 0.2 * legs)


def _no_person(subject: Subject, facing: np.ndarray, found: FoundHead, head: np.ndarray, eyes: bool) -> str:
    """Why the outline is no person's; "" where it may be one."""
    points = shape.to_frame(subject.outline, facing)
    size = np.ptp(points, axis=0)
    if size[1] > DEEP * size[2]:
        return "it is deeper than high"
    if min(size[0], size[1]) < 0.05 * size[2] or size[2] < 0.05 * max(size[0], size[1]):
        return "it is flat"
    name = " ".join([subject.cluster.name, *(mesh.name for mesh in subject.body)]).lower().replace("_", " ")
    word = THINGS.search(name)
    if word and subject.cluster.armature is None and not eyes:
        return f"it is called {word.group()}"
    if found.kind == "outline" and not eyes:
        box = np.ptp(shape.to_frame(head[head[:, 2] > (found.low or -np.inf)], facing), axis=0)
        if min(box[0], box[1]) < THIN * max(box[0], box[1]):
            return "what is narrow above is too thin for a head"
        columns = standing_columns(points)
        if columns >= LEGS:
            return f"it stands on {columns} legs"
    return ""


def standing_columns(points: np.ndarray, cells: int = 40) -> int:
    """Separate places on which a figure stands, counted in the slice between 3 and 8 % of its height."""
    part = (points[:, 2] - points[:, 2].min()) / max(float(np.ptp(points[:, 2])), 1e-12)
    rows = points[(part > 0.03) & (part < 0.08), :2]
    if len(rows) < 20:
        return 0
    size = max(float(np.ptp(points[:, :2], axis=0).max()), 1e-12)
    grid = np.zeros((cells + 2, cells + 2), dtype=bool)
    place = ((rows - points[:, :2].min(axis=0)) / size * (cells - 1)).astype(int) + 1
    grid[place[:, 0], place[:, 1]] = True
    count = 0
    while grid.any():
        count += 1
        seeds = np.zeros_like(grid)
        seeds[tuple(np.argwhere(grid)[0])] = True
        while True:
            grown = seeds.copy()
            for axis in (0, 1):
                for step in (1, -1):
                    grown |= np.roll(seeds, step, axis)
            grown &= grid
            if (grown == seeds).all():
                break
            seeds = grown
        grid &= ~seeds
    return count
