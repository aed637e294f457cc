# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a set, as far as it changes how it should be trained."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ....common.tables import read_table
from ...layout import Row

#: What `modelsheet check` writes into OUT.
CHECKS = "checks.json"


@dataclass(frozen=True)
class Advice:
    """One remedy: factors on epochs and network dimension, and the sentence that says why."""

    name: str
    say: str
    epochs: float = 1.0
    dim: float = 1.0


def advice(out: Path, pictures: list[Row]) -> list[Advice]:
    """What applies to the set in OUT whose manifest lists these pictures, in the order of the table."""
    found = _found(out / CHECKS)
    return [
        Advice(name, " ".join(row["say"].split()), float(row.get("epochs", 1)), float(row.get("dim", 1)))
        for name, row in _table().items()
        if found & set(row["checks"]) or _holds(row.get("when"), pictures)
    ]


@cache
def _table() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("advice.yaml"), "table").data


def _found(path: Path) -> set[str]:
    """Names of the checks that found something in the set as a whole; nothing where none has run."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    findings = data.get("set") if isinstance(data, dict) else None
    return {str(entry.get("check")) for entry in findings or [] if isinstance(entry, dict)}


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
