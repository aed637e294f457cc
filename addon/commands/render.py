# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet render`: pictures and what is true of them."""

from __future__ import annotations

import argparse

from .. import photography
from ..console import Console
from .words import Commands, add_character, add_photography, finished, request


def add(commands: Commands) -> None:
    """The words of the command."""
    render = commands.add("render", run, "Photograph a character: pictures and what is true of them.")
    add_character(render)
    add_photography(render, trigger_needed=False)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    return finished(photography.render(request(given), given.out, console.tell), console)
