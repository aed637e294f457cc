# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie in OUT, and how the dataset room reads what earlier stages wrote there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.files import dumps, read_jsonl
from ..common.tables import read_table
from ..plan.facts import CharacterFacts
from .row_form import row_fault

RAW = "raw_generated"
PROCESSED = "processed"
FINAL = "final_dataset"
BACKUP = "backup"
PACKAGES = "packages"

Row = dict[str, Any]


def read_json(path: Path) -> Any:
    """The value in a JSON file. Raises InputError naming the file when it is missing or not JSON."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        dumps(value).encode()  # NaN and half a letter could not be written again
        return value
    except FileNotFoundError as error:
        raise InputError(f"{path}: not there. Run `modelsheet render` into this folder first.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: can't be read ({error}). Delete it and run `modelsheet render` again.") from error


def read_job(out: Path) -> dict[str, Any]:
    """What was asked for, from OUT/job.yaml."""
    path = out / "job.yaml"
    if not path.is_file():
        raise InputError(f"{out}: holds no job.yaml, so no dataset of ours. Give the folder of an earlier --out.")
    return read_table(path).data


def read_facts(out: Path) -> CharacterFacts:
    """What is known of the character."""
    path = out / RAW / "character.json"
    data = read_json(path)
    try:
        return CharacterFacts.from_json(data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{path}: not a character's facts ({error}). Run `modelsheet render` again.") from error


def read_plan(out: Path) -> dict[str, Any]:
    """The plan as the planner wrote it; an OUT without one has no shots left out and no coverage."""
    path = out / RAW / "plan.json"
    plan = read_json(path) if path.is_file() else {}
    shots = plan.get("shots", []) if isinstance(plan, dict) else None
    if not isinstance(shots, list) or not all(
        isinstance(shot, dict) and {"id", "settings"} <= set(shot) for shot in shots
    ):
        raise InputError(f"{path}: not a plan of ours. Delete it and run `modelsheet render` again.")
    return plan


def read_rows(out: Path) -> list[Row]:
    """The truth rows of the shots now planned, by number; the last row of a shot counts.

    Rows of an earlier plan (another preset in the same OUT) stay in shots.jsonl and are passed over.
    Raises InputError when there are none, and for a row that no run of ours wrote.
    """
    path = out / RAW / "shots.jsonl"
    rows = {_checked(row, path)["id"]: row for row in _lines(path)}
    planned = read_plan(out).get("shots")
    if planned is not None:
        wanted = {str(shot["id"]): shot["settings"] for shot in planned}
        rows = {name: row for name, row in rows.items() if wanted.get(name) == row["settings"]}
    if not rows:
        raise InputError(f"{path}: no pictures of the present plan yet. Run `modelsheet render` into {out} first.")
    return sorted(rows.values(), key=lambda row: row["number"])


def _lines(path: Path) -> list[Row]:
    try:
        return read_jsonl(path)
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: can't be read ({error}). Run `modelsheet render` again.") from error


def _checked(row: Row, path: Path) -> Row:
    fault = row_fault(row)
    if fault:
        raise InputError(f"{path}: the line of {row.get('id', '(no id)')!r} {fault}. Delete the line and run again.")
    return row
