# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures for the grid, made when they are first seen and kept in the user's folder for such things."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from PIL import Image

from ..common.errors import InputError
from ..common.files import sha256_bytes, write_bytes
from ..dataset.intake import open_picture

#: Longest edge: sharp in a card on a screen of double density; about 10 kB.
EDGE = 400
#: Of a picture in a form that browsers don't show, in large.
LARGE = 2048
QUALITY = {EDGE: 76, LARGE: 90}
RECIPE = 1
#: Bytes of the cache, and days after which a small picture that nobody looks at goes.
MAX_CACHE = 512 << 20
MAX_DAYS = 30


class Thumbnails:
    """Small pictures by what is in the large ones; the cache may be deleted at any time."""

    def __init__(self, cache: Path | None = None) -> None:
        """cache: a folder of one's own, for tests."""
        self._cache = cache or cache_folder()
        self._making = threading.Semaphore(2)

    def get(self, path: Path, within: Path, edge: int = EDGE) -> bytes:
        """The picture at most `edge` pixels (EDGE or LARGE) on its longest side, as WebP.

        Raises InputError as open_picture does.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise InputError(f"{path}: can't be read ({error.strerror}). Load the page again.") from error
        named = f"{RECIPE} {edge} {path.resolve()} {found.st_size} {found.st_mtime_ns}"
        key = sha256_bytes(named.encode("utf-8", "replace"))
        kept = self._cache / key[:2] / key
        with suppress(OSError):
            data = kept.read_bytes()
            if data[:4] == b"RIFF":
                return data
        with self._making:
            data = small(open_picture(path, within), edge)
        with suppress(Exception):  # a cache that can't be written costs time only
            write_bytes(kept, data)
        return data

    def tidy(self) -> None:
        """Remove what is old, then the oldest until the rest is small enough."""
        with suppress(OSError):
            files = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in self._cache.glob("??/*"))
            whole, oldest = sum(size for _time, size, _path in files), time.time() - MAX_DAYS * 86400
            for when, size, path in files:
                if when > oldest and whole <= MAX_CACHE:
                    break
                path.unlink(missing_ok=True)
                whole -= size


def small(picture: Image.Image, edge: int = EDGE) -> bytes:
    """A picture in small, as WebP; what shows through stays so."""
    transparent = picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] != 255
    plain = picture if transparent else picture.convert("RGB")
    plain.thumbnail(
        (edge, edge), Image.Resampling.BILINEAR if transparent else Image.Resampling.LANCZOS, reducing_gap=2
    )
    stream = io.BytesIO()
    plain.save(stream, "WEBP", quality=QUALITY[edge], method=2)
    return stream.getvalue()


def cache_folder() -> Path:
    """Where this system keeps what can be made again."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir())
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "modelsheet" / "review"
