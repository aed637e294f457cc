# SPDX-License-Identifier: GPL-3.0-or-later
"""One small picture laid over another: shifted, turned, scaled and sheared a little until they differ least."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .filters import blurred, light_of, shrunk

#: Steps on the softened pictures, then on the pictures themselves.
SOFT_STEPS, STEPS = 5, 6
#: A step smaller than this (shares of the side) changes nothing any more.
SETTLED = 3e-4
#: Pixels along the edge of what was moved that tell nothing.
OUTSIDE = 3
#: The farthest from "as it is" that counts as slight: in the matrix (turn, scale, shear), in shares of the side.
FARTHEST = 0.22
FARTHEST_SHIFT = 0.16


def laid_over(
    first: np.ndarray, first_weight: np.ndarray, second: np.ndarray, second_weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """(S, S, 3) float32 each and weights 0..1: the second where the first is, and where both are (S, S).

    Gauss and Newton's steps on brightness for an affine map, with gain and offset. None where no slight map leads
    from one to the other.
    """
    aim, source = light_of(first), light_of(second)
    way = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    for step in range(SOFT_STEPS + STEPS):
        soft = step < SOFT_STEPS
        weight = np.minimum(first_weight, _moved(second_weight.astype(np.float32), way))
        moved = _moved(source, way)
        change = _step(
            blurred(aim) if soft else aim, blurred(moved) if soft else moved, _inner(weight, 4 if soft else 2)
        )
        if change is None:
            return None
        way = way + change
        if not soft and np.abs(change).max() < SETTLED:
            break
        if np.abs(way[[1, 2, 4, 5]]).max() > FARTHEST or np.abs(way[[0, 3]]).max() > FARTHEST_SHIFT:
            return None
    # What was moved in from outside is black, and softening carries it inwards.
    covered = shrunk(_moved(np.ones_like(source), way) > 0.99, OUTSIDE)
    weight = np.minimum(first_weight, _moved(second_weight.astype(np.float32), way)) * covered
    return np.stack([_moved(second[..., channel], way) for channel in range(3)], -1), weight


def _inner(weight: np.ndarray, edge: int) -> np.ndarray:
    """The weight without the picture's outermost pixels, where a moved picture has nothing."""
    out = np.zeros_like(weight)
    out[edge:-edge, edge:-edge] = weight[edge:-edge, edge:-edge]
    return out


def _step(aim: np.ndarray, moved: np.ndarray, weight: np.ndarray) -> np.ndarray | None:
    """The change of the map that lessens the difference most; None where too little is shown."""
    down, across = np.gradient(moved)
    y, x = _places(aim.shape)
    gain = float((aim * weight).sum() / max(float((moved * weight).sum()), 1e-6))
    side = aim.shape[0]
    across, down = across * gain * side, down * gain * side
    terms = np.stack([across, across * x, across * y, down, down * x, down * y, moved, np.ones_like(moved)], -1)
    counted = weight > 0.05
    if counted.sum() < 64:
        return None
    weights = np.sqrt(weight[counted])[:, None]
    matrix = terms[counted] * weights
    scale = np.maximum(np.abs(matrix).max(0), 1e-6)
    matrix = matrix / scale
    normal = np.einsum("ni,nj->ij", matrix, matrix) + 1e-4 * np.eye(8) * len(matrix) * 0.01
    solved = np.linalg.solve(normal, np.einsum("ni,n->i", matrix, (aim - moved)[counted] * weights[:, 0])) / scale
    return np.clip(solved[:6], -0.08, 0.08)


def _places(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns as -0.5 .. 0.5."""
    y, x = (np.linspace(-0.5, 0.5, length, dtype=np.float32) for length in shape)
    return y[:, None] * np.ones_like(x), x[None, :] * np.ones_like(y)[:, None]


def _moved(values: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Sampled (bilinear) at x + way[0] + way[1] x + way[2] y, y + way[3] + way[4] x + way[5] y, in shares."""
    side = values.shape[0]
    middle = (side - 1) / 2
    a, b, d, e = 1 + way[1], way[2], way[4], 1 + way[5]
    c = middle - a * middle - b * middle + way[0] * side
    f = middle - d * middle - e * middle + way[3] * side
    # Pillow samples at pixel middles
    c, f = c - 0.5 * (a + b) + 0.5, f - 0.5 * (d + e) + 0.5
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(
        picture.transform(picture.size, Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR)
    )
