# SPDX-License-Identifier: GPL-3.0-or-later
"""The comment in an MMD model (.pmx, .pmd), where its author states name and terms. No bpy."""

from __future__ import annotations

import struct
from pathlib import Path

OPENING = 1 << 16


def read_comment(path: Path) -> dict[str, str]:
    """Field -> text, those that are not empty. Raises OSError, struct.error or IndexError on damage."""
    with path.open("rb") as stream:
        data = stream.read(OPENING)
    return _pmx(data) if data.startswith(b"PMX ") else _pmd(data) if data.startswith(b"Pmd") else {}


def _pmx(data: bytes) -> dict[str, str]:
    """Version, a count of bytes (the first tells the encoding), then four texts with their lengths."""
    encoding = "utf-8" if data[9] else "utf-16-le"
    place, fields = 9 + data[8], {}
    for name in ("title", "title (English)", "comment", "comment (English)"):
        length = struct.unpack_from("<I", data, place)[0]
        text = data[place + 4 : place + 4 + length].decode(encoding, errors="replace").strip("\x00 \r\n")
        place += 4 + length
        if text:
            fields[name] = text
    return fields


def _pmd(data: bytes) -> dict[str, str]:
    """Version, 20 bytes of name, 256 bytes of comment in Shift-JIS, filled up with zeros."""
    name, comment = (
        part.split(b"\x00")[0].decode("shift_jis", errors="replace") for part in (data[7:27], data[27:283])
    )
    return {key: text for key, text in (("title", name), ("comment", comment)) if text.strip()}
