# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a head's two sides is the face, by shape alone. Numpy only.

All functions take points as (N, 3) in a frame whose x goes across and whose y goes along the line of sight, one way or
the other: a positive result means that the face is at +y, a negative one at -y, 0 that nothing tells. Points called
surface lie evenly on the surface; vertices are the mesh's own, which modellers put where there is detail.
"""

from __future__ import annotations

import numpy as np


def density(vertices: np.ndarray, surface: np.ndarray, low: float, high: float) -> float:
    """Log of how much denser the vertices lie on one side of the head than on the other: faces are modelled finely."""
    rows = vertices[(vertices[:, 2] > low) & (vertices[:, 2] < low + 0.65 * (high - low))]
    even = surface[(surface[:, 2] > low) & (surface[:, 2] < low + 0.65 * (high - low))]
    if len(rows) < 60 or len(even) < 60:
        return 0.0
    middle = (float(rows[:, 1].max()) + float(rows[:, 1].min())) / 2
    front, back = ((rows[:, 1] > middle).sum() + 5, (rows[:, 1] < middle).sum() + 5)
    even_front, even_back = ((even[:, 1] > middle).sum() + 5, (even[:, 1] < middle).sum() + 5)
    return float(np.log(front / even_front * even_back / back))


def overhang(surface: np.ndarray, low: float, high: float) -> float:
    """How far the head's middle lies ahead of its neck, as a share of the head's height. low, high: chin and crown."""
    height = high - low
    middle = (float(surface[:, 0].max()) + float(surface[:, 0].min())) / 2
    line = surface[np.abs(surface[:, 0] - middle) < 0.15 * height]
    edges = np.linspace(low - 0.45 * height, high - 0.15 * height, 27)
    fronts, backs = np.full(26, np.nan), np.full(26, np.nan)
    for row in range(26):
        part = line[(line[:, 2] >= edges[row]) & (line[:, 2] < edges[row + 1]), 1]
        if len(part) > 2:
            fronts[row], backs[row] = part.max(), part.min()
    depth = fronts - backs
    if np.isnan(depth[:13]).all() or np.isnan(depth[9:]).all():
        return 0.0
    neck = int(np.nanargmin(depth[:13]))
    head = slice(max(neck, 9), 26)
    if np.isnan(depth[head]).all():
        return 0.0
    centre = (np.nanmax(fronts[head]) + np.nanmin(backs[head])) / 2
    return float((centre - (fronts[neck] + backs[neck]) / 2) / height)


def nose(points: np.ndarray, low: float, high: float) -> float:
    """How much more one side has a ridge in the middle that begins and ends, as a share of the head's height.

    A skull is as round below as above; a nose stands out from the cheeks at its own height alone.
    """
    rows = points[(points[:, 2] > low) & (points[:, 2] < high)]
    if len(rows) < 200:
        return 0.0
    left, right = np.quantile(rows[:, 0], (0.02, 0.98))
    x = (rows[:, 0] - (left + right) / 2) / max(float(right - left), 1e-12)
    z = (rows[:, 2] - low) / (high - low)
    return (_ridge(x, rows[:, 1], z) - _ridge(x, -rows[:, 1], z)) / (high - low)


def _ridge(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> float:
    """Largest height of the middle over both sides, less its usual height."""
    steps = []
    for level in np.linspace(0.15, 0.7, 16):
        near = np.abs(z - level) < 0.035
        middle, beside = near & (np.abs(x) < 0.07), near & (np.abs(x) > 0.17) & (np.abs(x) < 0.3)
        if middle.sum() >= 2 and beside.sum() >= 4:
            one, two = beside & (x > 0), beside & (x < 0)
            if one.any() and two.any():
                steps.append(float(y[middle].max()) - (float(y[one].max()) + float(y[two].max())) / 2)
    return max(steps) - float(np.median(steps)) if len(steps) >= 8 else 0.0
