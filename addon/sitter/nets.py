# SPDX-License-Identifier: GPL-3.0-or-later
"""Naive surface nets (Gibson 1998): the zero surface of a field as quads. Free of bpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .fields import Array, Field, project

#: The corners of a cell and the twelve edges between them.
CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if np.abs(CORNERS[a] - CORNERS[b]).sum() == 1]


def sample(field: Field, low: Array, step: float, shape: tuple[int, int, int]) -> Array:
    """Field values on a grid of `shape` with its first corner at `low`; blocks far from the surface are flat."""
    block = 4
    blocks = [-(-n // block) for n in shape]
    axes = [low[a] + step * (block * np.arange(blocks[a]) + 0.5 * (block - 1)) for a in range(3)]
    centers = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    distance = field(centers)
    near = np.abs(distance) < step * block * 1.9
    corner = np.stack(np.meshgrid(*[np.arange(block)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) - 0.5 * (block - 1)
    values = np.repeat(distance[:, None], len(corner), axis=1)
    values[near] = field((centers[near][:, None] + step * corner).reshape(-1, 3)).reshape(-1, len(corner))
    grid = values.reshape(*blocks, block, block, block).transpose(0, 3, 1, 4, 2, 5)
    grid = grid.reshape([n * block for n in blocks])
    return grid[: shape[0], : shape[1], : shape[2]]


def surface(field: Field, low: Sequence[float], high: Sequence[float], step: float) -> tuple[Array, Array]:
    """Vertices (N, 3) and quads (M, 4), wound outwards, of the field's zero surface inside the box low..high."""
    start = np.asarray(low, dtype=float)
    spans = np.ceil((np.asarray(high, dtype=float) - start) / step).astype(int) + 1
    shape = (int(spans[0]), int(spans[1]), int(spans[2]))
    values = sample(field, start, step, shape)
    inside = values < 0.0

    def corner(array: Array, offset: Array) -> Array:
        i, j, k = offset
        return array[i : shape[0] - 1 + i, j : shape[1] - 1 + j, k : shape[2] - 1 + k]

    total = sum(corner(inside, c).astype(np.int8) for c in CORNERS)
    mixed = (total > 0) & (total < 8)
    cells = np.argwhere(mixed)
    index = np.full(mixed.shape, -1)
    index[mixed] = np.arange(len(cells))

    at = [corner(values, c)[mixed] for c in CORNERS]
    position = np.zeros((len(cells), 3))
    crossings = np.zeros(len(cells))
    for a, b in EDGES:
        cross = (at[a] < 0.0) != (at[b] < 0.0)
        difference = np.where(cross, at[a] - at[b], 1.0)
        t = np.clip(at[a] / difference, 0.0, 1.0)
        point = CORNERS[a] + t[:, None] * (CORNERS[b] - CORNERS[a])
        position += np.where(cross[:, None], point, 0.0)
        crossings += cross
    vertices = start + step * (cells + position / crossings[:, None])
    vertices = project(field, vertices, steps=2)

    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        ahead = np.take(inside, range(1, shape[axis]), axis=axis)
        behind = np.take(inside, range(shape[axis] - 1), axis=axis)
        for change, flip in ((behind & ~ahead, False), (~behind & ahead, True)):
            edge = np.argwhere(change)
            edge = edge[(edge[:, u] > 0) & (edge[:, v] > 0) & (edge[:, u] < shape[u] - 1) & (edge[:, v] < shape[v] - 1)]
            ring = []
            for du, dv in ((1, 1), (0, 1), (0, 0), (1, 0)):
                cell = edge.copy()
                cell[:, u] -= du
                cell[:, v] -= dv
                ring.append(index[cell[:, 0], cell[:, 1], cell[:, 2]])
            quad = np.stack(ring, axis=1)
            quads.append(quad[:, ::-1] if flip else quad)
    return vertices, np.concatenate(quads)
