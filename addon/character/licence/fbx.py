# SPDX-License-Identifier: GPL-3.0-or-later
"""The document information in the header of an FBX file (SceneInfo, MetaData), binary or text. No bpy.

A binary FBX is a tree of records: where it ends, how many properties of how many bytes, a name, the properties, then
the records inside it. The header comes first, so a few kilobytes are enough.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

OPENING = 1 << 18
#: Where the document information stands, and its fields. Autodesk's name for a last author is a property's.
WAY = ("FBXHeaderExtension", "SceneInfo", "MetaData")
FIELDS = ("Title", "Subject", "Author", "Keywords", "Revision", "Comment", "Copyright")
MOST_RECORDS = 500


def read_metadata(path: Path) -> dict[str, str]:
    """Field -> text, those that are not empty. Raises OSError; damage counts as nothing said."""
    with path.open("rb") as stream:
        data = stream.read(OPENING)
    if not data.startswith(b"Kaydara FBX Binary"):
        return _text(data.decode("utf-8", errors="replace"))
    wide = struct.unpack_from("<I", data, 23)[0] >= 7500
    records = _records(data, 27, len(data), wide)
    for name in WAY:
        inside = next((span for found, _value, span in records if found == name), None)
        if inside is None:
            return {}
        records = _records(data, *inside, wide)
    return {name: value for name, value, _span in records if name in FIELDS and value}


def _records(data: bytes, start: int, end: int, wide: bool) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """(name, first text property or "", where its inner records lie) of the records from start to end."""
    form, size = ("<QQQB", 25) if wide else ("<IIIB", 13)
    for _number in range(MOST_RECORDS):
        if start + size > min(end, len(data)):
            return
        stop, _count, length, letters = struct.unpack_from(form, data, start)
        if stop <= start:
            return
        body = start + size + letters
        name = data[start + size : body].decode("utf-8", errors="replace")
        yield name, _first_text(data[body : body + min(length, OPENING)]), (body + length, stop)
        start = stop


def _first_text(properties: bytes) -> str:
    if properties[:1] != b"S" or len(properties) < 5:
        return ""
    length = struct.unpack_from("<I", properties, 1)[0]
    # A name and its class are joined by two zero bytes.
    return properties[5 : 5 + length].split(b"\x00\x01")[0].decode("utf-8", errors="replace").strip("\x00 ")


def _text(text: str) -> dict[str, str]:
    block = re.search(r"MetaData:\s*\{([^}]*)\}", text)
    rows = re.findall(r'^\s*(\w+):\s*"([^"\n]*)"', block.group(1), re.MULTILINE) if block else []
    return {name: value for name, value in rows if name in FIELDS and value}
