# SPDX-License-Identifier: GPL-3.0-or-later
"""The upright plane in which a figure is its own mirror image: it tells the line along which it looks. Numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Cells in each direction; finer ones would call a slight pose no symmetry.
CELLS = 28
STEP = 5
#: So many points are enough to tell.
MOST = 7000
#: A figure is taken for symmetric from this score on.
SYMMETRIC = 0.72
#: With less than this even the direction across it is not worth using.
HALF_SYMMETRIC = 0.5


@dataclass(frozen=True)
class Mirror:
    """across: unit vector from one side to the other (which is left is not known); score: 0..1, the share of the
    surface that has its mirror image; margin: how much better than the plane at right angles."""

    across: np.ndarray
    score: float
    margin: float


def mirror_plane(points: np.ndarray) -> Mirror:
    """The best upright plane through the middle of points (N, 3) that lie evenly on a surface."""
    rows = points[:: max(len(points) // MOST, 1)]
    rows = rows - rows.mean(axis=0)
    rows = rows / max(float(np.abs(rows).max()), 1e-12)
    coarse = {angle: _score(rows, angle) for angle in range(0, 180, STEP)}
    best = max(coarse, key=lambda angle: coarse[angle])
    fine = {angle: _score(rows, angle) for angle in range(best - STEP + 1, best + STEP)}
    # A whole number of right angles is likelier than its neighbours.
    exact = max(fine, key=lambda angle: fine[angle] + (0.01 if angle % 90 == 0 else 0.0))
    other = coarse[(best + 90) % 180]
    turn = np.radians(exact)
    return Mirror(np.array([np.cos(turn), np.sin(turn), 0.0]), fine[exact], fine[exact] - other)


def _score(rows: np.ndarray, angle: float) -> float:
    """Share of the cells' contents that the mirrored cells hold too."""
    turn = np.radians(angle)
    across = rows[:, 0] * np.cos(turn) + rows[:, 1] * np.sin(turn)
    along = rows[:, 1] * np.cos(turn) - rows[:, 0] * np.sin(turn)
    # The cells lie symmetrically about the plane, so that the mirror image of a cell is a cell.
    scale = CELLS / 2 / 1.5
    x = np.floor(across * scale).astype(int) + CELLS // 2
    y = np.floor(along * scale).astype(int) + CELLS // 2
    z = np.floor(rows[:, 2] * scale).astype(int) + CELLS // 2
    keep = (x >= 0) & (x < CELLS)
    flat = (x * CELLS + y) * CELLS + z
    count = np.bincount(flat[keep & (flat >= 0) & (flat < CELLS**3)], minlength=CELLS**3).reshape(CELLS, CELLS, CELLS)
    mirrored = count[::-1]
    return float(np.minimum(count, mirrored).sum() / max(count.sum(), 1))
