# SPDX-License-Identifier: GPL-3.0-or-later
"""The greatest and the least of a pixel and its neighbours, fast for any reach."""

from __future__ import annotations

import numpy as np


def greatest(values: np.ndarray, pixels: int) -> np.ndarray:
    """The greatest value within so many pixels, along one axis and then along the other; uint8 HxW, and so back."""
    for axis in (0, 1):
        padding = [(pixels, pixels) if axis == this else (0, 0) for this in (0, 1)]
        values = _running(np.pad(values, padding, "edge"), 2 * pixels + 1, axis)
    return values


def least(values: np.ndarray, pixels: int) -> np.ndarray:
    """The least, likewise."""
    return 255 - greatest(255 - values, pixels)


def _running(values: np.ndarray, length: int, axis: int) -> np.ndarray:
    """The maximum of every `length` neighbours along an axis, in steps that double."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        ahead = [slice(None)] * values.ndim
        behind = list(ahead)
        ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
        values = np.maximum(values[tuple(ahead)], values[tuple(behind)])
        reach += step
    return values
