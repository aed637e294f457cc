# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of changes: written before the review itself, so that a kill loses nothing, and read to take changes back.

One JSON object a line: {"revision", "by": who, "step": what it is a part of, "kind": "change" | "undo" | "redo",
"of": revisions that it takes back or makes again, "changes": {id: {field: [before, after]}}, "marks": {id: {…}}}.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...common.errors import WorkError
from ...common.files import describe_os_error, dumps, write_bytes
from .form import KEEP, Edit, check_name

#: A log that has grown beyond this loses its older half; what is in the review stays.
MAX_BYTES = 16 << 20
_KINDS = ("change", "undo", "redo")


@dataclass(frozen=True)
class Line:
    """One change. changes: id -> field -> (before, after); marks: id -> what stays noted when it is taken back."""

    revision: int
    changes: dict[str, dict[str, list[str | None]]]
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    by: str = ""
    step: str = ""
    kind: str = "change"
    of: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the log has it."""
        return {
            **{"revision": self.revision, "by": self.by, "step": self.step, "kind": self.kind, "of": list(self.of)},
            **{"changes": self.changes, "marks": self.marks},
        }


def read_lines(path: Path, after: int = 0) -> list[Line]:
    """The log's lines later than a revision; damaged ones (a kill in the middle) are passed over. [] without a log."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WorkError(describe_os_error(path, error)) from error
    found: list[Line] = []
    for text in reversed(data[: data.rfind(b"\n") + 1].splitlines()):
        line = _line(text)
        if line is not None and line.revision <= after:
            break
        if line is not None:
            found.append(line)
    return found[::-1]


def append(path: Path, line: Line, fold: int) -> None:
    """Add a line, on the disk when this returns. fold: up to this revision the review's own file holds all.

    Only for who has the turn. Raises WorkError.
    """
    text = dumps(line.to_json()).encode() + b"\n"
    try:
        with path.open("ab+") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size > MAX_BYTES:
                _shorten(path, fold)
        with path.open("rb+") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - (1 << 24)))
            tail = stream.read()
            stream.truncate(size - len(tail) + tail.rfind(b"\n") + 1)  # what a kill left half written
            stream.seek(0, os.SEEK_END)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise WorkError(describe_os_error(path, error), fatal=True) from error


def _shorten(path: Path, fold: int) -> None:
    lines = read_lines(path)
    kept = [line for number, line in enumerate(lines) if number >= len(lines) // 2 or line.revision > fold]
    write_bytes(path, b"".join(dumps(line.to_json()).encode() + b"\n" for line in kept))


def _line(text: bytes) -> Line | None:
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        data = json.loads(text)
        changes = {
            check_name(name): {key: [_word(key, value) for value in _pair(values)] for key, values in fields.items()}
            for name, fields in data["changes"].items()
        }
        marks = {
            check_name(name): {key: str(value) for key, value in fields.items() if key in ("print", "seen")}
            for name, fields in data["marks"].items()
        }
        kind = data["kind"]
        if kind in _KINDS:
            of = tuple(int(number) for number in data["of"])
            return Line(int(data["revision"]), changes, marks, str(data["by"]), str(data["step"]), kind, of)
    return None


def _pair(values: Any) -> list[Any]:
    if not isinstance(values, list) or len(values) != 2:
        raise ValueError("not before and after")
    return values


def _word(name: str, value: Any) -> str | None:
    edit = Edit(text=value if name == "text" else KEEP, verdict=value if name == "verdict" else KEEP)
    return edit.fields()[name]


@dataclass
class Stacks:
    """What somebody can take back and make again: steps, each the lines that belong together, the latest last."""

    done: list[list[Line]] = field(default_factory=list)
    undone: list[list[Line]] = field(default_factory=list)


def stacks(lines: Iterable[Line], by: str | None) -> Stacks:
    """As the log has it of `by`, or of everybody together for None."""
    found = Stacks()
    for line in lines:
        if by is not None and line.by != by:
            continue
        if line.kind == "change":
            last = found.done[-1] if found.done else []
            if line.step and last and last[-1].step == line.step and last[-1].by == line.by and not found.undone:
                last.append(line)
            else:
                found.done.append([line])
            found.undone.clear()
        elif line.kind == "undo":
            _move(found.done, found.undone, line.of)
        else:
            _move(found.undone, found.done, line.of)
    return found


def _move(source: list[list[Line]], target: list[list[Line]], of: Sequence[int]) -> None:
    if source and {line.revision for line in source[-1]} == set(of):
        target.append(source.pop())


def joined(step: Sequence[Line]) -> dict[str, dict[str, list[str | None]]]:
    """The lines of a step as one: id -> field -> [before the first, after the last]."""
    all_of: dict[str, dict[str, list[str | None]]] = {}
    for line in step:
        for name, fields in line.changes.items():
            mine = all_of.setdefault(name, {})
            for key, (before, after) in fields.items():
                mine[key] = [mine[key][0] if key in mine else before, after]
    return all_of
