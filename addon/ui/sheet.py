# SPDX-License-Identifier: GPL-3.0-or-later
"""The contact sheet in the sidebar: where its pictures lie, and which have arrived. Never imports bpy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = "modelsheet-preview"
#: The whole sheet as one picture, which the command makes last.
FILE = "contact-sheet.jpg"


@dataclass
class Sheet:
    """out: the folder of the preview that is shown. pictures: those that have arrived, in the plan's order."""

    out: Path | None = None
    total: int = 0
    words: str = ""
    pictures: list[Path] = field(default_factory=list)

    @property
    def whole(self) -> Path | None:
        """The whole sheet as one picture, once it is made."""
        path = None if self.out is None else self.out / FILE
        return path if path is not None and path.is_file() else None

    def begin(self, out: Path, words: str) -> None:
        """A new one is being made. words: what of."""
        self.out, self.total, self.words, self.pictures = out, 0, words, []

    def take(self, event: dict[str, Any]) -> bool:
        """An event of a job: of ours only if its pictures lie in our folder. Whether the sheet is done by it."""
        if self.out is None:
            return False
        if event.get("event") == "shot" and Path(event["path"]).is_relative_to(self.out):
            path = Path(event["path"])
            self.total = int(event["total"])
            if path not in self.pictures:
                self.pictures = sorted([*self.pictures, path])
        elif event.get("event") == "done" and Path(event["out"]) == self.out and (self.out / "raw_generated").is_dir():
            self.pictures = sorted((self.out / "raw_generated").glob("*.png"))  # those of an earlier look too
            self.total = max(self.total, len(self.pictures))
            return True
        return False


def folder_for(parent: Path, subject: str, corrections: list[str]) -> Path:
    """A preview's folder below `parent`: another one for another character, the same for the same unchanged file."""
    path = Path(subject)
    try:
        found = path.stat() if subject != "sitter" else None
        stamp = "" if found is None else f"{found.st_mtime_ns} {found.st_size}"
    except OSError:
        stamp = ""
    digest = hashlib.sha256("\n".join([subject, stamp, *corrections]).encode(errors="replace")).hexdigest()
    return parent / FOLDER / digest[:16]
