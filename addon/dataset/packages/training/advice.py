# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a set, as far as it changes how it should be trained."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ....common.errors import InputError
from ....common.tables import read_table
from ...layout import Row, read_json

#: What `modelsheet check` writes into OUT.
CHECKS = "checks.json"
_MOST_SAID = 3


@dataclass(frozen=True)
class Advice:
    """One remedy: factors on epochs and network dimension, and the sentence that says why."""

    name: str
    say: str
    epochs: float = 1.0
    dim: float = 1.0


@dataclass(frozen=True)
class _Found:
    """Sentences on the set by check; share of the pictures by check."""

    in_set: dict[str, list[str]]
    in_pictures: dict[str, float]


def advice(out: Path, pictures: list[Row]) -> list[Advice]:
    """What applies to the set in OUT whose manifest lists these pictures, in the order of the table."""
    found = _read(out / CHECKS, len(pictures))
    told = []
    for name, row in _table().items():
        sentences = [text for check in row.get("checks", ()) for text in found.in_set.get(check, ())]
        spoiled = any(found.in_pictures.get(check, 0) >= least for check, least in row.get("in_pictures", {}).items())
        if sentences or spoiled or _holds(row.get("when"), pictures):
            say = " ".join([*sentences[:_MOST_SAID], *row["say"].split()])
            told.append(Advice(name, say, float(row.get("epochs", 1)), float(row.get("dim", 1))))
    return told


@cache
def _table() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("advice.yaml"), "table").data


def _read(path: Path, pictures: int) -> _Found:
    """What the checks found; nothing where none has run, or the file is no longer what they wrote."""
    try:
        data = read_json(path)
    except InputError:
        data = None
    data = data if isinstance(data, dict) else {}
    in_set: dict[str, list[str]] = {}
    for finding in _rows(data.get("set")):
        in_set.setdefault(str(finding.get("check")), []).append(
            " ".join(str(finding.get("sentence", "")).split())[:300]
        )
    counts = Counter(
        check
        for picture in _rows(data.get("pictures"))
        for check in {str(finding.get("check")) for finding in _rows(picture.get("findings"))}
    )
    return _Found(in_set, {check: count / max(1, pictures) for check, count in counts.items()})


def _rows(value: Any) -> list[Row]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _holds(when: dict[str, Any] | None, pictures: list[Row]) -> bool:
    if when is None:
        return False
    if "pictures_below" in when:
        return len(pictures) < when["pictures_below"]
    if "pictures_above" in when:
        return len(pictures) > when["pictures_above"]
    settings = (entry.get("settings") for entry in pictures)
    shown = Counter(entry[when["axis"]] for entry in settings if entry and when["axis"] in entry)
    if not shown:
        return False  # not rendered here: nothing is known of it
    if "fewer_than" in when:
        return len(shown) < when["fewer_than"]
    return sum(shown[name] for name in when["settings"]) / shown.total() < when["share_below"]
