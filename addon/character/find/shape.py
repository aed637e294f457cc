# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a body's outline: chin, neck, legs, nose and ears from points alone. Numpy only; no names, no bones.

All functions take points as (N, 3) in the character's own frame: x to its left, y forward, z up.
"""

from __future__ import annotations

import numpy as np


def to_frame(points: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """World points (N, 3) or (3,) into the character's frame (left, forward, up), up being +Z."""
    left = np.array([-facing[1], facing[0], 0.0])
    return np.asarray(points, float) @ np.stack([left, facing, [0.0, 0.0, 1.0]]).T


def to_world(points: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """The inverse of to_frame."""
    left = np.array([-facing[1], facing[0], 0.0])
    return np.asarray(points, float) @ np.stack([left, facing, [0.0, 0.0, 1.0]])


def strip(points: np.ndarray, middle: float, width: float) -> np.ndarray:
    """The points within `width` of the plane x = middle; all points where that leaves hardly any."""
    near = points[np.abs(points[:, 0] - middle) < width]
    return near if len(near) >= 8 else points


def chin(points: np.ndarray, middle: float, low: float, high: float, width: float) -> np.ndarray:
    """The point of the middle line between heights low and high that lies farthest forward and down (45 degrees).

    A jaw is the corner between the face and the throat, so its tip is extreme in that diagonal.
    """
    line = strip(points, middle, width)
    line = line[(line[:, 2] >= low) & (line[:, 2] <= high)]
    if not len(line):
        return np.array([middle, float(points[:, 1].max()), low])
    best = line[np.argmax(line[:, 1] - line[:, 2])]
    return np.array([middle, best[1], best[2]])


def neck_height(points: np.ndarray) -> float | None:
    """Height of the narrowest slice in the top 4-34 % of a standing body, or None where the outline has no neck."""
    bottom, top = points[:, 2].min(), points[:, 2].max()
    edges = np.linspace(top - 0.34 * (top - bottom), top - 0.04 * (top - bottom), 61)
    widths = np.full(60, np.nan)
    for index in range(60):
        row = points[(points[:, 2] >= edges[index]) & (points[:, 2] < edges[index + 1])]
        if len(row) >= 4:
            widths[index] = np.ptp(row[:, 0])
    if np.isnan(widths).all():
        return None
    index = int(np.nanargmin(widths))
    while index < 59 and widths[index + 1] <= 1.02 * np.nanmin(widths):
        index += 1  # a neck of even width ends where the head begins
    below, above = widths[:index], widths[index:]
    if not len(below) or np.nanmax(above) < 1.15 * widths[index] or np.nanmax(below) < 1.3 * widths[index]:
        return None
    return float(edges[index + 1])


def has_legs(points: np.ndarray) -> bool:
    """Whether the lowest fifth of the body stands on two separate columns."""
    bottom, top = points[:, 2].min(), points[:, 2].max()
    height = top - bottom
    for start in (0.04, 0.10, 0.16):
        row = points[(points[:, 2] > bottom + start * height) & (points[:, 2] < bottom + (start + 0.05) * height), 0]
        if len(row) < 8:
            continue
        row = np.sort(row)
        gaps = np.diff(row)
        widest = int(np.argmax(gaps))
        centre = (row[widest] + row[widest + 1]) / 2
        inside = abs(centre - (row[0] + row[-1]) / 2) < 0.2 * np.ptp(row)
        if inside and gaps[widest] > 0.06 * np.ptp(row):
            return True
    return False


def sole_direction(points: np.ndarray) -> np.ndarray | None:
    """Middle of the soles (lowest 2 %) minus middle of the ankles (6-9 % of the height), or None."""
    bottom, height = points[:, 2].min(), np.ptp(points[:, 2])
    part = (points[:, 2] - bottom) / height
    soles, ankles = points[part < 0.02], points[(part > 0.06) & (part < 0.09)]
    if len(soles) < 8 or len(ankles) < 8:
        return None
    middle = [(rows.max(axis=0) + rows.min(axis=0)) / 2 for rows in (soles, ankles)]
    step = middle[0] - middle[1]
    return step if np.linalg.norm(step[:2]) > 0.01 * height else None


def nose(points: np.ndarray, middle: float, low: float, high: float, width: float) -> np.ndarray:
    """The most forward point of the middle line between two heights."""
    line = strip(points, middle, width)
    line = line[(line[:, 2] >= low) & (line[:, 2] <= high)]
    if not len(line):
        return np.array([middle, float(points[:, 1].max()), (low + high) / 2])
    best = line[np.argmax(line[:, 1])]
    return np.array([middle, best[1], best[2]])


def front(points: np.ndarray, x: float, z: float, reach: float) -> float | None:
    """How far forward the surface lies around (x, z), or None where there is nothing."""
    near = points[(np.abs(points[:, 0] - x) < reach) & (np.abs(points[:, 2] - z) < reach)]
    return float(near[:, 1].max()) if len(near) else None


def ears(points: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray] | None:
    """The widest points to the left and right between two heights."""
    row = points[(points[:, 2] >= low) & (points[:, 2] <= high)]
    if len(row) < 8:
        return None
    return row[np.argmax(row[:, 0])], row[np.argmin(row[:, 0])]
