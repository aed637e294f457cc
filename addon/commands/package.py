# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet package`: the dataset of a finished job, packaged for a trainer."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import job
from ..console import Console
from .words import Commands, add_rights, finished, rights


def add(commands: Commands) -> None:
    """The words of the command."""
    package = commands.add("package", run, "Package the dataset of a finished job for a trainer.")
    package.add_argument("out", type=Path, metavar="DIR")
    package.add_argument("--for", dest="trainers", action="append", required=True, metavar="TRAINER")
    add_rights(package)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    if declared := rights(given):
        job.change(given.out, **declared)
    return finished(job.finish(given.out, tuple(given.trainers), console.tell), console)
