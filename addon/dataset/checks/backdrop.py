# SPDX-License-Identifier: GPL-3.0-or-later
"""The subject of a picture without alpha: what stands out from a plain background, flat or shaded."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from .filters import grown, shrunk

#: The background is fitted on a small copy: its longest edge in pixels.
SIDE = 80
#: Codes by which background may differ from its fit, and the share of the border that must fit for a plain one;
#: less of it where a caption says that it is plain.
TOLERANCE, PLAIN_SHARE, NAMED_SHARE = 10.0, 0.45, 0.12
#: The surface's degree in each round of fitting; each takes in what the last has reached.
DEGREES = (2, 2, 2, 4, 4, 4)


def subject_on_plain(rgb: np.ndarray, named: bool = False) -> np.ndarray | None:
    """(H, W, 3) uint8 to the subject's mask (H, W) bool; None where the background is not plain.
    named: it is said to be plain.

    A smooth surface (a polynomial in x and y, a channel each) is fitted to the border and grown inwards. White clothes
    at the edge of the subject are lost on white, its holes are filled.
    """
    height, width = rgb.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX), np.float32)
    behind = _grow(small, NAMED_SHARE if named else PLAIN_SHARE)
    if behind is None:
        return None
    mask = ~grown(shrunk(behind, 1), 1)
    return np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST))


def _grow(small: np.ndarray, share: float) -> np.ndarray | None:
    """Which pixels are background: reached from the border without leaving the fitted surface."""
    border = np.zeros(small.shape[:2], bool)
    border[[0, 1, -2, -1]] = border[:, [0, 1, -2, -1]] = True
    behind = border & _near(small, np.median(_upper(small, border), axis=0), 3 * TOLERANCE)
    for degree in DEGREES:
        basis = _basis((small.shape[0], small.shape[1]), degree)
        if behind.sum() < 4 * basis.shape[-1]:
            return None
        terms = basis[behind]
        normal = np.einsum("ni,nj->ij", terms, terms) + 1e-3 * np.eye(terms.shape[1])
        fitted = np.linalg.solve(normal, np.einsum("ni,nc->ic", terms, small[behind]))
        surface = np.einsum("yxi,ic->yxc", basis, fitted).astype(np.float32)
        behind = _reached(_near(small, surface, TOLERANCE), border)
    return behind if behind[border].mean() >= share else None


def _upper(small: np.ndarray, border: np.ndarray) -> np.ndarray:
    """The border's pixels in the upper half, which the subject seldom covers."""
    half = border.copy()
    half[len(half) // 2 :] = False
    return small[half]


def _near(small: np.ndarray, surface: np.ndarray, codes: float) -> np.ndarray:
    near = np.abs(small - surface) < codes
    return near[..., 0] & near[..., 1] & near[..., 2]


@lru_cache(maxsize=16)
def _basis(shape: tuple[int, int], degree: int) -> np.ndarray:
    """The polynomial's terms over a picture of a shape, (H, W, terms); made once, because sets have few shapes."""
    y, x = (np.linspace(-1, 1, length) for length in shape)
    across, down = np.meshgrid(x, y)
    terms = np.stack([across**i * down**j for i in range(degree + 1) for j in range(degree + 1 - i)], -1)
    terms.flags.writeable = False
    return terms


def _reached(open_: np.ndarray, start: np.ndarray) -> np.ndarray:
    """What of the open pixels hangs together with the start's: swept along rows and columns until nothing is new."""
    found = open_ & start
    while True:
        before = int(found.sum())
        for turned in (0, 1, 2, 3):
            found = np.rot90(_swept(np.rot90(open_, turned), np.rot90(found, turned)), -turned)
        if int(found.sum()) == before:
            return found


def _swept(open_: np.ndarray, found: np.ndarray) -> np.ndarray:
    """What is found carried to the right, as far as it is open."""
    place = np.arange(1, open_.shape[1] + 1)
    last_found = np.maximum.accumulate(np.where(found, place, 0), axis=1)
    last_closed = np.maximum.accumulate(np.where(open_, 0, place), axis=1)
    return open_ & (last_found > last_closed)
