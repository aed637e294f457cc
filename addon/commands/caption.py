# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet caption`: the captions of a finished job again, in other words."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import job
from ..console import Console
from .words import Commands, add_words, finished


def add(commands: Commands) -> None:
    """The words of the command."""
    caption = commands.add("caption", run, "Write the captions of a finished job again, in other words.")
    caption.add_argument("out", type=Path, metavar="DIR")
    caption.add_argument("--trigger", metavar="WORD")
    add_words(caption)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    names = ("trigger", "style", "class_word", "age", "ethnicity", "style_notes", "identity")
    request = job.change(given.out, **{name: getattr(given, name) for name in names})
    return finished(job.finish(given.out, request.trainers, console.tell), console)
