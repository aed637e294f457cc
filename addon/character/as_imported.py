# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts where the file has the character: what was stood up for the pictures, laid back. Numpy only."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..plan.facts import CharacterFacts, Head, Vector


def as_imported(facts: CharacterFacts, stood: np.ndarray) -> CharacterFacts:
    """The facts in the file's own world space. stood: (4, 4) how the character was turned after the import."""
    if np.allclose(stood, np.eye(4)):
        return facts
    back = np.linalg.inv(stood)

    def point(place: Vector) -> Vector:
        return _vector(back[:3, :3] @ np.array(place) + back[:3, 3])

    def direction(way: Vector) -> Vector:
        return _vector(back[:3, :3] @ np.array(way))

    return dataclasses.replace(
        facts,
        facing=direction(facts.facing),
        up=direction(facts.up),
        head=Head(point(facts.head.center), facts.head.height),
        eyes=None if facts.eyes is None else (point(facts.eyes[0]), point(facts.eyes[1])),
        landmarks={name: point(place) for name, place in facts.landmarks.items()},
    )


def _vector(row: np.ndarray) -> Vector:
    x, y, z = (round(float(value), 6) + 0.0 for value in row)
    return (x, y, z)
