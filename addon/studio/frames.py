# SPDX-License-Identifier: GPL-3.0-or-later
"""Directions around a character: its own axes, and those of its head as it is turned now. Never imports bpy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..plan.facts import CharacterFacts

if TYPE_CHECKING:
    from ..character.loaded import Body


def axes(facts: CharacterFacts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(facing, left, up): orthogonal unit vectors in world space; the character's left is up x facing."""
    up = unit(np.array(facts.up, dtype=float))
    facing = np.array(facts.facing, dtype=float)
    facing = unit(facing - up * facing.dot(up))
    return facing, np.cross(up, facing), up


def direction(facts: CharacterFacts, azimuth: float, elevation: float) -> np.ndarray:
    """Unit vector from the character towards `azimuth` (degrees, to its left) and `elevation` (degrees, up)."""
    facing, left, up = axes(facts)
    around, above = math.radians(azimuth), math.radians(elevation)
    level = math.cos(around) * facing + math.sin(around) * left
    return math.cos(above) * level + math.sin(above) * up


def head_center(facts: CharacterFacts, body: Body) -> np.ndarray:
    """The middle of the head as it stands now: its rest place, moved as its key points moved. World space."""
    now, rest = _head_points(body.points), _rest_points(facts)
    names = sorted(now.keys() & rest.keys())
    center = np.array(facts.head.center, dtype=float)
    if not names:
        return center
    moved = np.mean([now[name] for name in names], axis=0)
    stood = np.mean([rest[name] for name in names], axis=0)
    turn = head_turn(facts, body)
    return moved + turn @ (center - stood)


def head_forward(facts: CharacterFacts, body: Body) -> np.ndarray:
    """Unit vector in which the head looks now; the character's facing where its eyes are not known."""
    return head_turn(facts, body) @ axes(facts)[0]


def head_turn(facts: CharacterFacts, body: Body) -> np.ndarray:
    """3x3 rotation of the head from rest to now, from its eyes, crown and chin; identity where they are not known."""
    now, rest = _triad(_head_points(body.points)), _triad(_rest_points(facts))
    return np.eye(3) if now is None or rest is None else now @ rest.T


def unit(vector: np.ndarray) -> np.ndarray:
    """`vector` at length 1."""
    return vector / np.linalg.norm(vector)


def _rest_points(facts: CharacterFacts) -> dict[str, np.ndarray]:
    points = {name: facts.landmarks[name] for name in ("crown", "chin") if name in facts.landmarks}
    if facts.eyes is not None:
        points["left_eye"], points["right_eye"] = facts.eyes
    return _head_points(points)


def _head_points(points: dict) -> dict[str, np.ndarray]:
    names = ("crown", "chin", "left_eye", "right_eye")
    return {name: np.array(points[name], dtype=float) for name in names if name in points}


def _triad(points: dict[str, np.ndarray]) -> np.ndarray | None:
    """Columns left, up, forward of the head; None without both eyes, or crown and chin."""
    if len(points) < 4:
        return None
    across = points["left_eye"] - points["right_eye"]
    rise = points["crown"] - points["chin"]
    forward = np.cross(across, rise)
    if np.linalg.norm(forward) < 1e-12:
        return None
    left, forward = unit(across), unit(forward)
    return np.stack([left, np.cross(forward, left), forward], axis=1)
