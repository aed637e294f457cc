# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of what was made, one JSON line each, that grows as work goes on: a run that is killed loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from ..common.errors import WorkError
from ..common.files import describe_os_error, dumps, write_jsonl
from .layout import Row


class Index:
    """Entries by their "id". While the `with` block runs each is added to the file's end; after it the file is
    written anew, sorted, if anything has changed."""

    def __init__(self, path: Path, valid: Callable[[Row], bool]) -> None:
        """valid: whether an entry has our form; one that has not is left out, and what it told is found out again."""
        self.path = path
        self.entries: dict[str, Row] = {}
        self._changed = False
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
            entry = _parsed(line)
            if entry is not None and valid(entry):
                self.entries[entry["id"]] = entry
            elif line:
                self._changed = True

    def put(self, entry: Row) -> None:
        """Add an entry, in place of an older one with its id."""
        if self.entries.get(entry["id"]) == entry:
            return
        self.entries[entry["id"]] = entry
        self._changed = True
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write(f"\n{dumps(entry)}\n")  # a line that was cut off stays a line of its own
        except OSError as error:
            raise WorkError(describe_os_error(self.path, error), fatal=True) from error

    def drop(self, name: str) -> Row:
        """Take an entry out."""
        self._changed = True
        return self.entries.pop(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._changed:
            write_jsonl(self.path, [self.entries[name] for name in sorted(self.entries)])


def _parsed(line: str) -> Row | None:
    """An entry, or None for a line that was cut off, or could not be written again."""
    try:
        entry = json.loads(line)
        dumps(entry).encode()
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("id"), str) else None
