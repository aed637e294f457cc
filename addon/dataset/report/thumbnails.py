# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures carried inside the page, so that forty large ones need not load to show it."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ...common.errors import InputError
from ...common.files import sha256_file, write_jsonl
from ..intake import open_picture

#: Longest edge: sharp in a card on a screen of double density, about 10 kB.
EDGE = 400
QUALITY = 80
#: Small pictures of the last report, by what they were made of, so that new captions make none anew. May be deleted.
KEPT = ".thumbnails.jsonl"
_MOST = 256 << 20
_URI = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/]+=*")


@dataclass(frozen=True)
class Thumbnail:
    """A data URI with its size in pixels; `transparent` where anything shows through."""

    uri: str
    width: int
    height: int
    transparent: bool


def thumbnails(paths: Sequence[Path], kept: Path | None = None) -> list[Thumbnail | None]:
    """One for each path, in order; None where the file is not a picture that can be read.

    kept: a file in which they are looked for first, and kept for the next time.
    """
    known = _read(kept) if kept else {}
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        made = list(pool.map(lambda path: _known(path, known) if kept else ("", thumbnail(path)), paths))
    now = {key: small for key, small in made if small is not None}
    if kept and now != known:
        write_jsonl(kept, ({"key": key, **asdict(small)} for key, small in now.items()))
    return [small for _key, small in made]


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


def _known(path: Path, known: dict[str, Thumbnail]) -> tuple[str, Thumbnail | None]:
    """A picture's key, and its thumbnail as it was kept or made now."""
    try:
        key = f"{sha256_file(path)}-{EDGE}-{QUALITY}"
    except OSError:
        return "", None
    return key, known.get(key) or thumbnail(path)


def _read(path: Path) -> dict[str, Thumbnail]:
    """What was kept; whatever is not in our form is passed over, for it can be made again."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.stat().st_size <= _MOST else []
        rows = [json.loads(line) for line in lines]
        return {str(row["key"]): _thumbnail(row) for row in rows}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _thumbnail(row: dict[str, Any]) -> Thumbnail:
    if not _URI.fullmatch(row["uri"]):
        raise ValueError("not a picture of ours")
    return Thumbnail(row["uri"], int(row["width"]), int(row["height"]), bool(row["transparent"]))
