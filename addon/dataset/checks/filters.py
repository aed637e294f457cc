# SPDX-License-Identifier: GPL-3.0-or-later
"""Small filters on pictures as arrays, each in a few passes of numpy. Rows come first: (height, width)."""

from __future__ import annotations

import numpy as np
from PIL import Image

#: Of grain(), see there.
GRAIN = float(np.sqrt(np.pi / 2) / 6)
#: Rec. 709 weights, on codes: what is judged is what is seen.
_LIGHT = np.array([0.2126, 0.7152, 0.0722], np.float32)


def light_of(rgb: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 to brightness (H, W) float32, in codes 0..255."""
    red, green, blue = (rgb[..., channel].astype(np.float32) for channel in range(3))
    return red * _LIGHT[0] + green * _LIGHT[1] + blue * _LIGHT[2]  # no matrix product: its threads cost more than it


def brightness(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> np.ndarray:
    """The same of three channels (H, W) uint8, to the nearest code: (H, W) uint8."""
    weighted = np.multiply(red, 54, dtype=np.uint16)
    weighted += np.multiply(green, 183, dtype=np.uint16)
    weighted += np.multiply(blue, 19, dtype=np.uint16)
    weighted += 128
    return (weighted >> 8).astype(np.uint8)


def counted(codes: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """How many pixels (of those where `where` is true) have each of the 256 codes; (H, W) uint8 in, (256,) out."""
    mask = None if where is None else Image.fromarray(where.view(np.uint8))
    return np.array(Image.fromarray(codes).histogram(mask))


def softened(light: np.ndarray) -> np.ndarray:
    """Blurred by a Gaussian of 1 pixel (binomial 1 4 6 4 1), float32; the outer two rows and columns are lost.

    Codes (uint8) are added up as 16-bit numbers, which hold them just and take half the time.
    """
    whole = light.astype(np.uint16) if light.dtype == np.uint8 else light
    return _binomial(_binomial(whole).T).T * np.float32(1 / 256)


def _binomial(values: np.ndarray) -> np.ndarray:
    """1 4 6 4 1 down the columns."""
    pairs = values[:-1] + values[1:]  # 1 1 four times over is 1 4 6 4 1
    for _ in range(3):
        pairs = pairs[:-1] + pairs[1:]
    return pairs


def blurred(values: np.ndarray) -> np.ndarray:
    """Blurred by a Gaussian of 1.4 pixels, in the same size."""
    return np.pad(softened(np.pad(softened(values), 2, "edge")), 2, "edge")


def slopes(light: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradient across and down, codes in two pixels; the outer row and column are lost."""
    return light[1:-1, 2:] - light[1:-1, :-2], light[2:, 1:-1] - light[:-2, 1:-1]


def grain(light: np.ndarray) -> np.ndarray:
    """What neither slope nor curve explains, per pixel: codes (H, W) uint8 to int16, to be multiplied by GRAIN, so that
    white noise of 1 code gives about 1.

    Immerkær, "Fast Noise Variance Estimation", 1996; the outer row and column are lost.
    """
    whole = light.astype(np.int16)
    down = whole[:-2] - 2 * whole[1:-1] + whole[2:]
    second = down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:]
    return np.abs(second, out=second)


def spots(values: np.ndarray, far: int) -> np.ndarray:
    """Which pixels (H, W) uint8 are more than `far` codes above everything two pixels away; edges of 2 are lost."""
    height, width = values.shape
    highest = np.zeros((height - 4, width - 4), values.dtype)
    for down in range(5):
        for across in range(5):
            if max(abs(down - 2), abs(across - 2)) == 2:
                np.maximum(highest, values[down : down + height - 4, across : across + width - 4], out=highest)
    np.minimum(highest, 255 - far, out=highest)
    highest += np.uint8(far)
    return values[2:-2, 2:-2] > highest


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
        left = mask.copy()
        left[1:] &= mask[:-1]
        left[:-1] &= mask[1:]
        left[:, 1:] &= mask[:, :-1]
        left[:, :-1] &= mask[:, 1:]
        mask = left
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
