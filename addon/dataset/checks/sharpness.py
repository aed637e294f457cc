# SPDX-License-Identifier: GPL-3.0-or-later
"""Blur: how wide the sharpest edges are, whatever the picture shows.

An edge blurred by a Gaussian of s pixels loses steepness when it is softened once more by one of 1 pixel, by the
factor sqrt(1 + 1 / s^2): the sharper it was, the more. (Zhuo and Sim, "Defocus map estimation from a single image",
2011.) So the figure needs no picture to compare with, and is the same for a smooth face and a knitted sweater.
"""

from __future__ import annotations

import numpy as np

from .filters import grown, shrunk, slopes, softened
from .sample import Sample

#: Codes a pixel from which a slope is an edge, the share of the steepest slopes that are looked at, and of the
#: sharpest among these.
EDGE, STEEPEST, SHARPEST = 4.0, 0.04, 0.75
#: Rows that are looked at at a time.
STRIP = 64
#: Fewer edge pixels than this tell nothing.
FEWEST = 24
#: Ways in which an edge can lie: a camera that moved blurs those across its way only.
WAYS = 4
#: What is given for edges too wide to be told apart.
WIDEST = 10.0


def edge_widths(sample: Sample, inside: int) -> tuple[float | None, float | None]:
    """Width (Gaussian sigma, pixels) of the subject's sharpest edges, of all, and of those at least so many pixels
    `inside` its outline: of the former those lying the way in which they are widest, because a camera that moved leaves
    others sharp, of the latter the sharpest, because shading is soft. None where there are none to judge."""
    if sample.box is None:
        return None, None
    left, top, right, bottom = sample.box
    cut = np.s_[max(0, top - 6) : bottom + 6, max(0, left - 6) : right + 6]
    light, subject = sample.light[cut], sample.subject[cut]
    if min(light.shape) < 16:
        return None, None
    rows, columns, across, down = _steep(light)
    way = np.round(np.arctan2(down, across) / np.pi * WAYS).astype(np.int8) % WAYS
    own_across = light[rows + 3, columns + 4].astype(np.float32) - light[rows + 3, columns + 2]
    own_down = light[rows + 4, columns + 3].astype(np.float32) - light[rows + 2, columns + 3]
    edges = (np.hypot(own_across, own_down), np.hypot(across, down), way)
    all_ways, inner_ways = (
        _by_way(*(values[where[3:-3, 3:-3][rows, columns]] for values in edges))
        for where in (grown(subject, 3), shrunk(subject, inside))
    )
    return max(all_ways, default=None), min(inner_ways, default=None)


def _steep(light: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where the softened picture is steep: rows and columns (3 less than in the picture), slopes across and down.

    In strips that the processor's cache holds, which takes a third of the time.
    """
    found = []
    for top in range(0, len(light) - 6, STRIP):
        across, down = slopes(softened(light[top : top + STRIP + 6]))
        places = np.flatnonzero(across * across + down * down > 4 * EDGE * EDGE)
        rows, columns = np.divmod(places, across.shape[1])
        found.append((rows + top, columns, across.ravel()[places], down.ravel()[places]))
    return tuple(np.concatenate(values) for values in zip(*found, strict=True))


def _by_way(sharp: np.ndarray, soft: np.ndarray, way: np.ndarray) -> list[float]:
    """The width of the edges that lie in each way, where there are enough."""
    widths = [_width(sharp[way == this], soft[way == this]) for this in range(WAYS)]
    return [width for width in widths if width is not None]


def _width(sharp: np.ndarray, soft: np.ndarray) -> float | None:
    """The width of the sharpest of the steepest edges, from their steepness before and after softening."""
    if len(soft) < FEWEST:
        return None
    wanted = max(FEWEST, int(STEEPEST * len(soft)))
    steep = np.argpartition(soft, -wanted)[-wanted:]
    ratio = float(np.quantile(sharp[steep] / soft[steep], SHARPEST))
    return min(WIDEST, 1 / np.sqrt(ratio * ratio - 1)) if ratio > 1 else WIDEST
