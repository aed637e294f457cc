# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture that a captioner sees: a print's subject over one neutral colour, no larger than the model needs.

Whatever stands here decides what is seen: raise RECIPE in dataset/spoken.py when it gives other pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ...dataset.intake import open_picture


def view(picture: dict[str, Any], side: int, under: tuple[int, int, int]) -> Image.Image:
    """RGB, at most `side` pixels on its longer side, never enlarged.

    picture: {"path"; "crop": left, top, right, bottom, or null for all of it; "of": the size in which the crop is
    stated}. Raises InputError for one that can't be read.
    """
    opened = open_picture(Path(picture["path"]))
    box = _box(picture, opened.size)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = min(1.0, side / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if opened.mode != "RGBA":
        return opened.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)
    # Colours count as much as they show: what lies hidden under no alpha has no say at the edges.
    scaled = opened.convert("RGBa").resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)
    pixels = np.asarray(scaled).astype(np.uint16)
    shown = pixels[..., :3] + (np.array(under, np.uint16) * (255 - pixels[..., 3:]) + 127) // 255
    return Image.fromarray(np.minimum(shown, 255).astype(np.uint8))


def _box(picture: dict[str, Any], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The crop in the pixels that the file really has, inside of it."""
    if not picture.get("crop"):
        return (0, 0, *size)
    across, down = size[0] / picture["of"][0], size[1] / picture["of"][1]
    left, top, right, bottom = picture["crop"]
    left, top = min(round(left * across), size[0] - 1), min(round(top * down), size[1] - 1)
    return (
        left,
        top,
        max(left + 1, min(round(right * across), size[0])),
        max(top + 1, min(round(bottom * down), size[1])),
    )
