# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture, opened for the checks: its pixels at a size they can afford, and where its subject is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from .backdrop import subject_on_plain
from .filters import box_of, brightness

#: The longest edge at which pictures are judged: larger ones are reduced, as trainers reduce them.
SIDE = 1024
#: Alpha from which a pixel is the subject's.
SOLID = 128


@dataclass(frozen=True)
class Sample:
    """picture: RGB, on grey where it is clear; alpha: (H, W) uint8 or None where none is known; plain: whether its
    background is said to be plain."""

    picture: Image.Image
    alpha: np.ndarray | None
    plain: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.picture.height, self.picture.width

    @cached_property
    def rgb(self) -> np.ndarray:
        """(H, W, 3) uint8."""
        return np.asarray(self.picture)

    @cached_property
    def channels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Red, green and blue, (H, W) uint8 each: what looks at one of them is faster so."""
        red, green, blue = (np.asarray(channel) for channel in self.picture.split())
        return red, green, blue

    @cached_property
    def light(self) -> np.ndarray:
        """Brightness, (H, W) uint8."""
        return brightness(*self.channels)

    @cached_property
    def shown(self) -> np.ndarray | None:
        """The subject as the picture itself shows it before a plain background; None before any other."""
        return subject_on_plain(self.picture, self.plain)

    @cached_property
    def subject(self) -> np.ndarray:
        """(H, W) bool: by alpha, else by the plain background, else all of the picture."""
        if self.alpha is not None:
            return self.alpha >= SOLID
        return np.ones(self.shape, bool) if self.shown is None else self.shown

    @cached_property
    def box(self) -> tuple[int, int, int, int] | None:
        """The subject's bounds: left, top, right, bottom."""
        return box_of(self.subject)

    @property
    def known(self) -> bool:
        """Whether the subject is told from its background."""
        return self.alpha is not None or self.shown is not None


def sample(picture: Image.Image, alpha: Image.Image | None = None, plain: bool = False) -> Sample:
    """A Sample of an RGB or RGBA picture; alpha (mode L, any size) is its subject's where the picture has none."""
    own = picture.getchannel("A") if picture.mode == "RGBA" else None
    if own is not None and own.getextrema()[0] == 255:
        own = None
    alpha = alpha if own is None else own
    size = _size(picture.size)
    rgb = picture if picture.mode == "RGB" else picture.convert("RGB") if own is None else _on_grey(picture)
    if rgb.size != size:
        rgb = rgb.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    if alpha is not None and alpha.size != size:
        alpha = alpha.resize(size, Image.Resampling.BOX)
    return Sample(rgb, None if alpha is None else np.asarray(alpha), plain)


def _size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _on_grey(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGB", picture.size, (128, 128, 128))
    ground.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    return ground
