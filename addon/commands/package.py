# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet package`: the dataset of a finished job, packaged for a trainer; or a package checked."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import job
from ..common.errors import InputError
from ..console import Console
from ..dataset.packages import check_fits
from ..dataset.packages.kit.verify import verify
from .words import (
    Commands,
    add_output,
    add_rights,
    add_training,
    finished,
    output,
    rights,
    trainer_help,
    training,
)


def add(commands: Commands) -> None:
    """The words of the command."""
    package = commands.add("package", run, "Package the dataset of a finished job for a trainer, or check a package.")
    package.add_argument("out", type=Path, nargs="?", metavar="DIR")
    package.add_argument("--for", dest="trainers", action="append", metavar="TRAINER", help=trainer_help())
    package.add_argument(
        "--verify", type=Path, action="append", metavar="ZIP", help="check that a package is whole and safe to unpack"
    )
    add_training(package)
    add_output(package)
    add_rights(package)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    if given.verify:
        if given.out is not None or given.trainers:
            raise InputError("--verify: checks ZIPs, and makes none. Leave DIR and --for out, or --verify.")
        return _verify(given.verify, console)
    if given.out is None or not given.trainers:
        raise InputError("package: wants a folder and a trainer. Write `modelsheet package DIR --for kohya`.")
    check_fits(given.trainers, given.base)
    if changed := rights(given) | output(given) | training(given):
        job.change(given.out, **changed)
    return finished(job.finish(given.out, tuple(given.trainers), console.tell), console)


def _verify(paths: list[Path], console: Console) -> int:
    """Tell of each ZIP; 1 if anything is wrong with one of them."""
    found = [(path, *verify(path)) for path in paths]
    for path, count, faults in found:
        console.tell({"event": "verified", "zip": str(path), "files": count, "faults": faults})
    return 1 if any(faults for _path, _count, faults in found) else 0
