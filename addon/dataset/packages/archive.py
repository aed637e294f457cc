# SPDX-License-Identifier: GPL-3.0-or-later
"""ZIP files that come out the same, byte for byte, wherever and whenever they are made."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from ...common.files import whole

#: The earliest date that a ZIP can state.
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644


def write_zip(path: Path, entries: Iterable[tuple[str, bytes]]) -> Path:
    """Write a ZIP of (name, content), sorted by name by the caller, stored as they are (PNGs don't shrink)."""
    with whole(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system, info.external_attr = _UNIX, _READABLE << 16
            archive.writestr(info, data)
    return path
