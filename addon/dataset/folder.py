# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of ours that is replaced as one step, and that people may edit and add to.

New content is written whole into a staging folder beside it; only then are files moved into place, the record last.
A run that is killed before leaves the old content, one that is killed while moving is finished by the next.
Files that we did not write are never touched. A file of ours that a person has edited stays theirs as long as what
it came from stays the same; our version goes to OUT/backup. Otherwise theirs goes there, and ours takes its place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.errors import InputError, WorkError
from ..common.files import describe_os_error, sha256_bytes, sha256_file, write_json
from .backup import keep_bytes, keep_original
from .intake import MAX_BYTES, read_bytes
from .layout import read_json
from .portable import name_fault

#: The record of what we wrote: {"files": {path: {"sha256", "origin"}}} among other things. Moved into place last.
RECORD = "manifest.json"
#: The present hash of every other file, for `sha256sum -c`.
SUMS = "SHA256SUMS"
_READY = "ready.json"


@dataclass(frozen=True)
class Item:
    """A file to be: its path in the folder (with /), its content, and the hash of what it came from.

    An item without origin is derived from the others: a person's edit of it is backed up, but does not stay.
    tidy mends the form of a person's version (its encoding, its line ends).
    """

    path: str
    data: bytes
    origin: str = ""
    tidy: Callable[[bytes], bytes] = bytes


class Folder:
    """One folder of OUT, open for replacement. Making it finishes what a killed run left half moved."""

    def __init__(self, out: Path, name: str) -> None:
        self.out = out
        self.place = out / name
        self.staging = out / f".{name}.staging"
        self._items: dict[str, None] = {}
        self._kept: set[str] = set()
        with _plainly(self.place):
            self._finish()
            if self.staging.exists():
                shutil.rmtree(self.staging)
        self._before = _recorded(self.place / RECORD)
        self._by_origin = {entry["origin"]: path for path, entry in self._before.items() if entry["origin"]}

    def add(self, item: Item) -> bytes:
        """Stage an item; returns the content that its file will have: the item's, or a person's edited one."""
        theirs = self._edited(item)
        if theirs is not None:
            keep_bytes(self.out, f"{self.place.name}/{item.path}", item.data)
        self._items[item.path] = None
        with _plainly(self.place):
            staged = self.staging / "files" / item.path
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(item.data if theirs is None else theirs)
        return item.data if theirs is None else theirs

    def keep(self, path: str, origin: str) -> str | None:
        """The hash of what we last wrote at this path from this origin, if it lies there still and nobody changed it:
        then it stays as it is. None where it has to be added."""
        entry = self._before.get(path)
        present = self.place / path
        if entry is None or entry["origin"] != origin or not present.is_file():
            return None
        with _plainly(self.place):
            if sha256_bytes(read_bytes(present, MAX_BYTES, self.place)) != entry["sha256"]:
                return None
        self._items[path] = None
        self._kept.add(path)
        return entry["sha256"]

    def ours(self, origin: str) -> bytes | None:
        """What we last wrote from this origin, if its file is still just that."""
        old = self._by_origin.get(origin)
        if old is None or not (self.place / old).is_file():
            return None
        with _plainly(self.place):
            data = read_bytes(self.place / old, MAX_BYTES, self.place)
        return data if sha256_bytes(data) == self._before[old]["sha256"] else None

    def replace(self) -> None:
        """Put everything that was added in place of what we wrote before."""
        stale = sorted(path for path in self._before if path not in self._items)
        with _plainly(self.place):
            self._back_up_edited()
            moved = sorted(self._items.keys() - self._kept, key=_record_last)
            write_json(self.staging / _READY, {"files": moved, "stale": stale})
            self._finish()

    def _edited(self, item: Item) -> bytes | None:
        """The content of a person's version of this item that is to stay, or None.

        It is looked for where we last wrote what came from the same origin: folders are renamed (repeats, class).
        """
        old = self._by_origin.get(item.origin)
        if old is None or not (self.place / old).is_file():
            return None
        theirs = item.tidy(read_bytes(self.place / old, MAX_BYTES, self.place))
        ours = {self._before[old]["sha256"], sha256_bytes(item.data)}
        return theirs if theirs.strip() and sha256_bytes(theirs) not in ours else None

    def _back_up_edited(self) -> None:
        """Copy away what a person edited or put where a file of ours will now be."""
        for path in sorted({*self._items, *self._before} - {RECORD, SUMS} - self._kept):
            present, staged = self.place / path, self.staging / "files" / path
            if not present.is_file():
                continue
            entry, found = self._before.get(path), sha256_file(present)
            known = entry is not None and found == entry["sha256"]
            if not known and not (staged.is_file() and sha256_file(staged) == found):
                keep_original(self.out, present)

    def _finish(self) -> None:
        """Move what is staged and marked ready; safe to repeat after a kill at any point."""
        ready = self.staging / _READY
        if not ready.is_file():
            return
        todo = _ready(ready)
        for path in todo["stale"]:
            (self.place / path).unlink(missing_ok=True)
            _remove_empty(self.place, self.place / path)
        for path in todo["files"]:
            staged, target = self.staging / "files" / path, self.place / path
            if not staged.is_file():
                continue  # moved before the kill
            if target.is_file() and sha256_file(target) == sha256_file(staged):
                continue  # unchanged files keep their time, and trainers' caches with it
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(target)
        shutil.rmtree(self.staging)


def _recorded(record: Path) -> dict[str, dict[str, str]]:
    """What we wrote last. Raises InputError for a record that is not of ours, or names files outside the folder."""
    known = read_json(record) if record.is_file() else {}
    files = known.get("files", {}) if isinstance(known, dict) else None
    if (
        not isinstance(files, dict)
        or any(name_fault(path) for path in files)
        or not all(map(_is_entry, files.values()))
    ):
        raise InputError(f"{record}: not the record of a dataset of ours. Delete it and run the same command again.")
    return files


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in ("sha256", "origin"))


def _ready(path: Path) -> dict[str, list[str]]:
    """What is left to move. Raises InputError for paths that lead out of the folder."""
    todo = read_json(path)
    known = todo if isinstance(todo, dict) else {}
    names = {kind: known.get(kind) for kind in ("files", "stale")}
    for paths in names.values():
        if not isinstance(paths, list) or any(not isinstance(name, str) or name_fault(name) for name in paths):
            raise InputError(f"{path.parent}: not a folder of ours. Delete it and run the same command again.")
    return {kind: paths or [] for kind, paths in names.items()}


def _record_last(path: str) -> tuple[bool, str]:
    return path == RECORD, path


def _remove_empty(top: Path, path: Path) -> None:
    """Remove the folders above a removed file that hold nothing more."""
    for folder in path.parents:
        if folder == top or not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()


class _plainly:
    """Operating-system errors as WorkError in plain words."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise WorkError(describe_os_error(Path(error.filename or self.path), error), fatal=True) from error
