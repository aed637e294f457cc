# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the background has the colour that caption or truth names."""

from __future__ import annotations

from typing import Any

import numpy as np

from .filters import grown
from .sample import Sample

#: How far from the subject the background is looked at, as a share of the picture's longer edge.
AWAY = 0.02
#: The least share of the picture that must be background for its colour to be told.
LEAST = 0.03


def backdrop_gap(sample: Sample, geometry: dict[str, Any]) -> float | None:
    """Codes between the background's colour (median) and the nearest that the setting has; None where it is not known.

    geometry: of a background's setting, flat or gradient.
    """
    small = max(1, max(sample.shape) // 256)
    subject = sample.subject[::small, ::small]
    if not sample.known:
        behind = np.zeros(subject.shape, bool)
        behind[[0, 1]] = True
    else:
        behind = ~grown(subject, max(1, round(AWAY * max(subject.shape))))
    if behind.mean() < LEAST and sample.known:
        return None
    colour = np.array([np.median(channel[::small, ::small][behind]) for channel in sample.channels], np.float32)
    if geometry.get("kind") == "flat":
        low = high = np.array(geometry["colour"], np.float32)
    elif geometry.get("kind") == "gradient":
        ends = np.array([geometry["inner"], geometry["outer"]], np.float32)
        low, high = ends.min(0), ends.max(0)
    else:
        return None
    return float(np.abs(colour - np.clip(colour, low, high)).max())
