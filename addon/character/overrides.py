# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user knows better than the program, as given on the command line."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Overrides:
    """facing: an axis such as "-Y" or "+X"; head: the name of a bone or an object; character: a name in the file.

    scene: which scene of a .blend; eyes: two points in world space as imported, "X,Y,Z X,Y,Z", in any order.
    """

    facing: str | None = None
    head: str | None = None
    character: str | None = None
    scene: str | None = None
    eyes: str | None = None

    def eye_points(self) -> tuple[Point, Point] | None:
        """The two points of `eyes`, None where nothing is said of them."""
        if self.eyes is None:
            return None
        one, two = (tuple(float(number) for number in point.split(",")) for point in self.eyes.split())
        return (one[0], one[1], one[2]), (two[0], two[1], two[2])
