# SPDX-License-Identifier: GPL-3.0-or-later
"""GLBs made, taken apart and put together again. No bpy."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any


def glb(data: dict[str, Any], version: int = 2, extra: int = 0, blob: bytes = b"") -> bytes:
    """A GLB of its JSON and its binary chunk, whose header promises `extra` bytes more than there are."""
    text = json.dumps(data).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if blob:
        chunks += struct.pack("<I4s", len(blob), b"BIN\0") + blob
    return struct.pack("<4sII", b"glTF", version, 12 + len(chunks) + extra) + chunks


def read_glb(path: Path) -> tuple[dict[str, Any], bytes]:
    """A GLB's JSON and its binary chunk."""
    raw = path.read_bytes()
    length = struct.unpack("<I", raw[12:16])[0]
    return json.loads(raw[20 : 20 + length]), raw[28 + length :]


def write_glb(path: Path, data: dict[str, Any], blob: bytes) -> Path:
    """Write a GLB of its JSON and its binary chunk."""
    path.write_bytes(glb(data, blob=blob))
    return path


def rewrite_glb(path: Path, target: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Copy a GLB with its JSON changed in place by `change`."""
    data, blob = read_glb(path)
    change(data)
    return write_glb(target, data, blob)
