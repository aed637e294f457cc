# SPDX-License-Identifier: GPL-3.0-or-later
"""OUT/backup: the originals of whatever was edited or replaced, never overwritten."""

from __future__ import annotations

from pathlib import Path

from ..common.files import sha256_bytes, write_bytes
from .layout import BACKUP


def keep_original(out: Path, path: Path) -> Path:
    """Copy a file of OUT to the same place below OUT/backup, its hash in its name; the same content only once."""
    return keep_bytes(out, path.relative_to(out).as_posix(), path.read_bytes())


def keep_bytes(out: Path, relative: str, data: bytes) -> Path:
    """As keep_original, for content that is not (or no longer) in a file."""
    place = out / BACKUP / relative
    target = place.with_name(f"{place.stem}.{sha256_bytes(data)[:8]}{place.suffix}")
    if not target.exists():
        write_bytes(target, data)
    return target
