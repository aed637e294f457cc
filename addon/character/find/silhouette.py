# SPDX-License-Identifier: GPL-3.0-or-later
"""The neck of a figure by its outline, whatever its proportions. Numpy only; points as (N, 3), x across, z up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVELS = 120
#: What lies beside the body with a gap of more than this share of the height (hands, weapons) is not its width.
GAP = 0.025
#: A head's height as a share of the whole: from a tall body with a small head to a bust that ends below the collar.
HEAD_SHARE = (0.06, 0.92)
#: A head's width over its height, without and with much hair.
ROUND = (0.42, 2.1)
#: A head fills its own width over most of its height; a body with spread arms does not.
FULL = 0.5
#: A head that is a smaller share of the whole than this is an unlikely one.
SMALL = 0.115
#: At three quarters of its height a head is still so wide, as a share of its width.
UPPER = 0.75
#: Shoulders under long hair are so much wider than the head.
STEP = 1.4


@dataclass(frozen=True)
class Slices:
    """Of each level from the bottom to the top: its height, the width and middle of the trunk there, and the whole
    width with arms and all that is held (nan where there is nothing)."""

    heights: np.ndarray
    widths: np.ndarray
    middles: np.ndarray
    spans: np.ndarray
    depths: np.ndarray


@dataclass(frozen=True)
class Neck:
    """height: of the narrowest place; chin: as high as the outline lets the chin reach at most; worth: 0..1."""

    height: float
    worth: float


def slices(points: np.ndarray) -> Slices:
    """Cut a figure into level slices and measure the connected part of each around the middle line."""
    bottom, top = float(points[:, 2].min()), float(points[:, 2].max())
    height = max(top - bottom, 1e-12)
    level = np.minimum(((points[:, 2] - bottom) / height * LEVELS).astype(int), LEVELS - 1)
    order = np.lexsort((points[:, 0], level))
    rows, edges = points[order], np.searchsorted(level[order], np.arange(LEVELS + 1))
    centre = float(np.median(points[:, 0]))
    table = np.full((4, LEVELS), np.nan)
    for index in range(LEVELS):
        part = rows[edges[index] : edges[index + 1]]
        if len(part) < 3:
            continue
        cuts = np.flatnonzero(np.diff(part[:, 0]) > GAP * height) + 1
        runs = np.split(part, cuts)
        run = min(runs, key=lambda r: max(r[0, 0] - centre, centre - r[-1, 0], 0.0))
        table[:, index] = (
            run[-1, 0] - run[0, 0],
            (run[-1, 0] + run[0, 0]) / 2,
            part[-1, 0] - part[0, 0],
            np.ptp(run[:, 1]),
        )
    heights = bottom + (np.arange(LEVELS) + 0.5) / LEVELS * height
    return Slices(heights, table[0], table[1], table[2], table[3])


def find_neck(points: np.ndarray) -> Neck | None:
    """The narrow place between a round head and shoulders; None where the outline has none."""
    rows = slices(points)
    widths = _smooth(rows.widths)
    if np.isnan(widths).mean() > 0.3:
        return None
    found: Neck | None = None
    for index in range(LEVELS - 4, 4, -1):
        worth = _worth(rows, widths, index)
        # Going down from the crown: a lower place must be clearly better to win over a higher one.
        if worth > 0 and (found is None or worth > 1.25 * found.worth):
            found = Neck(float(rows.heights[index]), worth)
    return found


def _smooth(values: np.ndarray) -> np.ndarray:
    """Medians of three neighbours; what is not known stays so."""
    known = np.flatnonzero(~np.isnan(values))
    result = values.copy()
    if len(known) > 2:
        rows = np.stack([values[known[:-2]], values[known[1:-1]], values[known[2:]]])
        result[known[1:-1]] = np.median(rows, axis=0)
    return result


def _worth(rows: Slices, widths: np.ndarray, index: int) -> float:
    """How well the slice stands for a neck: 0 (not at all) to 1."""
    here = widths[index]
    top = rows.heights[-1] + (rows.heights[1] - rows.heights[0]) / 2
    tall, whole = top - rows.heights[index], LEVELS * (rows.heights[1] - rows.heights[0])
    if not here > 0 or not HEAD_SHARE[0] * whole < tall < HEAD_SHARE[1] * whole:
        return 0.0
    reach = max(int(0.75 * tall / whole * LEVELS), 3)
    above, below = widths[index + 1 :], widths[max(index - reach, 0) : index]
    if not len(below) or np.isnan(below).all() or np.isnan(above).all():
        return 0.0
    # where there is but a line up there (a file cut off, a sheet seen edge-on) no shape is a head's
    head = float(np.nanmax(above)) or 1e-12
    shape, full = head / tall, float(np.nanmean(above)) / head
    if not ROUND[0] < shape < ROUND[1] or full < FULL:
        return 0.0
    roundness = float(np.exp(-(np.log(shape / 0.8) ** 2) / 0.35))
    roundness *= min(1.0, (tall / (SMALL * whole)) ** 2)
    # Spread arms belong below the neck.
    spread = float(np.nanmax(rows.spans[index + 1 :])) / head
    roundness *= 1.0 if spread < 1.6 else 0.4
    # A trunk with its head on it is narrow towards the top, a head is not.
    upper = above[int(0.65 * len(above)) : max(int(0.85 * len(above)), int(0.65 * len(above)) + 1)]
    if len(upper) and not np.isnan(upper).all():
        roundness *= min(1.0, (float(np.nanmedian(upper)) / (UPPER * head)) ** 2)
    bulge, shoulders = head / here, float(np.nanmax(below))
    narrow = here <= np.nanmin(widths[max(index - 2, 0) : index + 3]) * 1.02
    if narrow and bulge >= 1.12 and shoulders >= 1.15 * here:
        return float(roundness * min(bulge - 1, 0.8) ** 0.5 * min(shoulders / here - 1, 1.0) ** 0.5)
    # Hair or a hood hides the neck: what is left is the step from the head to the shoulders.
    near = widths[max(index - max(reach // 3, 2), 0) : index]
    if len(near) and not np.isnan(near).all() and here <= 1.15 * head and np.nanmax(near) >= STEP * head:
        return float(0.35 * roundness * min(np.nanmax(near) / head - 1, 1.0) ** 0.5)
    return 0.0


def chin_step(points: np.ndarray, middle: float, low: float, high: float, width: float) -> np.ndarray | None:
    """The lower end of the face on the middle line: where the front steps back most to the throat; None without step.

    points: in the character's own frame, y forward; low, high: heights between which the chin must lie.
    """
    line = points[np.abs(points[:, 0] - middle) < width]
    span = high - low
    if span <= 0 or len(line) < 30:
        return None
    edges = np.linspace(low - 0.3 * span, high + 0.3 * span, 49)
    fronts = np.full(48, np.nan)
    for row in range(48):
        part = line[(line[:, 2] >= edges[row]) & (line[:, 2] < edges[row + 1]), 1]
        if len(part):
            fronts[row] = part.max()
    best, most = None, 0.05 * span
    for row in range(6, 42):
        height = (edges[row] + edges[row + 1]) / 2
        under = fronts[max(row - 6, 0) : row - 1]
        if not low <= height <= high or np.isnan(fronts[row]) or not len(under) or np.isnan(under).all():
            continue
        step = fronts[row] - np.nanmin(under)
        if step > most:
            best, most = np.array([middle, fronts[row], height]), step
    return best
