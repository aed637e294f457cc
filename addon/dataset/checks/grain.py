# SPDX-License-Identifier: GPL-3.0-or-later
"""Noise all over the subject, and fireflies: single pixels far from all around them."""

from __future__ import annotations

import numpy as np

from .filters import GRAIN, grain, shrunk, spots, tiles
from .sample import Sample

#: Pixels a side of the squares in which noise is judged, and the quietest share of them that decides: the others hold
#: hair, cloth and edges.
SIDE, QUIET = 8, 0.2
#: Fewer squares than this tell nothing.
FEWEST = 12
#: Codes by which a firefly is above (a dead pixel below) everything around it.
FAR = 60
#: Brightness between which noise is not cut off by black or white.
OPEN = (16.0, 240.0)


def noise(sample: Sample) -> float | None:
    """Standard deviation (codes) of the noise on the subject's smoothest parts; None where it is too small to say."""
    if sample.box is None:
        return None
    left, top, right, bottom = sample.box
    green = sample.channels[1][top:bottom, left:right]
    if min(green.shape) < 3 * SIDE:
        return None
    whole = tiles(sample.subject[top + 1 : bottom - 1, left + 1 : right - 1], SIDE) == 1
    light = tiles(green[1:-1, 1:-1], SIDE)
    middle = whole & (light > OPEN[0]) & (light < OPEN[1])
    wanted = middle if middle.sum() >= FEWEST else whole
    if wanted.sum() < FEWEST:
        return None
    return float(np.quantile(tiles(grain(green), SIDE)[wanted], QUIET)) * GRAIN


def fireflies(sample: Sample) -> float | None:
    """How many spots of at most 3 pixels across the subject has that are far brighter or darker than all around."""
    if min(sample.shape) < 16:
        return None
    if sample.box is None:
        return 0.0
    left, top, right, bottom = sample.box
    cut = np.s_[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
    red, green, blue = (channel[cut] for channel in sample.channels)
    brightest = np.maximum(np.maximum(red, green), blue)
    darkest = 255 - np.minimum(np.minimum(red, green), blue)
    found = [spots(values, FAR) & sample.subject[cut][2:-2, 2:-2] for values in (brightest, darkest)]
    edge = ~shrunk(sample.subject[cut], 2)[2:-2, 2:-2] if any(spot.any() for spot in found) else None
    return float(sum(_count(spot & ~edge) for spot in found)) if edge is not None else 0.0


def _count(found: np.ndarray) -> int:
    """Spots, each counted once: pixels with no found one above or to the left of them."""
    padded = np.pad(found, ((1, 0), (1, 1)))
    before = padded[:-1, 1:-1] | padded[1:, :-2] | padded[:-1, :-2] | padded[:-1, 2:]
    return int((found & ~before).sum())
