# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a print is from a reference of the same shot, in decibels.

Both are sRGB PNGs with alpha. Each is laid over mid grey (0.5 of sRGB), so that a wrong edge counts as a wrong colour:
c = alpha * rgb + (1 - alpha) * 0.5. Over the subject's pixels, where either has any alpha,
PSNR = -10 log10(mean over pixels and channels of (c_print - c_reference)^2), with white at 1.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image

GREY = 0.5
#: What two pictures that are alike to the bit get: eight bits can't tell more.
BEST = 60.0


def psnr(print_file: Path, reference: Path) -> float:
    """Decibels, at most BEST. Raises ValueError for pictures of different size."""
    mine, alpha = _read(print_file)
    true, true_alpha = _read(reference)
    if mine.shape != true.shape:
        raise ValueError(f"{print_file.name} is {mine.shape[:2]}, its reference {true.shape[:2]}")
    subject = (alpha > 0) | (true_alpha > 0)
    if not subject.any():
        return BEST
    error = float(np.mean((mine[subject] - true[subject]) ** 2))
    return BEST if error <= 0 else min(BEST, -10 * math.log10(error))


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """((H, W, 3) laid over grey, (H, W) alpha), 0..1."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGBA"), dtype=np.float32) / 255
    alpha = pixels[..., 3]
    return pixels[..., :3] * alpha[..., None] + GREY * (1 - alpha[..., None]), alpha
