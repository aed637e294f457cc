# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet make`: all of it, in order."""

from __future__ import annotations

import argparse

from .. import job
from ..console import Console
from ..dataset.packages import check_fits
from .words import (
    Commands,
    add_captioner,
    add_character,
    add_output,
    add_photography,
    add_training,
    add_words,
    finished,
    request,
    trainer_help,
)


def add(commands: Commands) -> None:
    """The words of the command."""
    make = commands.add("make", run, "Photograph, caption and package a character: all of it, in order.")
    add_character(make)
    add_photography(make, trigger_needed=True)
    add_words(make)
    add_captioner(make)
    add_output(make)
    make.add_argument("--for", dest="trainers", action="append", metavar="TRAINER", help=trainer_help())
    add_training(make)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    asked = request(given)
    check_fits(asked.trainers, asked.base)
    return finished(job.make(asked, given.out, console.tell, online=given.yes), console)
