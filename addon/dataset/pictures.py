# SPDX-License-Identifier: GPL-3.0-or-later
"""Processed pictures and prints as training files: an opaque RGB picture, and the mask of its subject."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from ..common.errors import WorkError
from ..plan.settings import Setting
from .backgrounds import composite, trained_on


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height), from the file's head alone."""
    with _plainly(path), Image.open(path) as opened:
        return opened.size


def training_picture(processed: Path, background: Setting) -> bytes:
    """The PNG that a trainer gets, opaque.

    A picture without alpha is passed on byte for byte; one with alpha is put on the colour its background is
    trained on, because trainers drop alpha and show whatever lies hidden under it.
    """
    picture = _open(processed)
    if not picture.has_transparency_data and picture.mode == "RGB":
        return processed.read_bytes()
    return _png(composite(picture, trained_on(background)))


def subject_mask(raw: Path, size: tuple[int, int]) -> bytes:
    """A PNG, 8-bit grey: the print's alpha, white where the subject is, in the size of the training picture.

    Widened by 1/256 of its shorter side, because trainers shrink masks to an eighth and would eat into the edges.
    """
    alpha = _open(raw).convert("RGBA").getchannel("A")
    if alpha.size != size:
        alpha = alpha.resize(size, Image.Resampling.LANCZOS)
    return _png(Image.fromarray(_widened(np.asarray(alpha), min(size) // 256)))


def _widened(mask: np.ndarray, pixels: int) -> np.ndarray:
    """The greatest value within so many pixels, along one axis and then along the other."""
    for axis in (0, 1):
        padding = [(pixels, pixels) if axis == this else (0, 0) for this in (0, 1)]
        padded = np.pad(mask, padding, "edge")
        mask = sliding_window_view(padded, 2 * pixels + 1, axis).max(-1)
    return mask


def _open(path: Path) -> Image.Image:
    with _plainly(path), Image.open(path) as opened:
        opened.load()
        return opened.copy()


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkError(f"{path}: missing or damaged ({error}). Delete it and run the same command again.") from error


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=4)
    return stream.getvalue()
