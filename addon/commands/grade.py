# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet grade`: pictures that a LoRA made, beside the dataset it was trained on."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..common.errors import InputError
from ..console import Console
from ..dataset.grade import grade, write_sheet
from ..dataset.grade.write import to_json
from .words import Commands

#: Findings that the terminal shows; the page has all.
MOST_LINES = 8


def add(commands: Commands) -> None:
    """The words of the command."""
    parser = commands.add("grade", run, "Lay what a LoRA made beside its dataset, on a page with what can be measured.")
    parser.add_argument("samples", type=Path, metavar="DIR", help="the folder of pictures that the LoRA made")
    parser.add_argument("--against", type=Path, required=True, metavar="DATASET", help="what it was trained on")
    parser.add_argument("--prompts", type=Path, metavar="FILE", help="the list of prompts, if not the dataset's own")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to put grade.html and grade.json (into DIR)")


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    if given.out is not None and given.out.exists() and not given.out.is_dir():
        raise InputError(f"--out {given.out}: a file, not a folder. Name a folder.")
    result = grade(given.samples, given.against, given.prompts, lambda done, total: _progress(console, done, total))
    page, data = write_sheet(result, given.out or given.samples)
    if console.as_json:
        answer = {"event": "graded", "page": str(page), "data": str(data), **to_json(result)}
        console.say(json.dumps(answer, ensure_ascii=False))
        return 0
    marks = sum("copy" in one.marks for one in result.samples)
    console.say(f"{len(result.samples)} samples, {len(result.trained)} training pictures, {marks} copies.")
    for line in [*result.findings, *result.missing][:MOST_LINES]:
        console.say(f"  - {line}")
    console.say(f"Sheet: {page}")
    return 0


def _progress(console: Console, done: int, total: int) -> None:
    if console.as_json:
        console.tell({"event": "progress", "done": done, "total": total})
    elif done == total or done % 20 == 0:
        console.note(f"[{done}/{total}] measured")
