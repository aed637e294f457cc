# SPDX-License-Identifier: GPL-3.0-or-later
"""Key points of head and face that are found once, at rest, and then follow a bone and the skin around them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: The parts that are kept on the meshes.
PARTS = ("head", "face", "left_hand", "right_hand")
#: How many of the nearest vertices carry a point along.
NEAREST = 12


@dataclass(frozen=True)
class Anchor:
    """A point tied to a bone ("" for none) and, if `skin` has rows, to the mean motion of those vertices.

    local: the point in the bone's space (world space without one); skin: vertex numbers; skin_local: their mean at
    rest in the same space; count: how many vertices there were, for if the surface changes its number they mean
    something else and are left out.
    """

    bone: str
    local: np.ndarray
    skin: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    skin_local: np.ndarray = field(default_factory=lambda: np.zeros(3))
    count: int = 0

    def place(self, matrix: np.ndarray | None, vertices: np.ndarray) -> np.ndarray:
        """The point now, world space. matrix: the bone's (4, 4) world matrix, None without bone."""
        turn = np.eye(4) if matrix is None else matrix
        point = turn[:3, :3] @ self.local + turn[:3, 3]
        if len(self.skin) and len(vertices) == self.count:
            carried = turn[:3, :3] @ self.skin_local + turn[:3, 3]
            point = point + vertices[self.skin].mean(axis=0) - carried
        return point


def tie(point: np.ndarray, bone: str, matrix: np.ndarray | None, vertices: np.ndarray, members: np.ndarray) -> Anchor:
    """Tie a world point at rest to a bone and to the nearest of `members` (vertex numbers; none: the bone alone)."""
    back = np.eye(4) if matrix is None else np.linalg.inv(matrix)
    local = back[:3, :3] @ point + back[:3, 3]
    if not len(members):
        return Anchor(bone, local)
    far = np.linalg.norm(vertices[members] - point, axis=1)
    skin = members[np.argsort(far, kind="stable")[:NEAREST]]
    middle = vertices[skin].mean(axis=0)
    return Anchor(bone, local, skin, back[:3, :3] @ middle + back[:3, 3], len(vertices))
