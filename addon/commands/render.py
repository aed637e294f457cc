# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet render`: pictures and what is true of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import photography
from ..common.errors import InputError
from ..common.files import read_jsonl
from ..console import Console
from ..dataset.contact_sheet import Cell, write_contact_sheet
from ..dataset.layout import RAW
from ..outcome import Outcome
from .words import Commands, add_character, add_photography, finished, request


def add(commands: Commands) -> None:
    """The words of the command."""
    render = commands.add("render", run, "Photograph a character: pictures and what is true of them.")
    add_character(render)
    add_photography(render, trigger_needed=False)
    render.add_argument("--sheet", type=Path, metavar="JPG", help="also put all pictures on one contact sheet, there")


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    if given.sheet is not None and given.sheet.suffix.lower() not in (".jpg", ".jpeg"):
        raise InputError(f"--sheet {given.sheet}: the sheet is a JPEG. End its name in .jpg.")
    outcome = photography.render(request(given), given.out, console.tell)
    if given.sheet is not None:
        console.tell({"event": "sheet", "path": str(_sheet(outcome, given.sheet))})
    return finished(outcome, console)


def _sheet(outcome: Outcome, path: Path) -> Path:
    rows = read_jsonl(outcome.out / RAW / "shots.jsonl")
    cells = [
        Cell(outcome.out / RAW / row["file"], f"{row['number']}", ", ".join(_said(row["settings"]))) for row in rows
    ]
    return write_contact_sheet(cells, path)


def _said(settings: dict[str, str]) -> list[str]:
    return [settings[axis].replace("_", " ") for axis in ("expression", "angle", "framing")]
