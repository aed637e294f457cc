# SPDX-License-Identifier: GPL-3.0-or-later
"""Negative to print: lights mixed in linear float, denoised after the sum, Blender's view transform and PNG."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from ..common.errors import WorkError
from ..common.files import whole
from ..plan.gains import gains, missing
from ..plan.rigs import Adjust
from .denoise import PLANNED, RELIT, Denoiser
from .negative import Negative
from .stopwatch import Stopwatch

IMAGE = "modelsheet print"
LINEAR = "Linear Rec.709"


class Darkroom:
    """Develops prints of one negative.

    denoiser: None leaves the pictures as sampled, as does a negative without albedo and normal.
    """

    def __init__(self, negative: Negative, denoiser: Denoiser | None) -> None:
        self._negative = negative
        self._denoiser = denoiser
        if denoiser is not None and negative.albedo is not None and negative.normal is not None:
            denoiser.guide(negative.albedo, negative.normal)
        else:
            self._denoiser = None

    def develop(self, lighting: str, adjust: Adjust, path: Path, watch: Stopwatch) -> None:
        """Write the print of a lighting whole, as RGBA PNG with straight alpha.

        Raises WorkError for a lighting that the negative does not hold, and when the picture can't be written.
        """
        pixels = self.linear(lighting, adjust)
        watch.lap("denoise")
        save_print(pixels, path)
        watch.lap("print")

    def linear(self, lighting: str, adjust: Adjust) -> np.ndarray:
        """(H, W, 4) float32 of the whole frame: premultiplied linear Rec.709 and alpha, top row first."""
        negative = self._negative
        total = mixed(negative, lighting, adjust)
        if self._denoiser is not None:
            as_planned = lighting in negative.lightings and adjust == Adjust()
            total = self._denoiser.denoise(total, PLANNED if as_planned else RELIT)
        x0, y0, x1, y1 = negative.crop
        width, height = negative.size
        frame = np.zeros((height, width, 4), np.float32)
        frame[y0:y1, x0:x1, :3] = total
        frame[y0:y1, x0:x1, 3] = negative.alpha
        return frame


def mixed(negative: Negative, lighting: str, adjust: Adjust) -> np.ndarray:
    """(H, W, 3) sum of the groups as a lighting has them. Raises WorkError for lamps that the negative lacks."""
    if lacking := missing(negative.units, lighting):
        raise WorkError(f"{lighting}: this negative holds no {' and no '.join(lacking)}. Photograph its take again.")
    given = gains(negative.units, lighting, adjust)
    total = np.zeros((*negative.alpha.shape, 3), np.float32)
    for name, gain in given.items():
        if name in negative.groups:
            total += negative.groups[name] * np.array(gain, np.float32)
    return total


def save_print(pixels: np.ndarray, path: Path) -> None:
    """Write (H, W, 4) premultiplied linear pixels as Blender would have written its render: bit for bit the same."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.get(IMAGE)
    if image is not None and tuple(image.size) != (width, height):
        bpy.data.images.remove(image)
        image = None
    if image is None:
        image = bpy.data.images.new(IMAGE, width, height, alpha=True, float_buffer=True)
        image.colorspace_settings.name = LINEAR
        image.alpha_mode = "PREMUL"
    image.pixels.foreach_set(np.ascontiguousarray(pixels[::-1], dtype=np.float32).ravel())
    with whole(path) as part:
        try:
            image.save_render(str(part), scene=bpy.context.scene)
        except RuntimeError as error:  # Blender's word for a picture that it could not save
            raise OSError(str(error)) from error
        if not part.is_file():
            raise WorkError(f"{path.parent}: Blender wrote no picture there. Check the disk and run the command again.")
