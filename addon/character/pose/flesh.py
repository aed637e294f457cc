# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms and body as surfaces, evaluated once: the arms' parts then move with their bones, as stiff pieces.

Skin bends at the joints only, so what lies half-way along a forearm is where its bone takes it. That is all that is
asked here, and saves evaluating a large character for each trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import bpy
import numpy as np
from mathutils import Matrix
from mathutils.bvhtree import BVHTree

from ..geometry import evaluated, read_parts
from ..loaded import Loaded
from .axes import SIDES
from .limb import Limb
from .skeleton import Skeleton
from .surface import HAND, HEAD, LOWER, PROP, UPPER

#: As many points of a forearm and of a hand are enough to tell whether they are clear of the body.
SAMPLES = 220
#: What lies nearer together than this, in arm's lengths, is one point: of the body, and of head and hair.
GRAIN, COARSE = 0.014, 0.03
#: An arm's hand reaches so far beyond its wrist, in arm's lengths from the shoulder.
REACH = 1.5
#: Pieces of an arm, and where the rest belongs.
PIECES = ("upper", "lower", "end")
BODY, SKULL, HELD = -1, -2, -3


@dataclass(frozen=True)
class Surface:
    """points: (N, 3) world; faces: (F, 3); piece: (N,) 3 * side + piece of that arm, BODY, SKULL or HELD."""

    points: np.ndarray
    faces: np.ndarray
    piece: np.ndarray


class Flesh:
    """The character's surface as it stood when this was made, with both arms movable."""

    def __init__(self, loaded: Loaded, skeleton: Skeleton, limbs: dict[str, Limb]) -> None:
        self._skeleton = skeleton
        self._limbs = limbs
        self.surface = read_surface(loaded, skeleton, limbs)
        self._then = {
            side: [skeleton.matrix(getattr(limb, piece)).inverted_safe() for piece in PIECES]
            for side, limb in limbs.items()
        }

    def has(self, side: str) -> bool:
        """Whether anything at all moves with this arm."""
        first = 3 * list(SIDES).index(side)
        return bool(((self.surface.piece >= first) & (self.surface.piece < first + 3)).any())

    def points(self, side: str, *pieces: str) -> np.ndarray:
        """Some points of an arm's pieces, evenly picked, where their bones have taken them: (K, 3)."""
        rows = [self._moved(side, piece) for piece in pieces]
        return np.concatenate(rows)

    def _moved(self, side: str, piece: str) -> np.ndarray:
        number = PIECES.index(piece)
        return _carried(self._samples[side, piece], self.moves(side)[number])

    def moves(self, side: str) -> list[Matrix]:
        """How upper arm, forearm and hand have moved since then."""
        limb = self._limbs[side]
        pairs = zip(PIECES, self._then[side], strict=True)
        return [self._skeleton.matrix(getattr(limb, piece)) @ then for piece, then in pairs]

    @cached_property
    def _samples(self) -> dict[tuple[str, str], np.ndarray]:
        found = {}
        for first, side in enumerate(SIDES):
            for number, piece in enumerate(PIECES):
                chosen = self.surface.points[self.surface.piece == 3 * first + number]
                found[side, piece] = chosen[:: max(1, len(chosen) // SAMPLES)].astype(np.float64)
        return found

    @cached_property
    def body(self) -> BVHTree | None:
        """All but arms and head, as far as the hands reach."""
        near = np.zeros(len(self.surface.points), dtype=bool)
        for limb in self._limbs.values():
            shoulder = np.array(self._skeleton.head(limb.upper))
            near |= np.linalg.norm(self.surface.points - shoulder, axis=1) < REACH * sum(limb.lengths)
        return self._tree(self.surface.points, near & (self.surface.piece == BODY), GRAIN)

    @cached_property
    def skull(self) -> BVHTree | None:
        """Head and hair."""
        return self._tree(self.surface.points, self.surface.piece == SKULL, COARSE)

    def at_skull(self, points: np.ndarray) -> np.ndarray:
        """Those points that lie in the head's box: no others can be in the head."""
        if self._head_box is None:
            return points[:0]
        low, high = self._head_box
        return points[((points > low) & (points < high)).all(axis=1)]

    @cached_property
    def _head_box(self) -> tuple[np.ndarray, np.ndarray] | None:
        head = self.surface.points[self.surface.piece == SKULL]
        return (head.min(axis=0), head.max(axis=0)) if len(head) else None

    def arm(self, side: str) -> BVHTree | None:
        """The forearm of one side as it lies now: what the other arm must not pass through."""
        first = 3 * list(SIDES).index(side)
        mine = self.surface.piece == first + 1
        points = self.surface.points.copy()
        points[mine] = _carried(points[mine], self.moves(side)[1])
        return self._tree(points, mine, GRAIN)

    def _tree(self, points: np.ndarray, chosen: np.ndarray, grain: float) -> BVHTree | None:
        faces = self.surface.faces[chosen[self.surface.faces].all(axis=1)]
        size = grain * max(sum(limb.lengths) for limb in self._limbs.values())
        spots, faces = coarsened(points, faces, size)
        if not len(faces):
            return None
        return BVHTree.FromPolygons(spots.tolist(), faces.tolist(), all_triangles=True)


def coarsened(points: np.ndarray, faces: np.ndarray, size: float) -> tuple[np.ndarray, np.ndarray]:
    """A surface with all points of each cube of that size drawn together: no holes, but only as fine as is asked."""
    used, faces = np.unique(faces, return_inverse=True)
    faces = faces.reshape(-1, 3)
    points = points[used].astype(np.float64)
    if not len(points):
        return points, faces
    cells = np.floor((points - points.min(axis=0)) / size).astype(np.int64)
    span = cells.max(axis=0) + 1
    keys = (cells[:, 0] * span[1] + cells[:, 1]) * span[2] + cells[:, 2]
    _keys, place, count = np.unique(keys, return_inverse=True, return_counts=True)
    spots = np.stack([np.bincount(place, points[:, axis]) / count for axis in range(3)], axis=1)
    faces = np.sort(place[faces], axis=1)
    faces = faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2])]
    return spots, np.unique(faces, axis=0)


def _carried(points: np.ndarray, move: Matrix) -> np.ndarray:
    matrix = np.array(move)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def read_surface(loaded: Loaded, skeleton: Skeleton, limbs: dict[str, Limb]) -> Surface:
    """The surface as it stands, every vertex told apart; a rig without hands has them beyond the wrist's point."""
    rows = evaluated(loaded.meshes)
    points = np.concatenate([row[2] for row in rows]) if rows else np.zeros((0, 3), np.float32)
    piece = np.full(len(points), BODY, dtype=np.int8)
    parts = [HEAD, PROP, *(part.format(side=side) for side in SIDES for part in (UPPER, LOWER, HAND))]
    indices = read_parts(rows, parts)
    piece[indices.get(HEAD, [])] = SKULL
    piece[indices.get(PROP, [])] = HELD
    for number, side in enumerate(SIDES):
        for place, part in enumerate((UPPER, LOWER, HAND)):
            piece[indices.get(part.format(side=side), [])] = 3 * number + place
        limb = limbs.get(side)
        if limb is not None and not skeleton.is_bone(limb.end):
            wrist = skeleton.head(limb.end)
            along = np.array(wrist - skeleton.head(limb.lower))
            mine = (piece >= 3 * number) & (piece < 3 * number + 3)
            piece[mine & ((points - np.array(wrist)) @ along > 0)] = 3 * number + 2
    return Surface(points, _triangles(rows), piece)


def _triangles(rows: list[tuple[str, bpy.types.Object, np.ndarray]]) -> np.ndarray:
    found, start = [np.zeros((0, 3), np.int32)], 0
    for _name, shown, points in rows:
        shown.data.calc_loop_triangles()
        corners = np.empty(len(shown.data.loop_triangles) * 3, dtype=np.int32)
        shown.data.loop_triangles.foreach_get("vertices", corners)
        found.append(corners.reshape(-1, 3) + start)
        start += len(points)
    return np.concatenate(found)
