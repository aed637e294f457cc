# SPDX-License-Identifier: GPL-3.0-or-later
"""Small filters on pictures as arrays, each in a few passes of numpy. Rows come first: (height, width)."""

from __future__ import annotations

import numpy as np

#: Rec. 709 weights, on codes: what is judged is what is seen.
_LIGHT = np.array([0.2126, 0.7152, 0.0722], np.float32)


def light_of(rgb: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 to brightness (H, W) float32, in codes 0..255."""
    red, green, blue = (rgb[..., channel].astype(np.float32) for channel in range(3))
    return red * _LIGHT[0] + green * _LIGHT[1] + blue * _LIGHT[2]  # no matrix product: its threads cost more than it


def softened(light: np.ndarray) -> np.ndarray:
    """Blurred by a Gaussian of 1 pixel (binomial 1 4 6 4 1); the outer two rows and columns are lost."""
    down = 6 * light[2:-2] + 4 * (light[1:-3] + light[3:-1]) + light[:-4] + light[4:]
    return (6 * down[:, 2:-2] + 4 * (down[:, 1:-3] + down[:, 3:-1]) + down[:, :-4] + down[:, 4:]) / 256


def blurred(values: np.ndarray) -> np.ndarray:
    """Blurred by a Gaussian of 1.4 pixels, in the same size."""
    return np.pad(softened(np.pad(softened(values), 2, "edge")), 2, "edge")


def slopes(light: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradient across and down, codes a pixel; the outer row and column are lost."""
    return (light[1:-1, 2:] - light[1:-1, :-2]) / 2, (light[2:, 1:-1] - light[:-2, 1:-1]) / 2


def grain(light: np.ndarray) -> np.ndarray:
    """What neither slope nor curve explains, per pixel, scaled so that white noise of 1 code gives about 1.

    Immerkær, "Fast Noise Variance Estimation", 1996; the outer row and column are lost.
    """
    down = light[:-2] - 2 * light[1:-1] + light[2:]
    second = down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:]
    return np.abs(second) * (np.sqrt(np.pi / 2) / 6)


def spots(values: np.ndarray) -> np.ndarray:
    """By how many codes a pixel is above everything two pixels away (uint8 in, int16 out); edges of 2 are lost."""
    height, width = values.shape
    highest = np.zeros((height - 4, width - 4), values.dtype)
    for down in range(5):
        for across in range(5):
            if max(abs(down - 2), abs(across - 2)) == 2:
                np.maximum(highest, values[down : down + height - 4, across : across + width - 4], out=highest)
    return values[2:-2, 2:-2].astype(np.int16) - highest


def tiles(values: np.ndarray, side: int) -> np.ndarray:
    """Mean over squares of so many pixels; what does not fill one is cut off. (H, W) to (H // side, W // side)."""
    height, width = (length // side for length in values.shape)
    rows = values[: height * side : side].astype(np.float32)
    for row in range(1, side):
        rows += values[row : height * side : side]
    columns = rows[:, : width * side : side].copy()
    for column in range(1, side):
        columns += rows[:, column : width * side : side]
    return columns / (side * side)


def shrunk(mask: np.ndarray, pixels: int) -> np.ndarray:
    """The mask without what lies within so many pixels of its edge; the picture's own edge does not count."""
    for _ in range(pixels):
        padded = np.pad(mask, 1, constant_values=True)
        mask = padded[1:-1, 1:-1] & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask


def grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    """The mask with what lies within so many pixels (city blocks) of it."""
    return ~shrunk(~mask, pixels)


def box_of(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom), the last two exclusive, of what is True; None where nothing is."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
