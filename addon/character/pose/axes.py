# SPDX-License-Identifier: GPL-3.0-or-later
"""The character's own axes and the rotations that tables speak of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mathutils import Quaternion, Vector

from ...plan.facts import CharacterFacts

#: Side of the body -> sign along the character's left.
SIDES = {"left": 1.0, "right": -1.0}


@dataclass(frozen=True)
class Axes:
    """Unit vectors in world space; left = up x forward."""

    left: Vector
    up: Vector
    forward: Vector

    def vector(self, parts: Sequence[float], side: str) -> Vector:
        """[out, up, forward] as seen from a side of the body, as a world vector."""
        out, up, forward = parts
        return self.left * (out * SIDES[side]) + self.up * up + self.forward * forward

    def rotation(self, turn: float = 0.0, nod: float = 0.0, tilt: float = 0.0) -> Quaternion:
        """Degrees: turn to the character's left, nod down, tilt towards its left shoulder."""
        about = ((self.up, turn), (self.left, nod), (self.forward, tilt))
        result = Quaternion()
        for axis, degrees in about:
            result = Quaternion(axis, math.radians(degrees)) @ result
        return result


def axes_of(facts: CharacterFacts) -> Axes:
    """The axes of a character that stands as facts say."""
    up = Vector(facts.up).normalized()
    forward = Vector(facts.facing)
    forward = (forward - up * forward.dot(up)).normalized()
    return Axes(up.cross(forward), up, forward)
