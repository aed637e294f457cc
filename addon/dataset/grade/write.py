# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation sheet on disk: grade.html for people, grade.json for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...common.files import write_json, write_text
from .page import page
from .result import Grade, Graded

PAGE, DATA = "grade.html", "grade.json"


def write_sheet(result: Grade, place: Path) -> tuple[Path, Path]:
    """Write both into a folder, which is made if need be; returns their paths. Raises WorkError where that can't be."""
    write_text(place / PAGE, page(result, place))
    write_json(place / DATA, to_json(result))
    return place / PAGE, place / DATA


def to_json(result: Grade) -> dict[str, Any]:
    """All of the sheet but its thumbnails. Paths are below `samples_folder`, and names below the dataset's folder."""
    names = [item.path.relative_to(result.against.folder).as_posix() for item in result.trained]
    return {
        "samples_folder": str(result.folder),
        "dataset": str(result.against.folder),
        "trigger": result.against.trigger,
        "likeness_of_the_set": round(result.least, 4),
        "findings": result.findings,
        "missing": result.missing,
        "left_out": result.left_out,
        "prompts": [
            {"id": asked.id, "group": asked.group, "text": asked.text, "beside": [names[place] for place in beside]}
            for asked, beside in zip(result.prompts, result.beside, strict=True)
        ],
        "samples": [_sample(one, result, names) for one in result.samples],
    }


def _sample(one: Graded, result: Grade, names: list[str]) -> dict[str, Any]:
    return {
        "path": one.path,
        "prompt": result.prompts[one.prompt].id,
        "said": one.made.prompt,
        "found_in": one.made.how,
        "stage": one.made.stage,
        "size": list(one.size),
        "likeness": _round(one.likeness),
        "softness": _round(one.softness),
        "tint": _round(one.tint),
        "plain_background": one.plain,
        "nearest": None if one.nearest is None else names[one.nearest],
        "difference": _round(one.difference),
        "mirrored": one.mirrored,
        "marks": one.marks,
        "notes": one.notes,
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
