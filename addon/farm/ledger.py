# SPDX-License-Identifier: GPL-3.0-or-later
"""Which prints there are: found by key, so that nothing that exists is rendered again.

A print's key is the hash of all that decides its pixels. Its truth row stands in raw_generated/shots.jsonl; a print
that the present plan no longer asks for rests, with its row, in backup/raw_generated/ and is taken up again if a
later plan wants it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ..common.files import PARTIAL, read_jsonl, sha256_file, whole, write_jsonl
from ..plan.control import FOLDER
from ..plan.shots import Shot

Row = dict[str, Any]
RAW = "raw_generated"
ROWS = "shots.jsonl"


class Ledger:
    """The prints of one output folder, for one plan.

    keys: the key of each planned shot. control: the kinds of control pictures that belong to each print.
    """

    def __init__(self, out: Path, keys: dict[Shot, str], control: tuple[str, ...] = ()) -> None:
        self.control = control
        self.out = out
        self.raw = out / RAW
        self.rest = out / "backup" / RAW
        self.keys = keys
        self.rows: dict[Shot, Row] = {}

    def open(self) -> None:
        """Take up what is there: prints of this plan stay or return, others go to rest. Loses nothing if cut off."""
        for folder in (self.raw, self.rest):
            for stale in folder.glob(f"*{PARTIAL}*"):
                stale.unlink()
        wanted = {shot.id: key for shot, key in self.keys.items()}
        present = [row for row in read_jsonl(self.raw / ROWS) if _is_whole(self.raw / row["file"], row)]
        resting = [row for row in read_jsonl(self.rest / ROWS) if _is_whole(self.rest / row["file"], row)]
        present, resting = ([row for row in rows if self._has_controls(row)] for rows in (present, resting))
        leaving = [row for row in present if wanted.get(row["id"]) != row["key"]]
        self._put_to_rest(leaving, resting)
        staying = {row["id"]: row for row in present if wanted.get(row["id"]) == row["key"]}
        at_rest = {row["key"]: (self.rest / row["file"], row) for row in [*resting, *map(_resting_row, leaving)]}
        for shot, key in self.keys.items():
            if shot.id in staying:
                self.rows[shot] = self._row(shot, staying[shot.id])
            elif key in at_rest:
                self._adopt(shot, *at_rest[key])
        self._share()
        self._write()
        keep = {row["file"] for row in self.rows.values()}
        for row in leaving:
            if row["file"] not in keep:
                (self.raw / row["file"]).unlink(missing_ok=True)

    def foreseen(self) -> list[Shot]:
        """What would be missing once it is opened; changes nothing."""
        there = {
            row["key"]
            for folder in (self.raw, self.rest)
            for row in read_jsonl(folder / ROWS)
            if _is_whole(folder / row["file"], row) and self._has_controls(row)
        }
        return [shot for shot, key in self.keys.items() if key not in there]

    def path(self, shot: Shot) -> Path:
        """Where the print of a shot belongs."""
        return self.raw / f"{shot.id}.png"

    def missing(self) -> list[Shot]:
        """Planned shots without a print, in the plan's order."""
        return [shot for shot in self.keys if shot not in self.rows]

    def enter(self, shot: Shot, truth: Row) -> list[Shot]:
        """Note a finished print, and that of every shot with the same key; the shots that are done by it."""
        before = set(self.rows)
        self.rows[shot] = self._row(shot, truth)
        self._share()
        self._write()
        return [other for other in self.rows if other not in before]

    def _row(self, shot: Shot, truth: Row) -> Row:
        head = {**shot.to_json(), "file": self.path(shot).name, "key": self.keys[shot]}
        return {**head, **{key: value for key, value in truth.items() if key not in head}}

    def _adopt(self, shot: Shot, source: Path, row: Row) -> None:
        with whole(self.path(shot)) as part:
            shutil.copyfile(source, part)
        self.rows[shot] = self._row(shot, row)

    def _share(self) -> None:
        """Shots that differ only in background have one key: each gets its own copy of the print."""
        by_key = {self.keys[shot]: (self.path(shot), row) for shot, row in self.rows.items()}
        for shot in self.missing():
            if self.keys[shot] in by_key:
                self._adopt(shot, *by_key[self.keys[shot]])

    def _has_controls(self, row: Row) -> bool:
        """Whether the control pictures that are wanted of a print are there; an engine may have had none to give."""
        told = row.get("control", {})
        wanted = [kind for kind in self.control if kind in told]
        return (not self.control or "control" in row) and all(
            _is_whole(self.raw / told[kind]["file"], told[kind]) for kind in wanted
        )

    def _put_to_rest(self, leaving: list[Row], resting: list[Row]) -> None:
        known = {row["key"] for row in resting}
        new = [row for row in leaving if row["key"] not in known]
        for row in new:
            with whole(self.rest / _resting_row(row)["file"]) as part:
                shutil.copyfile(self.raw / row["file"], part)
        if new:
            write_jsonl(self.rest / ROWS, [*resting, *map(_resting_row, new)])

    def _write(self) -> None:
        write_jsonl(self.raw / ROWS, [self.rows[shot] for shot in self.keys if shot in self.rows])


def _resting_row(row: Row) -> Row:
    return {**row, "file": f"{row['key'][:24]}.png"}


def control_file(kind: str, key: str) -> str:
    """Where the control picture of a take with this key lies, below raw_generated."""
    return f"{FOLDER}/{kind}/{key[:24]}.png"


def _is_whole(path: Path, row: Row) -> bool:
    return path.is_file() and sha256_file(path) == row["sha256"]
