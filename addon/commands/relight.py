# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet relight`: new light or another background for finished pictures, from their negatives."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from ..console import Console
from ..plan.relight import PLANNED, Wish
from ..relight import Asked, relight
from .words import Commands, finished

DOES = "New light or background for finished pictures, from their negatives: nothing is rendered."
EPILOG = (
    "What is decided stands in DIR/relight.yaml and stays when `make` is run again. Without anything to change, "
    "`modelsheet relight DIR` makes the pictures what that file says."
)


def add(commands: Commands) -> None:
    """The words of the command."""
    command = commands.add("relight", run, DOES)
    command.epilog = EPILOG
    command.add_argument("out", type=Path, metavar="DIR", help="the folder that --out named")
    command.add_argument("--lighting", metavar="NAME", help=f"another lighting, such as rim; {PLANNED} takes it back")
    command.add_argument("--background", metavar="NAME", help=f"another one, such as black; {PLANNED} takes it back")
    command.add_argument(
        "--temperature", type=number, metavar="K", help="of the light: 3500 warm, 5600 as it is, 8000 cool"
    )
    command.add_argument("--exposure", type=number, metavar="STOPS", help="1 is twice as bright, -1 half, 0 as it was")
    command.add_argument(
        "--intensity", type=factor, nargs="+", action="extend", default=[], metavar="LAMP=FACTOR",
        help="strength of a lamp, of the `world` around, or of `all`: key=1.5 fill=0.5",
    )  # fmt: skip
    command.add_argument(
        "--only", nargs="+", action="extend", default=[], metavar="ID",
        help="only these pictures: 0007_portrait_front_happy, 7, or a pattern such as '*_portrait_*'",
    )  # fmt: skip
    command.add_argument("--render", action="store_true", help="photograph again what lacks a lamp or its negative")
    command.add_argument("--undo", action="store_true", help="back to the light and background that were planned")


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    wish = Wish(given.lighting, given.background, given.exposure, given.temperature, dict(given.intensity))
    asked = Asked(wish, tuple(given.only), undo=given.undo, render=given.render)
    return finished(relight(given.out, asked, console.tell), console)


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def factor(text: str) -> tuple[str, float]:
    """`key=1.5` as lamp and factor."""
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form key=1.5")
    return name, number(value)
