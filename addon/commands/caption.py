# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet caption`: the captions of a finished job again, in other words."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import job
from ..captioning import look, with_captioner
from ..console import Console
from ..dataset.layout import read_job
from ..request import request_of
from .words import Commands, add_captioner, add_words, captioner, finished


def add(commands: Commands) -> None:
    """The words of the command."""
    caption = commands.add("caption", run, "Write the captions of a finished job again, in other words.")
    caption.add_argument("out", type=Path, metavar="DIR")
    caption.add_argument("--trigger", metavar="WORD")
    add_words(caption)
    add_captioner(caption)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    names = ("trigger", "style", "class_word", "age", "ethnicity", "style_notes", "identity", "parts", "template")
    asked = captioner(given)
    if asked:
        request = with_captioner(request_of(read_job(given.out)), asked)
        look(given.out, request, console.tell, online=given.yes)
        asked = {"captioner": request.captioner, "captioner_options": request.captioner_options}
    request = job.change(given.out, **{name: getattr(given, name) for name in names}, **asked)
    return finished(job.finish(given.out, request.trainers, console.tell), console)
