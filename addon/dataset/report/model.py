# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report shows, gathered from the files in OUT; any of them may be missing, because a run can be cut short."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ...common.files import read_jsonl
from ...plan.shots import AXES, Shot
from ..intake import read_head
from ..layout import FINAL, PROCESSED, RAW, read_job, read_json
from ..process import in_picture, read_index

#: A shot's id is also its file name; anything else in shots.jsonl is not ours to link to.
ID = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class Picture:
    """One photographed shot: its picture's path within OUT, its truth row in the pixels of that picture, the size to
    which boxes and points refer, and its caption ("" before captioning).
    """

    shot: Shot
    path: str
    row: dict[str, Any]
    size: tuple[int, int]
    caption: str = ""


@dataclass(frozen=True)
class Folder:
    """All of OUT that the report needs."""

    out: Path
    job: dict[str, Any]
    facts: dict[str, Any]
    planned: tuple[Shot, ...]
    coverage: dict[str, Any]
    left_out: tuple[str, ...]
    pictures: tuple[Picture, ...]
    problems: tuple[str, ...] = field(default=())

    @property
    def missing(self) -> tuple[Shot, ...]:
        """Shots of the plan without a picture yet."""
        there = {picture.shot.id for picture in self.pictures}
        return tuple(shot for shot in self.planned if shot.id not in there)

    @property
    def trigger(self) -> str:
        """The word that calls the character, or ""."""
        return str(self.job.get("trigger") or "")

    @property
    def name(self) -> str:
        """The character's name, or the best there is instead."""
        return str(self.facts.get("name") or self.job.get("character") or self.trigger or "Character")

    def order(self, axis: str) -> list[str]:
        """The settings of an axis in the plan's order."""
        counted = (self.coverage.get("settings") or {}).get(axis) or {}
        shots = (*self.planned, *(picture.shot for picture in self.pictures))
        return list(dict.fromkeys([*counted, *(shot[axis] for shot in shots)]))


def gather(out: Path) -> Folder:
    """Read OUT. Raises InputError when it is not a folder of ours, or one of its files is not in its form."""
    if not any((out / name).exists() for name in ("job.yaml", RAW)):
        raise InputError(f"{out}: nothing of Modelsheet is in this folder. Give the folder that --out named.")
    plan = _mapping(out / RAW / "plan.json")
    planned = tuple(Shot.from_json(shot) for shot in plan.get("shots") or ())
    pictures, problems = _pictures(out, _rows(out, planned))
    return Folder(
        out=out,
        job=read_job(out) if (out / "job.yaml").is_file() else {},
        facts=_mapping(out / RAW / "character.json"),
        planned=planned or tuple(picture.shot for picture in pictures),
        coverage=plan.get("coverage") or {},
        left_out=tuple(str(line) for line in plan.get("left_out") or ()),
        pictures=pictures,
        problems=problems,
    )


def _mapping(path: Path) -> dict[str, Any]:
    """A JSON object, or {} where the run has not come so far."""
    data = read_json(path) if path.is_file() else {}
    return data if isinstance(data, dict) else {}


def _rows(out: Path, planned: tuple[Shot, ...]) -> dict[str, dict[str, Any]]:
    """Shot id -> its last truth row; rows of an earlier plan in the same folder are passed over."""
    rows = {str(row["id"]): row for row in read_jsonl(out / RAW / "shots.jsonl") if "id" in row}
    wanted = {shot.id: shot.to_json()["settings"] for shot in planned}
    return {name: row for name, row in rows.items() if not wanted or wanted.get(name) == row.get("settings")}


def _pictures(out: Path, rows: dict[str, dict[str, Any]]) -> tuple[tuple[Picture, ...], tuple[str, ...]]:
    """The pictures whose files are there, by number, and a sentence for every row that can't be shown."""
    captions, processed = _captions(out), read_index(out).entries
    pictures, problems = [], []
    for name, row in rows.items():
        if not ID.fullmatch(name) or not set(AXES) <= set(row.get("settings") or ()):
            problems.append(f"shots.jsonl: the line for “{name}” is not in the expected form and is not shown.")
            continue
        places = [f"{folder}/{name}.png" for folder in (PROCESSED, RAW)]
        path = next((place for place in places if (out / place).is_file()), None)
        if path is None:
            problems.append(f"{name}.png: in the list of pictures, but the file is gone. Run the same command again.")
            continue
        shot = Shot.from_json({"number": int(row.get("number") or 0), "settings": row["settings"]})
        shown = in_picture(row, processed.get(name, {})) if path.startswith(PROCESSED) else row
        pictures.append(Picture(shot, path, shown, _size(out / path, shown), captions.get(name, "")))
    return tuple(sorted(pictures, key=lambda picture: picture.shot.number)), tuple(problems)


def _size(path: Path, row: dict[str, Any]) -> tuple[int, int]:
    """What the truth states, else what the file says; (1, 1) where the file can't be read."""
    if row.get("size"):
        width, height = row["size"]
        return int(width), int(height)
    try:
        return read_head(path).size
    except InputError:
        return 1, 1


def _captions(out: Path) -> dict[str, str]:
    """Shot id -> its caption: the text file that trainers read, which a person may have edited since it was listed."""
    captions = {}
    for row in read_jsonl(out / FINAL / "metadata.jsonl"):
        file = (out / FINAL / str(row.get("file_name"))).with_suffix(".txt")
        text = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else str(row.get("text") or "")
        captions[str(row.get("shot"))] = " ".join(text.split())
    return captions
