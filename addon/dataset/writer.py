# SPDX-License-Identifier: GPL-3.0-or-later
"""What build.py writes with: items added to the dataset's folder, and what its record needs of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..common.files import sha256_bytes
from .folder import RECORD, SUMS, Folder, Item


class Writer:
    """Adds items to the folder and keeps what the record needs: our hash and origin, and the present hash."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.files: dict[str, dict[str, str]] = {}
        self.sums: dict[str, str] = {}

    def reuse(self, path: str, origin: str, make: Callable[[], bytes]) -> str:
        """As add, for content that is only made if what we made from the same origin is gone or edited; its hash.

        What lies where it should, and is ours still, is neither read twice nor written.
        """
        kept = self.folder.keep(path, origin)
        if kept is not None:
            self.files[path] = {"sha256": kept, "origin": origin}
            self.sums[path] = kept
            return kept
        data = self.folder.ours(origin)
        self.add(path, make() if data is None else data, origin)
        return self.sums[path]

    def add(self, path: str, data: bytes, origin: str = "", tidy: Any = bytes) -> bytes:
        """Returns the content that the file will have."""
        present = self.folder.add(Item(path, data, origin, tidy))
        self.files[path] = {"sha256": sha256_bytes(data), "origin": origin}
        self.sums[path] = self.files[path]["sha256"] if present is data else sha256_bytes(present)
        return present

    def close(self, manifest: dict[str, Any]) -> None:
        """Add the record and the sums, and put all in place of what was there.

        The manifest lists every file but these two; the sums list every file but themselves.
        """
        text = json.dumps({**manifest, "files": dict(sorted(self.files.items()))}, indent=1, ensure_ascii=False)
        self.add(RECORD, f"{text}\n".encode())
        sums = "".join(f"{digest}  {path}\n" for path, digest in sorted(self.sums.items()))
        self.add(SUMS, sums.encode())
        self.folder.replace()
