# SPDX-License-Identifier: GPL-3.0-or-later
"""Halos: soft edges that carry the colour of an old background instead of the subject's, or are too wide."""

from __future__ import annotations

import numpy as np

from .filters import box_of, light_of

#: Alpha between which an edge is soft, and from which the subject is solid.
SOFT, SOLID = (24, 232), 250
#: Fewer soft pixels than this tell nothing.
FEWEST = 40


def halo(rgba: np.ndarray) -> float | None:
    """(H, W, 4) uint8, straight alpha: brightness of the soft edge less that of the solid subject beside it, codes.

    The median over the outline: a rim light brightens a part of it, a halo all. None without soft edges.
    """
    box = box_of(rgba[..., 3] > SOFT[0])
    if box is None:
        return None
    rgba = np.pad(rgba[box[1] : box[3], box[0] : box[2]], ((2, 2), (2, 2), (0, 0)))
    alpha = rgba[..., 3]
    rows, columns = np.nonzero((alpha > SOFT[0]) & (alpha < SOFT[1]))
    if len(rows) < FEWEST:
        return None
    near, weight = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    for down in range(-2, 3):
        for across in range(-2, 3):
            solid = alpha[rows + down, columns + across] >= SOLID
            near += light_of(rgba[rows + down, columns + across, :3]) * solid
            weight += solid
    known = weight > 0
    if known.sum() < FEWEST:
        return None
    own = light_of(rgba[rows, columns, :3])
    return float(np.median(own[known] - near[known] / weight[known]))


def softness(alpha: np.ndarray) -> float | None:
    """How many pixels wide the soft edge is: soft pixels over the outline's length. None for too short an outline."""
    solid = alpha >= 128
    outline = int((solid[1:] != solid[:-1]).sum() + (solid[:, 1:] != solid[:, :-1]).sum())
    soft = int(((alpha > SOFT[0]) & (alpha < SOFT[1])).sum())
    return soft / outline if outline >= FEWEST else None
