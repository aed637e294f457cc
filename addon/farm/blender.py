# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Blender there is to run things in, found without starting it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..common import online
from ..common.errors import InputError

#: The script that a child runs: it makes the package importable as `modelsheet` and does what stands after `--`.
ENTRY = Path(__file__).parent.parent / "entry.py"

#: A Blender without window, sound, the user's settings and add-ons, that runs no script of a file it opens.
PLAIN = ("--background", "-noaudio", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1")

NO_BLENDER = (
    "Blender: not found in this Python. Install it with `pip install bpy` "
    "(4.5 for Python 3.11, 5.2 for Python 3.13), or run `blender --command modelsheet`."
)


def inside_program() -> str | None:
    """Path of the Blender program that this code runs in, None under plain Python."""
    bpy = sys.modules.get("bpy")
    return (bpy.app.binary_path or None) if bpy is not None else None


def version() -> str | None:
    """Version of the Blender that a worker would run, where it can be told without starting it."""
    bpy = sys.modules.get("bpy")
    if bpy is not None:
        return bpy.app.version_string.split()[0]
    try:
        return importlib.metadata.version("bpy")
    except importlib.metadata.PackageNotFoundError:
        return None


def command_line(words: Sequence[str]) -> list[str]:
    """How to run `modelsheet WORDS` in a process of its own, in the Blender or the Python that we run in."""
    program = inside_program()
    start = [program, *PLAIN, "--python"] if program else [sys.executable]
    return [*start, str(ENTRY), "--", *words]


def worker_command() -> list[str]:
    """Command line of a worker process. Raises InputError where no Blender can be found."""
    if "bpy" not in sys.modules and importlib.util.find_spec("bpy") is None:
        raise InputError(NO_BLENDER)
    return command_line(["worker"])


def child_environment() -> dict[str, str]:
    """The environment with the places of the libraries that a plain Blender would not find."""
    libraries = {
        str(Path(spec.origin).parent.parent)
        for spec in (importlib.util.find_spec(name) for name in ("yaml", "PIL"))
        if spec is not None and spec.origin
    }
    ours = {"MODELSHEET_LIBRARIES": json.dumps(sorted(libraries)), "PYTHONUTF8": "1"}
    return os.environ | ours | online.passed_on()
