# SPDX-License-Identifier: GPL-3.0-or-later
"""The hash of the code that decides pixels, so that a print made by older code is never taken for a present one."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ADDON = Path(__file__).parent.parent
#: Rooms, and the settings' tables, that have a say in what a take looks like.
DECIDING = (
    "character", "render", "sitter", "studio", "common/blender.py", "common/colour.py", "plan/lamps.py", "plan/rigs.py"
)  # fmt: skip
SUFFIXES = (".py", ".yaml")


@cache
def code_fingerprint(*places: str) -> str:
    """Hexadecimal SHA-256 over names and contents of the sources in some places below addon/ (all that decide,
    by default), in sorted order and with LF line ends, so that every system agrees."""
    digest = hashlib.sha256()
    for place in places or DECIDING:
        root = ADDON / place
        files = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.suffix in SUFFIXES)
        for path in files:
            digest.update(path.relative_to(ADDON).as_posix().encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
