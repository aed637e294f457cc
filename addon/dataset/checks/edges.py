# SPDX-License-Identifier: GPL-3.0-or-later
"""Halos: soft edges that carry the colour of an old background instead of the subject's, or are too wide."""

from __future__ import annotations

import numpy as np

from .filters import light_of

#: Alpha between which an edge is soft, and from which the subject is solid.
SOFT, SOLID = (24, 232), 250
#: Fewer soft pixels than this tell nothing; of many about so many are looked at, all along the outline.
FEWEST, ENOUGH = 40, 2000


def halo(rgba: np.ndarray, alpha: np.ndarray) -> float | None:
    """(H, W, 4) uint8, straight alpha, and that alpha by itself, (H, W): the soft edge's brightness less that of the
    solid subject beside it, in codes.

    The median over the outline: a rim light brightens a part of it, a halo all. None without soft edges.
    """
    places = np.flatnonzero((alpha > SOFT[0]) & (alpha < SOFT[1]))
    if len(places) < FEWEST:
        return None
    rows, columns = np.divmod(places[:: max(1, len(places) // ENOUGH)], alpha.shape[1])
    near, weight = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    for down in range(-2, 3):
        for across in range(-2, 3):
            y, x = (rows + down).clip(0, alpha.shape[0] - 1), (columns + across).clip(0, alpha.shape[1] - 1)
            solid = alpha[y, x] >= SOLID
            near += light_of(rgba[y, x, :3]) * solid
            weight += solid
    known = weight > 0
    if known.sum() < FEWEST:
        return None
    own = light_of(rgba[rows, columns, :3])
    return float(np.median(own[known] - near[known] / weight[known]))


def softness(alpha: np.ndarray) -> float | None:
    """How many pixels wide the soft edge is: soft pixels over the outline's length. None for too short an outline."""
    solid = alpha >= 128
    outline = np.count_nonzero(solid[1:] ^ solid[:-1]) + np.count_nonzero(solid[:, 1:] ^ solid[:, :-1])
    soft = np.count_nonzero((alpha > SOFT[0]) & (alpha < SOFT[1]))
    return soft / outline if outline >= FEWEST else None
