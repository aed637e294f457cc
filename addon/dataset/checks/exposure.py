# SPDX-License-Identifier: GPL-3.0-or-later
"""Exposure of the subject, not of the picture: a dark figure on white is no bright picture."""

from __future__ import annotations

import numpy as np

from ..light import to_linear
from .sample import Sample

_LINEAR = to_linear(np.arange(256, dtype=np.uint8))

#: The share of the subject that may be darker than the figure: a rim light leaves most of it dark.
BRIGHT_PART = 0.9
#: Codes within which a pixel may be background.
LIKE_BEHIND = 8.0
#: From this code on a channel is cut off: skin loses its red first, and turns yellow and then white.
BLOWN = 254


def exposure(sample: Sample) -> tuple[float, float, float] | None:
    """(codes that only the subject's brightest tenth reaches, its mean light 0..1, the share of it that is burnt out);
    None where there is no subject."""
    where = _apart(sample)
    light = sample.light[where]
    if not len(light):
        return None
    red, green, blue = (sample.rgb[..., channel] for channel in range(3))
    blown = float((where & (np.maximum(np.maximum(red, green), blue) >= BLOWN)).sum() / len(light))
    mean = float(_LINEAR[light.astype(np.uint8)].mean())
    return float(np.quantile(light, BRIGHT_PART)), mean, blown


def linear(codes: float) -> float:
    """Light 0..1 of a brightness in codes."""
    return float(_LINEAR[round(codes)])


def _apart(sample: Sample) -> np.ndarray:
    """The subject without what may be background: what shows between its arms, say."""
    where = sample.subject
    if sample.alpha is not None or sample.shown is None or where.all():
        return where
    behind = np.median(sample.light[~where])
    apart = where & (np.abs(sample.light - behind) > LIKE_BEHIND)
    return apart if apart.sum() > where.sum() / 2 else where
