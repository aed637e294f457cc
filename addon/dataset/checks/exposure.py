# SPDX-License-Identifier: GPL-3.0-or-later
"""Exposure of the subject, not of the picture: a dark figure on white is no bright picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..light import to_linear
from .filters import counted, light_of
from .sample import Sample

_LINEAR = to_linear(np.arange(256, dtype=np.uint8))

#: The share of the subject that may be darker than the figure: a rim light leaves most of it dark.
BRIGHT_PART = 0.9
#: Codes within which a pixel may be background.
LIKE_BEHIND = 8
#: From this code on a channel is cut off: skin loses its red first, and turns yellow and then white.
BLOWN = 254
#: Longest edge at which melting outlines are looked for; codes from which all channels are white, and a pixel beside
#: that is nearly so; fewer pixels of outline than this tell nothing.
MELTING_SIDE, WHITE, NEARLY_WHITE, FEWEST = 512, 245, 225, 40


def exposure(sample: Sample) -> tuple[float, float, float] | None:
    """(codes that only the subject's brightest tenth reaches, its mean light 0..1, the share of it that is burnt out);
    None where there is no subject."""
    where = _apart(sample)
    numbers = counted(sample.light, where)
    whole = int(numbers.sum())
    if not whole:
        return None
    red, green, blue = sample.channels
    blown = np.count_nonzero(where & (np.maximum(np.maximum(red, green), blue) >= BLOWN)) / whole
    mean = float((_LINEAR * numbers).sum() / whole)
    return float(np.searchsorted(np.cumsum(numbers), BRIGHT_PART * whole)), mean, blown


def melting(sample: Sample) -> float | None:
    """Before a white background: the share of the white's outline beyond which the picture stays nearly white.

    What is burnt out there is as white as the background and so no longer the subject's; but light falls off softly
    towards it, while an outline is sharp. None before another background.
    """
    scale = min(1.0, MELTING_SIDE / max(sample.shape))
    size = max(1, round(sample.shape[1] * scale)), max(1, round(sample.shape[0] * scale))
    rgb = np.asarray(sample.picture.resize(size, Image.Resampling.BOX, reducing_gap=1.0))
    white = rgb.min(-1) >= WHITE
    border = np.concatenate([white[0], white[-1], white[:, 0], white[:, -1]])
    if np.count_nonzero(border) < len(border) / 2:
        return None
    light = light_of(rgb)
    beyond = [
        there[:, 2:][here[:, :-2] & ~here[:, 1:-1]]
        for here, there in (
            (white, light),
            (white[:, ::-1], light[:, ::-1]),
            (white.T, light.T),
            (white.T[:, ::-1], light.T[:, ::-1]),
        )
    ]
    found = np.concatenate(beyond)
    return np.count_nonzero(found > NEARLY_WHITE) / len(found) if len(found) >= FEWEST else None


def linear(codes: float) -> float:
    """Light 0..1 of a brightness in codes."""
    return float(_LINEAR[round(codes)])


def _apart(sample: Sample) -> np.ndarray:
    """The subject without what may be background: what shows between its arms, say."""
    where = sample.subject
    if sample.alpha is not None or sample.shown is None or where.all():
        return where
    numbers = counted(sample.light, ~where)
    behind = int(np.searchsorted(np.cumsum(numbers), numbers.sum() / 2))
    apart = where & ((sample.light > behind + LIKE_BEHIND) | (sample.light < behind - LIKE_BEHIND))
    return apart if np.count_nonzero(apart) > np.count_nonzero(where) / 2 else where
