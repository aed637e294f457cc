# SPDX-License-Identifier: GPL-3.0-or-later
"""What captioning models said of the pictures: OUT/captions/models/NAME.jsonl, one file a captioner.

The first line says who spoke: {"captioner", "family", "model", "revision", "speaks": "natural" or "tags", "device",
"dtype"} and what else its writer wants to know again. Then a line a picture: {"id": the shot's, "seen": hash of what
decides the picture that was shown (see `shown`), "text": "...", "scores": {tag: 0..1}, for taggers only}. Of two
lines with an id the last counts. The file is written by addon/captioners.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.files import dumps, sha256_value
from .frame import choose_frame
from .intake import read_bytes
from .layout import Row, read_job, read_rows
from .output import Output

CAPTIONS = "captions"
MODELS = "models"
SPEAKS = ("natural", "tags")
#: Raise it when what is shown of the same print becomes another picture (addon/captioners/child/view.py).
RECIPE = 1
#: Bounds: of a file, of a caption in letters, of a picture's tags, of the files that are looked at.
MAX_BYTES = 256 << 20
MAX_TEXT = 4000
MAX_TAGS = 2000
MAX_FILES = 64

#: A captioner's name is a file's name.
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@dataclass(frozen=True)
class Spoken:
    """One captioner's words. texts: shot id -> one line of plain text ("" where it had nothing to say); scores: shot
    id -> {tag: probability}, of taggers; seen: shot id -> hash of what was shown; head: the whole first line;
    warnings: a sentence for each thing that was left out."""

    captioner: str
    speaks: str
    model: str
    texts: dict[str, str]
    scores: dict[str, dict[str, float]]
    seen: dict[str, str] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def spoken_path(out: Path, captioner: str) -> Path:
    """Where the words of a captioner lie."""
    return out / CAPTIONS / MODELS / f"{captioner}.jsonl"


def read_spoken(out: Path) -> dict[str, Spoken]:
    """What every captioner said of OUT's pictures as they are now, by the captioner's name.

    Words on a picture that was rendered or cut anew since are left out: its captioner has not seen that. A damaged
    line, or a file that is none of ours, is left out with a warning in `Spoken.warnings`. Nothing is raised for them;
    InputError for an OUT without job or pictures, and only where there is a file of words at all.
    """
    folder = out / CAPTIONS / MODELS
    files = sorted(folder.glob("*.jsonl"))[:MAX_FILES] if folder.is_dir() else []
    if not files:
        return {}
    now = shown_now(out)
    return {path.stem: _fresh(read_file(path), now) for path in files if NAME.fullmatch(path.stem)}


def shown_now(out: Path) -> dict[str, str]:
    """For each picture of the present plan (shot id), the hash that a captioner's line about it must have."""
    output = Output.from_job(read_job(out))
    return {row["id"]: shown(row, output) for row in read_rows(out)}


def shown(row: Row, output: Output) -> str:
    """Hash of what decides the picture that a captioner sees: the print, and the part of it that becomes the picture.

    The dataset's background, size and format have no part in it: those may change, and the words stay true.
    """
    return sha256_value({"recipe": RECIPE, "print": row["sha256"], "crop": list(crop_of(row, output) or ())})


def crop_of(row: Row, output: Output) -> tuple[int, int, int, int] | None:
    """The part of a print that becomes its picture, in the pixels that the row states; None for all of it."""
    if output.shape == "whole" or not row.get("size"):
        return None
    size = (row["size"][0], row["size"][1])
    return choose_frame(row, size, output).crop


def read_file(path: Path) -> Spoken:
    """The words in one file, fresh or not. Never raises for what is in it: see `warnings`."""
    try:
        lines = read_bytes(path, MAX_BYTES).decode("utf-8", errors="replace").split("\n")
    except InputError as error:
        return _nothing(path, f"{error} Its captions are left out.")
    head = _parsed(lines[0]) if lines else None
    if head is None or head.get("speaks") not in SPEAKS or not isinstance(head.get("captioner"), str):
        return _nothing(path, f"{path}: not a file of a captioner's words, left out. Delete it and caption again.")
    whole = list(_rows(lines[1:]))
    rows = {row["id"]: row for row in whole}
    damaged = sum(1 for line in lines[1:] if line.strip()) - len(whole)
    warnings = (f"{path}: {damaged} damaged line(s) left out. Caption again to have them back.",) if damaged else ()
    return Spoken(
        captioner=path.stem,
        speaks=head["speaks"],
        model=str(head.get("model", "")),
        texts={name: plain(row["text"]) for name, row in rows.items()},
        scores={name: row["scores"] for name, row in rows.items() if row.get("scores")},
        seen={name: row["seen"] for name, row in rows.items()},
        head=head,
        warnings=warnings,
    )


def plain(text: str) -> str:
    """A model's text as one line of printable words, of a bounded length."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * MAX_TEXT])
    return " ".join(printable.split())[:MAX_TEXT].strip()


def _fresh(spoken: Spoken, now: dict[str, str]) -> Spoken:
    kept = {name for name, seen in spoken.seen.items() if now.get(name) == seen}
    return Spoken(
        captioner=spoken.captioner,
        speaks=spoken.speaks,
        model=spoken.model,
        texts={name: text for name, text in spoken.texts.items() if name in kept},
        scores={name: scores for name, scores in spoken.scores.items() if name in kept},
        seen={name: seen for name, seen in spoken.seen.items() if name in kept},
        head=spoken.head,
        warnings=spoken.warnings,
    )


def _nothing(path: Path, warning: str) -> Spoken:
    return Spoken(path.stem, SPEAKS[0], "", {}, {}, warnings=(warning,))


def _rows(lines: list[str]) -> Iterator[dict[str, Any]]:
    """The whole lines."""
    for line in lines:
        row = _parsed(line)
        if row is not None and _is_said(row):
            yield row


def _is_said(row: dict[str, Any]) -> bool:
    """Whether a line has our form."""
    said = all(isinstance(row.get(name), str) for name in ("id", "seen", "text"))
    return said and ("scores" not in row or _are_scores(row["scores"]))


def _are_scores(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= MAX_TAGS
        and all(isinstance(p, int | float) and math.isfinite(p) and 0 <= p <= 1 for p in value.values())
    )


def _parsed(line: str) -> dict[str, Any] | None:
    """The object in a line; None for a line that was cut off, or could not be written again."""
    try:
        value = json.loads(line)
        dumps(value).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
