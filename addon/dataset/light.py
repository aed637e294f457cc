# SPDX-License-Identifier: GPL-3.0-or-later
"""sRGB and linear light; pictures cut and scaled as light is: Lanczos, colours weighted by their alpha."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .neighbours import least

_ALL = np.arange(256, dtype=np.float64) / 255
# IEC 61966-2-1, sRGB to linear, for each 8-bit code.
_TO_LINEAR = np.where(_ALL <= 0.04045, _ALL / 12.92, ((_ALL + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_linear(codes: np.ndarray) -> np.ndarray:
    """8-bit sRGB codes (any shape, uint8) to linear light 0..1 (float32)."""
    return _TO_LINEAR[codes]


def to_srgb(linear: np.ndarray, noise: np.ndarray | float = 0.0) -> np.ndarray:
    """Linear light to 8-bit sRGB codes (IEC 61966-2-1); `noise`, in codes, is added before rounding."""
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return np.clip(np.rint(encoded * 255 + noise), 0, 255).astype(np.uint8)


# Codes for linear light in 65536 steps: an eighteenth of a code where sRGB is steepest.
_STEPS = 65535
_CODES = to_srgb(np.arange(_STEPS + 1, dtype=np.float64) / _STEPS)
#: Alpha that shows nothing in 8 bits.
_NOTHING = 0.5 / 255


def resampled(pixels: np.ndarray, crop: tuple[int, int, int, int], size: tuple[int, int]) -> np.ndarray:
    """The part `crop` (left, top, right, bottom) of an sRGB picture, brought to `size` (width, height).

    pixels: uint8 HxWx3, or HxWx4 with straight alpha, and so is what is returned. Colour under no alpha has no say,
    so that subjects get no halo; where nothing shows it is black. A part that has the size already stays as it is.
    """
    left, top, right, bottom = crop
    part = pixels[top:bottom, left:right]
    if (right - left, bottom - top) == size:
        return part.copy()
    alpha = part[..., 3].astype(np.float32) / 255 if part.shape[2] == 4 else None
    shown = None if alpha is None else _scaled(alpha, size)
    out = np.zeros((size[1], size[0], part.shape[2]), np.uint8)
    for channel in range(3):
        light = to_linear(part[..., channel])
        if alpha is None or shown is None:
            scaled = _scaled(light, size)
        else:
            scaled = _scaled(light * alpha, size) / np.maximum(shown, _NOTHING)
        seen = part[..., channel] if alpha is None else np.where(alpha > 0, part[..., channel], np.uint8(0))
        out[..., channel] = np.maximum(_codes(scaled), _darkest(seen, size))
    if shown is not None:
        out[..., 3] = np.clip(np.rint(shown * 255), 0, 255)
        out[out[..., 3] == 0] = 0
    return out


def _darkest(codes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The least code around each pixel of the scaled picture: Lanczos rings, and in linear light a small ring below
    a bright spot would be black."""
    height, width = codes.shape
    reach = max(1, round(max(width / size[0], height / size[1])))
    x, y = (
        ((np.arange(new) + 0.5) * old / new).astype(np.intp) for new, old in zip(size, (width, height), strict=True)
    )
    return least(codes, reach)[np.ix_(y, x)]


def _scaled(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS))


def _codes(linear: np.ndarray) -> np.ndarray:
    return _CODES[(np.clip(linear, 0, 1) * _STEPS + 0.5).astype(np.int32)]
