# SPDX-License-Identifier: GPL-3.0-or-later
"""What a captioner says, kept as it is said: OUT/captions/models/NAME.jsonl, see dataset/spoken.py for its form.

A line is on the disk before the next batch is computed, so a run that is killed loses no more than one. Words of
another model, or asked for in another way, are only given up once the new model has been loaded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..common.errors import WorkError
from ..common.files import describe_os_error, dumps, write_jsonl
from ..dataset.spoken import plain, read_file, spoken_path

Row = dict[str, Any]

#: Of the head, what makes other words of the same pictures; device and kind of numbers do not count.
_DECIDES = ("captioner", "family", "model", "revision", "settings")


class Record:
    """The words of one captioner on the pictures of OUT.

    seen: shot id -> hash of what it is to see, in the set's order. done: ids about which it has spoken already.
    """

    def __init__(self, out: Path, head: Row, seen: dict[str, str]) -> None:
        """head: the first line, but for device and dtype."""
        self.path = spoken_path(out, head["captioner"])
        self._head = head
        self._seen = seen
        self._rows: dict[str, Row] = {}
        if self.path.is_file():
            before = read_file(self.path)
            if all(before.head.get(name) == head.get(name) for name in _DECIDES):
                fresh = [name for name, digest in before.seen.items() if seen.get(name) == digest]
                self._rows = {name: self._row(name, before.texts[name], before.scores.get(name)) for name in fresh}
                self._head = before.head

    @property
    def done(self) -> set[str]:
        """Ids of the pictures that need not be looked at again."""
        return set(self._rows)

    def begin(self, device: str, dtype: str) -> None:
        """The model is loaded: from here on this file is its."""
        self._head = {**self._head, "device": device, "dtype": dtype}
        self.close()

    def add(self, name: str, text: str, scores: dict[str, float] | None) -> None:
        """Keep what was said of a picture."""
        self._rows[name] = self._row(name, plain(text), scores)
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write(dumps(self._rows[name]) + "\n")
        except OSError as error:
            raise WorkError(describe_os_error(self.path, error), fatal=True) from error

    def settle(self) -> None:
        """Have what was added on the disk, whatever happens to the machine."""
        try:
            with self.path.open("rb+") as stream:
                os.fsync(stream.fileno())
        except OSError as error:
            raise WorkError(describe_os_error(self.path, error), fatal=True) from error

    def close(self) -> None:
        """Write the file anew, whole, in the set's order."""
        write_jsonl(self.path, [self._head, *(self._rows[name] for name in self._seen if name in self._rows)])

    def _row(self, name: str, text: str, scores: dict[str, float] | None) -> Row:
        row: Row = {"id": name, "seen": self._seen[name], "text": text}
        return row | ({} if scores is None else {"scores": scores})
