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
#: The surface is fitted to about so many pixels.
FITTED = 500
#: The surface's degree in each round of fitting; each takes in what the last has reached.
DEGREES = (2, 2, 2, 4, 4, 4)


def subject_on_plain(picture: Image.Image, named: bool = False) -> np.ndarray | None:
    """The mask (H, W) bool of an RGB picture's subject; None where the background is not plain.
    named: it is said to be plain.

    A smooth surface (a polynomial in x and y, a channel each) is fitted to the border and grown inwards. White clothes
    at the edge of the subject are lost on white, its holes are filled.
    """
    width, height = picture.size
    scale = SIDE / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(picture.resize(size, Image.Resampling.BOX), np.float32)
    behind = _grow(small, NAMED_SHARE if named else PLAIN_SHARE)
    if behind is None:
        return None
    mask = ~grown(shrunk(behind, 1), 1)
    return np.asarray(Image.fromarray(mask.view(np.uint8)).resize((width, height), Image.Resampling.NEAREST)) > 0


def _grow(small: np.ndarray, share: float) -> np.ndarray | None:
    """Which pixels are background: reached from the border without leaving the fitted surface."""
    before = border = np.zeros(small.shape[:2], bool)
    border[[0, 1, -2, -1]] = border[:, [0, 1, -2, -1]] = True
    behind = border & _near(small, np.median(_upper(small, border), axis=0), 3 * TOLERANCE)
    for degree, again in zip(DEGREES, (0, *DEGREES), strict=False):
        if degree == again and np.array_equal(behind, before):
            continue  # it has settled: the same fit once more
        if behind.sum() < 4 * len(_terms(degree)):
            return None
        before, behind = behind, _reached(_near(small, _surface(small, behind, degree), TOLERANCE), border)
    return behind if behind[border].mean() >= share else None


def _upper(small: np.ndarray, border: np.ndarray) -> np.ndarray:
    """The border's pixels in the upper half, which the subject seldom covers."""
    half = border.copy()
    half[len(half) // 2 :] = False
    return small[half]


def _near(small: np.ndarray, surface: np.ndarray, codes: float) -> np.ndarray:
    near = np.abs(small - surface) < codes
    return near[..., 0] & near[..., 1] & near[..., 2]


def _surface(small: np.ndarray, behind: np.ndarray, degree: int) -> np.ndarray:
    """The polynomial that comes nearest to the pixels behind, over all the picture, (H, W, 3) float32.

    The fit is to every so many of them: five hundred tell as much as all. Sums in place of matrix products, which would
    wake threads that cost more than they do.
    """
    places = np.flatnonzero(behind)
    places = places[:: max(1, len(places) // FITTED)]
    powers = [np.linspace(-1, 1, length)[:, None] ** np.arange(degree + 1) for length in behind.shape]
    down, across = powers[0][places // behind.shape[1]], powers[1][places % behind.shape[1]]
    terms = _terms(degree)
    values = down[:, [j for j, _i in terms]] * across[:, [i for _j, i in terms]]
    normal = np.einsum("ni,nj->ij", values, values) + 1e-3 * np.eye(len(terms))
    fitted = np.linalg.solve(normal, np.einsum("ni,nc->ic", values, small.reshape(-1, 3)[places]))
    factors = np.zeros((3, degree + 1, degree + 1))
    for (j, i), factor in zip(terms, fitted, strict=True):
        factors[:, j, i] = factor
    surface = (powers[0] @ factors @ powers[1].T).astype(np.float32)
    return np.ascontiguousarray(np.moveaxis(surface, 0, -1))


@lru_cache(maxsize=8)
def _terms(degree: int) -> tuple[tuple[int, int], ...]:
    """The powers (down, across) of a polynomial's terms."""
    return tuple((j, i) for j in range(degree + 1) for i in range(degree + 1 - j))


def _reached(open_: np.ndarray, start: np.ndarray) -> np.ndarray:
    """What of the open pixels hangs together with the start's: swept along rows and columns until nothing is new."""
    found = open_ & start
    ways = (np.s_[:, :], np.s_[::-1, :])
    while True:
        before = np.count_nonzero(found)
        for way in ways:
            found[way] = _swept(open_[way], found[way])
            found.T[way] = _swept(open_.T[way], found.T[way])
        if np.count_nonzero(found) == before:
            return found


def _swept(open_: np.ndarray, found: np.ndarray) -> np.ndarray:
    """What is found carried down, as far as it is open."""
    place = np.arange(1, len(open_) + 1, dtype=np.int16)[:, None]
    last_found = np.maximum.accumulate(found * place, axis=0)
    last_closed = np.maximum.accumulate(~open_ * place, axis=0)
    return open_ & (last_found > last_closed)
