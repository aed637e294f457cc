# SPDX-License-Identifier: GPL-3.0-or-later
"""Magenta, which is what Blender and game engines paint where a texture is missing; and no colours at all."""

from __future__ import annotations

import numpy as np

from .sample import Sample

#: Least red and blue (codes), most green and most difference of red and blue (shares of the smaller, of the larger).
#: Light and shadow move magenta along these; pink and violet lie outside.
LEAST, GREEN, APART = 60, 0.35, 0.2
#: Codes by which channels may differ in a picture without colours.
SLIGHT = 3


def magenta(sample: Sample) -> float | None:
    """Share of the subject that has the colour of missing textures."""
    if sample.box is None:
        return None
    left, top, right, bottom = sample.box
    red, green, blue = (channel[top:bottom, left:right] for channel in sample.channels)
    # Nearly always none is near magenta: the costly comparison is for the few that are.
    near = sample.subject[top:bottom, left:right] & (green < red) & (green < blue)
    r, g, b = (channel[near].astype(np.float32) for channel in (red, green, blue))
    low, high = np.minimum(r, b), np.maximum(r, b)
    found = (low >= LEAST) & (g <= GREEN * low) & (high - low <= APART * high)
    return float(np.count_nonzero(found) / np.count_nonzero(sample.subject))


def colourless(sample: Sample) -> bool:
    """Whether the picture has no colours at all, to within what JPEG adds."""
    red, green, blue = (channel[::4, ::4].astype(np.int16) for channel in sample.channels)
    return bool((np.abs(red - green) <= SLIGHT).all() and (np.abs(blue - green) <= SLIGHT).all())
