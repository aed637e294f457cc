# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet package`: the dataset of a finished job, packaged for a trainer."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import job
from ..console import Console
from .words import Commands, add_output, add_rights, finished, output, rights


def add(commands: Commands) -> None:
    """The words of the command."""
    package = commands.add("package", run, "Package the dataset of a finished job for a trainer.")
    package.add_argument("out", type=Path, metavar="DIR")
    package.add_argument("--for", dest="trainers", action="append", required=True, metavar="TRAINER")
    add_output(package)
    add_rights(package)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    if changed := rights(given) | output(given):
        job.change(given.out, **changed)
    return finished(job.finish(given.out, tuple(given.trainers), console.tell), console)
