# SPDX-License-Identifier: GPL-3.0-or-later
"""Exposure of the subject, not of the picture: a dark figure on white is no bright picture."""

from __future__ import annotations

import numpy as np

from .sample import Sample

#: The share of the subject that may be darker than the figure: a rim light leaves most of it dark.
BRIGHT_PART = 0.9
#: Codes within which a pixel may be background.
LIKE_BEHIND = 8.0
#: From this code on in every channel nothing is left to see.
BLOWN = 250


def brightness(sample: Sample) -> float | None:
    """Brightness (codes) that only the subject's brightest tenth reaches; None where there is no subject."""
    where = sample.subject
    if sample.alpha is None and sample.shown is not None and not where.all():
        # Seen from the picture alone, a subject takes in what shows between its arms.
        behind = np.median(sample.light[~where])
        apart = where & (np.abs(sample.light - behind) > LIKE_BEHIND)
        where = apart if apart.sum() > where.sum() / 2 else where
    light = sample.light[where]
    return float(np.quantile(light, BRIGHT_PART)) if len(light) else None


def blown(sample: Sample) -> float | None:
    """Share of the subject that is burnt out to white."""
    if sample.box is None:
        return None
    white = sample.subject & (sample.light >= BLOWN)
    return float((sample.rgb[white].min(-1, initial=255) >= BLOWN).sum() / sample.subject.sum())
