# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: the same words for `modelsheet …` and `blender --command modelsheet …`."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from .commands import COMMANDS
from .commands.words import Commands, Parser
from .common.errors import ModelsheetError
from .common.version import VERSION
from .console import Console


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 1 failed on the way, 2 asked wrongly)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows console may not know every character of a path
            stream.reconfigure(errors="replace")
    try:
        given = parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
        console = Console(given.json)
        return given.run(given, console)
    except ModelsheetError as error:
        return _fail(str(error), error.exit_status)
    except KeyboardInterrupt:
        return _fail("Stopped. What is done stays; the same command goes on from here.", 1)


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--facing -Y` as `--facing=-Y`: argparse would take the axis for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--facing":
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"\nmodelsheet: {message}\n" if sys.stderr.isatty() else f"modelsheet: {message}\n")
    return status


def parser() -> Parser:
    """All commands and their words."""
    words = Parser(prog="modelsheet", description="Turn a 3D character into a LoRA-ready dataset.")
    words.add_argument("--version", action="version", version=f"modelsheet {VERSION}")
    commands = Commands(words)
    for command in COMMANDS:
        command.add(commands)
    return words
