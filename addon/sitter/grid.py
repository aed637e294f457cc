# SPDX-License-Identifier: GPL-3.0-or-later
"""The head's mesh as a grid of rays with three slits (eyes, mouth), whose edges carry rims turned inwards. bpy-free."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from .fields import Array, smoothstep

#: Elevation of the mouth line; the eyes' line is 0.
MOUTH_EL = -0.655
#: Where the grid of rays ends and the neck begins: elevation at the front, the side, the back.
BOTTOM = (-1.36, -1.02, -0.62)
ROWS_ABOVE_BROW, ROWS_BROW, ROWS_NOSE, ROWS_CHIN, ROWS_NECK = 22, 36, 40, 40, 16
HALF = 104
RIM_EYE, RIM_MOUTH = 3, 7


@dataclass
class Slit:
    """An opening: its vertices from one corner to the other on both sides, and the rims that hang on them.

    upper, lower: (K,) indices, the corners shared. s: (K,) -1..1 along the slit (for eyes from the inner corner
    outwards). rims_upper, rims_lower: (depth, K) indices, row by row inwards.
    """

    name: str
    upper: Array
    lower: Array
    s: Array
    rims_upper: Array
    rims_lower: Array


@dataclass
class Grid:
    """Topology of the head. el, az: (N,) ray of every vertex (rims: of the edge they hang on).

    below: (N,) whether a vertex on a slit's row belongs to what hangs below it. skin: (N,) not a rim.
    neck: (N,) 0 on the rays' part, up to 1 at the neck's lower end.
    """

    el: Array
    az: Array
    below: Array
    skin: Array
    neck: Array
    faces: list[tuple[int, ...]]
    slits: dict[str, Slit] = field(default_factory=dict)
    rings: Array = field(default_factory=lambda: np.zeros((0, 0), dtype=int))


def azimuths(half: int) -> Array:
    """A closed loop of 2 * half azimuths, dense at the front, mirrored, with columns at 0 and pi."""
    fine = np.linspace(0.0, np.pi, 4001)
    density = 0.42 + 1.6 * np.exp(-((fine / 0.86) ** 6)) + 0.5 * np.exp(-((fine / 1.4) ** 4))
    total = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    right = np.interp(np.linspace(0.0, 1.0, half + 1), total / total[-1], fine)
    return np.concatenate([right[:-1], -right[:0:-1]])


def elevations() -> tuple[Array, int, int]:
    """Elevations of the rows from just under the crown to the end of the rays; rows of the eyes and of the mouth."""
    top = np.linspace(np.pi / 2, 0.62, ROWS_ABOVE_BROW + 1)[1:-1]
    brow = np.linspace(0.62, 0.0, ROWS_BROW + 1)[:-1]
    nose = np.linspace(0.0, MOUTH_EL, ROWS_NOSE + 1)[:-1]
    chin = np.linspace(MOUTH_EL, BOTTOM[0], ROWS_CHIN + 1)
    rows = np.concatenate([top, brow, nose, chin])
    return rows, len(top) + len(brow), len(top) + len(brow) + len(nose)


def bottom_scale(azimuth: Array) -> Array:
    """Factor on negative elevations: the rays end higher at the sides and the back, where the neck begins higher."""
    side = smoothstep(np.abs(azimuth), 0.85, 1.75)
    back = smoothstep(np.abs(azimuth), 1.6, 2.7)
    end = BOTTOM[0] + side * (BOTTOM[1] - BOTTOM[0]) + back * (BOTTOM[2] - BOTTOM[1])
    return end / BOTTOM[0]


def build(eye_span: tuple[float, float], mouth_half: float) -> Grid:
    """The grid for eyes whose corners lie at azimuths `eye_span` and a mouth from -mouth_half to +mouth_half."""
    loop = azimuths(HALF)
    rows, eye_row, mouth_row = elevations()
    count, total = len(loop), len(rows)
    scale = bottom_scale(loop)
    el = [np.array([np.pi / 2])]
    az = [np.array([0.0])]
    for value in rows:
        el.append(value * scale if value < 0 else np.full(count, value))
        az.append(loop)
    for _ in range(ROWS_NECK):
        el.append(rows[-1] * scale)
        az.append(loop)
    grid_el, grid_az = np.concatenate(el), np.concatenate(az)
    rings = 1 + np.arange((total + ROWS_NECK) * count).reshape(total + ROWS_NECK, count)
    neck = np.zeros(len(grid_el))
    for k in range(ROWS_NECK):
        neck[rings[total + k]] = (k + 1) / ROWS_NECK

    extra_el: list[float] = []
    extra_az: list[float] = []
    extra_skin: list[bool] = []
    extra_below: list[bool] = []

    def add(source: int, skin: bool, below: bool) -> int:
        extra_el.append(float(grid_el[source]))
        extra_az.append(float(grid_az[source]))
        extra_skin.append(skin)
        extra_below.append(below)
        return len(grid_el) + len(extra_el) - 1

    lower_of: dict[int, int] = {}
    slits: dict[str, Slit] = {}
    faces: list[tuple[int, ...]] = []
    spans = {
        "mouth": (mouth_row, -mouth_half, mouth_half, RIM_MOUTH),
        "left_eye": (eye_row, eye_span[0], eye_span[1], RIM_EYE),
        "right_eye": (eye_row, -eye_span[1], -eye_span[0], RIM_EYE),
    }
    for name, (row, first, last, depth) in spans.items():
        order = np.argsort(loop)
        columns = order[(loop[order] >= first - 1e-9) & (loop[order] <= last + 1e-9)]
        upper = rings[row, columns]
        lower = upper.copy()
        for i in range(1, len(upper) - 1):
            lower[i] = add(int(upper[i]), True, True)
            lower_of[int(upper[i])] = int(lower[i])
        angle = grid_az[upper]
        s = 2.0 * (angle - angle[0]) / (angle[-1] - angle[0]) - 1.0
        if name == "right_eye":
            s = -s
        up = np.array([[add(int(v), False, False) for v in upper] for _ in range(depth)])
        low = np.array([[add(int(v), False, True) for v in upper] for _ in range(depth)])
        slits[name] = Slit(name, upper, lower, s, up, low)
        faces += _rim(np.vstack([upper[None], up]), flip=True)
        faces += _rim(np.vstack([lower[None], low]), flip=False)

    for k in range(count):
        faces.append((0, int(rings[0, k]), int(rings[0, (k + 1) % count])))
    for j in range(len(rings) - 1):
        above = [lower_of.get(int(v), int(v)) for v in rings[j]] if j in (eye_row, mouth_row) else rings[j].tolist()
        under = rings[j + 1].tolist()
        for k in range(count):
            n = (k + 1) % count
            faces.append((above[k], under[k], under[n], above[n]))
    skin = np.concatenate([np.ones(len(grid_el), dtype=bool), np.array(extra_skin)])
    below = np.concatenate([np.zeros(len(grid_el), dtype=bool), np.array(extra_below)])
    return Grid(
        np.concatenate([grid_el, extra_el]),
        np.concatenate([grid_az, extra_az]),
        below,
        skin,
        np.concatenate([neck, np.zeros(len(extra_el))]),
        faces,
        slits,
        rings,
    )


def _rim(rows: Array, flip: bool) -> list[tuple[int, ...]]:
    """Quads between successive rows of a rim."""
    out: list[tuple[int, ...]] = []
    for a, b in itertools.pairwise(rows):
        for k in range(len(a) - 1):
            quad = (int(a[k]), int(b[k]), int(b[k + 1]), int(a[k + 1]))
            quad = tuple(dict.fromkeys(quad))
            out.append(quad[::-1] if flip else quad)
    return out
