# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as the interface shows them: read and made small by a thread, given to Blender as icons.

Nothing is put into the user's file, nor into the system's cache of thumbnails.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy
import bpy.utils.previews
import numpy as np
from PIL import Image

from .later import Later

#: What lies under a print, which is cut out: the grey of the interface's own previews.
GREY = (70, 70, 70, 255)
#: No picture of ours is larger; anything else is not read.
MOST_PIXELS = 4096 * 4096
KEPT = 400


@dataclass(frozen=True)
class Wanted:
    """A picture file as it is now, and how large it is shown."""

    path: Path
    side: int
    changed: int

    @property
    def name(self) -> str:
        """As Blender's collection of icons knows it."""
        return f"{self.path}|{self.side}|{self.changed}"


@dataclass(frozen=True)
class Small:
    """Width, height, and what Blender takes as an icon's pixels; no pixels for what can't be read."""

    size: tuple[int, int]
    pixels: np.ndarray | None


def read_small(wanted: Wanted) -> Small:
    """A picture made small: RGBA, one 32-bit number a pixel, the bottom row first."""
    try:
        with Image.open(wanted.path) as image:
            if image.width * image.height > MOST_PIXELS:
                return Small((0, 0), None)
            image.draft("RGB", (wanted.side, wanted.side))
            small = image.convert("RGBA")
        small.thumbnail((wanted.side, wanted.side), Image.Resampling.BOX, reducing_gap=2.0)
        ground = Image.new("RGBA", small.size, GREY)
        ground.alpha_composite(small)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return Small((0, 0), None)
    rows = np.ascontiguousarray(np.asarray(ground)[::-1])
    return Small(ground.size, rows.reshape(-1, 4).view("<i4").ravel())


class Thumbnails:
    """The icons of some picture files."""

    def __init__(self) -> None:
        self._later = Later(read_small, newest=False, remembered=KEPT)
        self._icons: bpy.utils.previews.ImagePreviewCollection | None = None

    @property
    def busy(self) -> bool:
        """Whether pictures are being read."""
        return self._later.busy

    def icon(self, path: Path, side: int) -> int:
        """The icon of a picture, 0 while it is not there yet (or can't be read). Never waits."""
        try:
            wanted = Wanted(path, side, path.stat().st_mtime_ns)
        except OSError:
            return 0
        icons = self._collection()
        if wanted.name in icons:
            return int(icons[wanted.name].icon_id)
        small = self._later.ask(wanted)
        if small is None or small.pixels is None:
            return 0
        if len(icons) >= KEPT:
            icons.clear()
        icon = icons.new(wanted.name)
        icon.image_size = small.size
        icon.image_pixels.foreach_set(small.pixels)
        return int(icon.icon_id)

    def wait(self, path: Path, side: int) -> int:
        """The icon, waited for."""
        self._later.wait(Wanted(path, side, path.stat().st_mtime_ns))
        return self.icon(path, side)

    def close(self) -> None:
        """Forget all."""
        self._later.close()
        if self._icons is not None:
            bpy.utils.previews.remove(self._icons)
            self._icons = None

    def _collection(self) -> bpy.utils.previews.ImagePreviewCollection:
        if self._icons is None:
            self._icons = bpy.utils.previews.new()
        return self._icons
