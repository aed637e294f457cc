# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures carried inside the page, so that forty large ones need not load to show it."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ...common.errors import InputError
from ..intake import open_picture

#: Longest edge: sharp in a card on a screen of double density, about 10 kB.
EDGE = 400
QUALITY = 80


@dataclass(frozen=True)
class Thumbnail:
    """A data URI with its size in pixels; `transparent` where anything shows through."""

    uri: str
    width: int
    height: int
    transparent: bool


def thumbnails(paths: Sequence[Path]) -> list[Thumbnail | None]:
    """One for each path, in order; None where the file is not a picture that can be read."""
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        return list(pool.map(thumbnail, paths))


def thumbnail(path: Path) -> Thumbnail | None:
    """The picture at most EDGE pixels on its longest edge, as WebP."""
    try:
        return shrink(open_picture(path))
    except InputError:
        return None


def shrink(picture: Image.Image) -> Thumbnail:
    """As thumbnail, of a picture that is open already."""
    small = picture.copy() if picture.mode in ("RGB", "RGBA") else picture.convert("RGBA")
    # Halved first, which is a quarter of the work; and WebP's method 4 takes four times as long for a twentieth.
    small.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS, reducing_gap=1.2)
    transparent = small.mode == "RGBA" and small.getchannel("A").getextrema()[0] < 255  # type: ignore[operator]
    stream = io.BytesIO()
    (small if transparent else small.convert("RGB")).save(stream, "WEBP", quality=QUALITY, method=2)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return Thumbnail(f"data:image/webp;base64,{data}", *small.size, transparent)
