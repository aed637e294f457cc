# SPDX-License-Identifier: GPL-3.0-or-later
"""FOLDER/captions/review.json: the person's word, safe against two writers at once and against a kill at any moment.

A change is first a line of the log beside it, then the new file. Whoever reads after a kill between the two applies
what the log has more. Writers take turns; a writer whose picture was changed meanwhile by another is told (`Stale`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...common.errors import InputError, ModelsheetError, WorkError
from ...common.files import dumps, write_text
from ...common.lock import turn
from ..layout import read_json
from . import journal
from .form import KEEP, Edit, Entry, Review, check_name
from .journal import Line

__all__ = ["KEEP", "Edit", "Entry", "Review", "Stale", "Store", "read_review"]

FOLDER = "captions"
FILE = "review.json"
LOG = "review-log.jsonl"
TURN = ".review.lock"
FORMAT = 1
#: A set has 20,000 pictures at the most.
MAX_BYTES = 128 << 20


class Stale(ModelsheetError):
    """Nothing was changed: another writer changed these pictures (`ids`) since; `review` is what holds now."""

    def __init__(self, ids: tuple[str, ...], review: Review) -> None:
        """ids: in the order of the edits."""
        super().__init__(f"{', '.join(ids[:3])}: changed meanwhile in another window. Look at both and choose.")
        self.ids = ids
        self.review = review


def read_review(out: Path) -> Review:
    """What a person has said of the set in a folder; nothing where nobody said anything.

    Raises InputError for a file that is not ours: a person's words are not passed over.
    """
    return _load(out / FOLDER)


class Store:
    """The review of one folder, an OUT of ours or anybody's pictures. Several may be open on one folder."""

    def __init__(self, out: Path) -> None:
        self._folder = out / FOLDER
        self._known: tuple[Any, Review] | None = None

    def get(self) -> Review:
        """What holds now. Raises InputError as read_review does."""
        stamp = self.stamp()
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, _load(self._folder))
        return self._known[1]

    def stamp(self) -> tuple[Any, ...]:
        """Another one after every change, whoever made it."""
        return tuple(_stamp(self._folder / name) for name in (FILE, LOG))

    def change(
        self, edits: Mapping[str, Edit], expected_revision: int | None = None, by: str = "", step: str = ""
    ) -> Review:
        """Make all edits or none; returns what holds then. An edit that changes nothing is none.

        expected_revision: what the writer has seen; Stale if a field of theirs was changed later to something else.
        by: who; step: edits of one name that follow each other are taken back together (the letters of a caption).
        """
        wanted = {check_name(name): edit.fields() for name, edit in edits.items()}
        with self._turn():
            review = self.get()
            if expected_revision is not None:
                _check(review, wanted, expected_revision)
            changes = _changes(review, wanted)
            marks = {
                name: marked
                for name, edit in edits.items()
                if (marked := {key: value for key in ("print", "seen") if (value := getattr(edit, key))})
            }
            if not changes and all(_marked(review, name, row) for name, row in marks.items()):
                return review
            return self._write(review, Line(review.revision + 1, changes, marks, by, step))

    def undo(self, by: str | None = None) -> Review | None:
        """Take the last change back, of `by` or of all; None if there is none.

        Pictures that somebody else changed since stay as they are: the rest is taken back, then Stale names them.
        """
        return self._again(by, "undo")

    def redo(self, by: str | None = None) -> Review | None:
        """Make what was taken back again, as long as nothing new was changed; else as undo."""
        return self._again(by, "redo")

    def can(self, by: str | None = None) -> tuple[bool, bool]:
        """Whether there is anything to undo, to redo."""
        found = journal.stacks(journal.read_lines(self._folder / LOG), by)
        return bool(found.done), bool(found.undone)

    def _again(self, by: str | None, kind: str) -> Review | None:
        with self._turn():
            review = self.get()
            found = journal.stacks(journal.read_lines(self._folder / LOG), by)
            steps = found.done if kind == "undo" else found.undone
            if not steps:
                return None
            old, new = (1, 0) if kind == "undo" else (0, 1)
            changes = journal.joined(steps[-1])
            others = tuple(
                name
                for name, fields in changes.items()
                if any(_value(review, name, key) != pair[old] for key, pair in fields.items())
            )
            turned = {
                name: {key: [pair[old], pair[new]] for key, pair in fields.items()}
                for name, fields in changes.items()
                if name not in others
            }
            of = tuple(line.revision for line in steps[-1])
            who = by if by is not None else steps[-1][-1].by
            after = self._write(review, Line(review.revision + 1, turned, {}, who, "", kind, of))
        if others:
            raise Stale(others, after)
        return after

    def _turn(self) -> Any:
        return turn(self._folder / TURN)

    def _write(self, review: Review, line: Line) -> Review:
        journal.append(self._folder / LOG, line, review.revision)
        new = _applied(review, line)
        pictures = {name: entry.to_json() for name, entry in new.entries.items()}
        _patiently(self._folder / FILE, dumps({"format": FORMAT, "revision": new.revision, "pictures": pictures}))
        return new


def _load(folder: Path) -> Review:
    """The review with what the log has more."""
    path = folder / FILE
    review = _read(path) if path.is_file() else Review()
    for line in journal.read_lines(folder / LOG, review.revision):
        if line.revision == review.revision + 1:
            review = _applied(review, line)
    return review


def _read(path: Path) -> Review:
    fault = f"{path}: not a review of ours. Move it away (it may hold captions of yours) and run again."
    if path.stat().st_size > MAX_BYTES:
        raise InputError(fault)
    try:
        data = read_json(path)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise InputError(fault)
        entries = {check_name(name): Entry.from_json(row) for name, row in data["pictures"].items()}
        return Review(int(data["revision"]), entries)
    except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
        raise InputError(fault) from error


def _applied(review: Review, line: Line) -> Review:
    entries = dict(review.entries)
    for name, fields in line.changes.items():
        values = {key: pair[1] for key, pair in fields.items()}
        at = {f"{key}_at": line.revision for key in fields}
        entries[name] = replace(entries.get(name, Entry()), **values, **at)  # type: ignore[arg-type]
    for name, marked in line.marks.items():
        entries[name] = replace(entries.get(name, Entry()), **marked)  # type: ignore[arg-type]
    return Review(line.revision, entries)


def _value(review: Review, name: str, key: str) -> str | None:
    value: str | None = getattr(review.entries.get(name, Entry()), key)
    return value


def _marked(review: Review, name: str, marks: Mapping[str, str]) -> bool:
    return all(_value(review, name, key) == value for key, value in marks.items())


def _changes(review: Review, wanted: Mapping[str, Mapping[str, str | None]]) -> dict[str, dict[str, list[str | None]]]:
    changes = {
        name: {key: [was, value] for key, value in fields.items() if (was := _value(review, name, key)) != value}
        for name, fields in wanted.items()
    }
    return {name: fields for name, fields in changes.items() if fields}


def _check(review: Review, wanted: Mapping[str, Mapping[str, str | None]], expected: int) -> None:
    """Raises Stale where a field was changed later than `expected` to something else."""
    others = tuple(
        name
        for name, fields in wanted.items()
        if (entry := review.entries.get(name)) is not None
        and any(entry.changed_at(key) > expected and getattr(entry, key) != value for key, value in fields.items())
    )
    if others:
        raise Stale(others, review)


def _patiently(path: Path, text: str) -> None:
    """Write a file whole; Windows refuses for as long as somebody reads it."""
    for _ in range(50):
        with suppress(WorkError):
            write_text(path, text)
            return
        time.sleep(0.02)
    write_text(path, text)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino)
