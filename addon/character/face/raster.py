# SPDX-License-Identifier: GPL-3.0-or-later
"""A z-buffer in numpy: which triangle is nearest in each pixel, where on it, and how it is turned. No bpy.

Triangles are drawn as points spread over them, dense enough that no pixel between them stays empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

#: Subdivisions of a triangle's edge that are drawn; a triangle takes the next larger one.
LEVELS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384)
#: Longest edge of a part of a triangle, in pixels.
EDGE = 1.4


@dataclass(frozen=True)
class Raster:
    """Per pixel (P = width * height, row by row from below): covered; the rest holds for covered pixels only.

    triangle: its number, -1 where empty; weights: (P, 3) of its corners; normal: (P, 3) unit vectors.
    """

    covered: np.ndarray
    triangle: np.ndarray
    weights: np.ndarray
    normal: np.ndarray


def draw(corners: np.ndarray, normals: np.ndarray, size: int, shape: tuple[int, int]) -> Raster:
    """corners: (m, 3, 3) triangles as (across, up, towards the viewer), `size` pixels a unit; normals: of the corners.

    shape: the picture's width and height in pixels. Triangles with coordinates that are no numbers are left out.
    """
    width, height = shape
    flat = corners[:, :, :2] * size
    edges = np.linalg.norm(flat - np.roll(flat, 1, axis=1), axis=2).max(axis=1) if len(flat) else np.zeros(0)
    whole = np.isfinite(edges) & np.isfinite(corners[:, :, 2]).all(axis=1)
    level = np.searchsorted(LEVELS, np.where(whole, edges, 0.0) / EDGE).clip(0, len(LEVELS) - 1)
    rows = []
    for step in np.unique(level[whole]):
        members = np.flatnonzero(whole & (level == step))
        spread = _spread(LEVELS[step])
        # in portions, so that a picture filled by a few thousand large triangles stays small in memory
        for part in np.array_split(members, max(1, len(members) * len(spread) // 2_000_000)):
            places = np.matmul(spread, corners[part])
            across, up = (np.floor(places[:, :, axis] * size).astype(np.int64) for axis in (0, 1))
            seen = (across >= 0) & (across < width) & (up >= 0) & (up < height)
            which, _point = np.nonzero(seen)
            pixel = (up * width + across)[seen]
            rows.append((pixel, places[:, :, 2][seen], part[which], np.broadcast_to(spread[None], places.shape)[seen]))
    count = width * height
    triangle, weights, normal = np.full(count, -1), np.zeros((count, 3)), np.zeros((count, 3))
    if rows:
        pixel, depth, owner, where = (np.concatenate([row[part] for row in rows]) for part in range(4))
        # of the points in a pixel the last that is written stays: the nearest
        order = np.argsort(depth, kind="stable")
        nearest = np.full(count, -1)
        nearest[pixel[order]] = order
        filled = nearest >= 0
        triangle[filled], weights[filled] = owner[nearest[filled]], where[nearest[filled]]
    covered = triangle >= 0
    blended = (normals[triangle[covered]] * weights[covered][:, :, None]).sum(axis=1)
    normal[covered] = blended / np.maximum(np.linalg.norm(blended, axis=1, keepdims=True), 1e-12)
    return Raster(covered, triangle, weights, normal)


@cache
def _spread(level: int) -> np.ndarray:
    """(level squared, 3) weights of the middles of the parts of a triangle cut `level` times along each edge."""
    rows = []
    for first in range(level):
        second = np.arange(level - first)
        rows.append(np.stack([np.full(len(second), first + 1 / 3), second + 1 / 3], axis=1))
        inner = second[:-1]
        rows.append(np.stack([np.full(len(inner), first + 2 / 3), inner + 2 / 3], axis=1))
    pair = np.concatenate(rows) / level
    return np.concatenate([pair, 1.0 - pair.sum(axis=1, keepdims=True)], axis=1)


def vertex_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(n, 3) sums of the triangles' normals at each vertex, not normalised."""
    made = np.zeros_like(points)
    if not len(triangles):
        return made
    corners = points[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    faces = np.nan_to_num(faces)
    index = triangles.ravel()
    for axis in range(3):
        made[:, axis] = np.bincount(index, np.repeat(faces[:, axis], 3), len(points))
    return made
