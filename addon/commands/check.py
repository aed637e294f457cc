# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet check`: what is wrong with the pictures of a finished job, or of any folder."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from ..checking import Answer, check_folder
from ..console import Console
from ..dataset.checks.table import lines
from .words import Commands


def add(commands: Commands) -> None:
    """The words of the command."""
    check = commands.add("check", run, "Check the pictures and captions of a finished job, or of any folder.")
    check.add_argument("folder", type=Path, metavar="DIR", help="an earlier --out, or a folder of pictures")
    check.add_argument(
        "--drop", action="store_true", help="leave the bad pictures out of dataset and packages (no file is deleted)"
    )
    check.add_argument(
        "--keep", nargs="+", action="extend", default=[], metavar="ID", help="take these in again, whatever was found"
    )


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status: 1 where something bad was found on which nobody had decided before."""
    answer = check_folder(given.folder, given.drop, tuple(given.keep), console.tell, _Counter(console))
    places = {"written": answer.written, "report": answer.report}
    if console.as_json:
        shown = {name: None if path is None else str(path) for name, path in places.items()}
        console.tell({**answer.checked.to_json(), **shown})
    else:
        _say(given, answer, console)
    return 1 if answer.bad else 0


def _say(given: argparse.Namespace, answer: Answer, console: Console) -> None:
    for line in lines(answer.checked, shutil.get_terminal_size((100, 24)).columns):
        console.say(line)
    if answer.written is not None:
        console.say(f"Findings: {answer.written}")
    if answer.report is not None:
        console.say(f"Report:   {answer.report}")
    for path in answer.outcome.packages if answer.outcome is not None else ():
        console.say(f"Package:  {path}")
    if answer.checked.bad and not given.drop:
        console.note(f"Leave the bad ones out with: modelsheet check {given.folder} --drop")
    elif answer.checked.dropped:
        console.note(f"Take one in again with: modelsheet check {given.folder} --keep {answer.checked.dropped[0]}")


class _Counter:
    """How far it is, on one line of a terminal."""

    def __init__(self, console: Console) -> None:
        self._shown = not console.as_json and sys.stderr.isatty()

    def __call__(self, done: int, whole: int) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[KChecking {done} of {whole} …" if done < whole else "\r\x1b[K")
            sys.stderr.flush()
