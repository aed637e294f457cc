# SPDX-License-Identifier: GPL-3.0-or-later
"""ZIPs that an earlier run left, and whether they still hold the set as it is."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ...folder import RECORD

#: Of a manifest in a ZIP: more bytes than this are none of ours.
MOST_BYTES = 64 << 20


def outdated(folder: Path, record: Path) -> list[Path]:
    """The ZIPs in a folder that hold the manifest of a set of ours, but not the one in the file `record`."""
    now = record.read_bytes()
    return [path for path in sorted(folder.glob("*.zip")) if _manifest(path) not in (None, now)]


def trainer_of(path: Path, trainers: Iterable[str]) -> str | None:
    """The trainer that a ZIP was made for, by its name: TRIGGER_TRAINER, and a part or number after it."""
    names = "|".join(sorted(map(re.escape, trainers), key=len, reverse=True))
    found = re.search(rf"_({names})(_[a-z]+)?(-\d+)?\.zip$", path.name)
    return found[1] if found else None


def _manifest(path: Path) -> bytes | None:
    """The manifest in a ZIP; None where there is none, or the ZIP is not ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            named = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == RECORD]
            if not named or named[0].file_size > MOST_BYTES:
                return None
            data = archive.read(min(named, key=lambda info: info.filename.count("/")))
        content = json.loads(data)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, RecursionError):
        return None
    return data if isinstance(content, dict) and "modelsheet" in content else None
