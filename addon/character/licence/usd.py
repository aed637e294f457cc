# SPDX-License-Identifier: GPL-3.0-or-later
"""What the layer of a USD file says of itself: documentation, comment, customLayerData. No bpy.

Through USD's own library where Blender brings it; else usda is read as text, and of usdc (binary) the list of its
tokens, which holds every text but not what belongs to what.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPENING = 1 << 16
#: A token list larger than this belongs to no character.
MOST_BYTES = 1 << 21
MOST_TEXTS = 200
#: No more of a layer is read.
MOST_LAYER = 1 << 27
LAYERS = (".usda", ".usdc", ".usd")


def read_metadata(path: Path) -> dict[str, str]:
    """Field -> text. Raises OSError, ValueError, IndexError, struct.error or BadZipFile on damage."""
    data = _layer(path)
    if not data.startswith(b"PXR-USDC"):
        return _from_text(data[:OPENING].decode("utf-8", errors="replace"))
    try:
        from pxr import Sdf
    except ImportError:
        texts = [text for text in _tokens(data) if " " in text or "://" in text]
        return {f"text {number}": text for number, text in enumerate(texts[:MOST_TEXTS], start=1)}
    layer = Sdf.Layer.FindOrOpen(str(path))
    return {} if layer is None else _from_layer(layer)


def _from_layer(layer: Any) -> dict[str, str]:
    custom = {key: value for key, value in dict(layer.customLayerData).items() if isinstance(value, str)}
    return {"documentation": str(layer.documentation), "comment": str(layer.comment), **custom}


def _layer(path: Path) -> bytes:
    """The file, or the first layer of a usdz, as far as it is looked at."""
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            stream.seek(0)
            return stream.read(MOST_LAYER)
    with zipfile.ZipFile(path) as archive:
        name = next((name for name in archive.namelist() if name.lower().endswith(LAYERS)), None)
        if name is None:
            return b""
        with archive.open(name) as member:
            return member.read(MOST_LAYER)


def _from_text(text: str) -> dict[str, str]:
    head = re.split(r"^\s*(?:def|over|class)\s", text, maxsplit=1, flags=re.MULTILINE)[0]
    comments = [line.strip("# \t") for line in head.splitlines()[1:] if line.strip().startswith("#")]
    fields = {"comment": " / ".join(comments)} if comments else {}
    for name, long, short in re.findall(r'(\w+)\s*=\s*(?:"""(.*?)"""|"((?:[^"\\\n]|\\.)*)")', head, re.DOTALL):
        fields[name] = long or short
    bare = re.search(r'\(\s*"((?:[^"\\\n]|\\.)*)"', head)
    return {**fields, **({"documentation": bare.group(1)} if bare else {})}


def _tokens(data: bytes) -> Iterator[str]:
    """The texts of a usdc file's TOKENS section (compressed with LZ4 from version 0.4 on)."""
    place = struct.unpack_from("<q", data, 16)[0]
    count = struct.unpack_from("<Q", data, place)[0]
    for number in range(min(count, 32)):
        name, start, size = struct.unpack_from("<16sqq", data, place + 8 + 32 * number)
        if name.rstrip(b"\x00") != b"TOKENS":
            continue
        _number, length, packed = struct.unpack_from("<QQQ", data, start)
        if max(length, packed, size) > MOST_BYTES:
            return
        unpacked = _unpacked(data[start + 24 : start + 24 + packed], length)
        yield from (text.decode("utf-8", errors="replace") for text in unpacked.split(b"\x00") if text)


def _unpacked(data: bytes, most: int) -> bytes:
    """USD's compression: a number of chunks (0 for one without a length), each an LZ4 block."""
    chunks, place, out = data[0], 1, b""
    if chunks == 0:
        return _lz4(data[1:], most)
    for _number in range(chunks):
        length = struct.unpack_from("<i", data, place)[0]
        out += _lz4(data[place + 4 : place + 4 + length], most)
        place += 4 + length
    return out


def _lz4(data: bytes, most: int) -> bytes:
    """One LZ4 block (lz4_Block_format.md): literals, then a copy from what is already there, again and again."""
    out, place = bytearray(), 0
    while place < len(data) and len(out) <= most:
        token = data[place]
        literals, place = _length(data, place + 1, token >> 4)
        out += data[place : place + literals]
        place += literals
        if place + 2 > len(data):
            break
        back = struct.unpack_from("<H", data, place)[0]
        copied, place = _length(data, place + 2, token & 15)
        if not 0 < back <= len(out) or copied > most:
            raise ValueError("damaged LZ4 block")
        piece = bytes(out[-back:])
        copied += 4
        out += (piece * (copied // back + 1))[:copied]
    return bytes(out[:most])


def _length(data: bytes, place: int, nibble: int) -> tuple[int, int]:
    """A length of four bits, or more where they are all set; and the place after it."""
    length = nibble
    while nibble == 15:
        length += data[place]
        place += 1
        if data[place - 1] != 255:
            break
    return length, place
