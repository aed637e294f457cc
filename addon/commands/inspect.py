# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet inspect`: what is found in a character file, and how sure."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from .. import job
from ..console import Console
from ..findings import MOST_WIDTH, findings
from .words import Commands, add_character, file, overrides, sitter


def add(commands: Commands) -> None:
    """The words of the command."""
    inspect = commands.add("inspect", run, "Say what is found in a character file, and how sure.")
    add_character(inspect)
    inspect.add_argument("--picture", type=Path, metavar="PNG", help="also draw it there: front, side, what was found")


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    picture = None if given.picture is None else given.picture.absolute()
    loaded = job.inspect(file(given.file), overrides(given), sitter(given), picture)
    answer = {
        "event": "inspected",
        "file": given.file,
        "format": loaded["format"],
        "characters": [loaded["facts"], *loaded["others"]],
        "warnings": loaded["warnings"],
        "parts": loaded["parts"],
        "handles": loaded["handles"],
        "sidecar": loaded["sidecar"],
        "picture": None if picture is None else str(picture),
    }
    if console.as_json:
        console.say(json.dumps(answer, ensure_ascii=False))
        return 0
    for line in findings(answer, shutil.get_terminal_size((MOST_WIDTH, 24)).columns):
        console.say(line)
    return 0
