# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python makes the captioners' environment: the one that we run in, which inside Blender is Blender's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ..common.errors import InputError
from .environment import pins

#: Asked of a candidate: version, bits, and whether it can make environments.
_QUESTION = (
    "import sys, json, struct, venv, ensurepip;"
    "print(json.dumps([list(sys.version_info[:2]), struct.calcsize('P'), sys.executable]))"
)


def choose(asked: str | None = None) -> str:
    """Path of a Python that can make the environment; `asked` is the only candidate if it is given.

    Raises InputError, with what is wrong with the first candidate.
    """
    faults = []
    for candidate in [asked] if asked else _candidates():
        fault = _fault(candidate)
        if fault is None:
            return candidate
        faults.append(f"{candidate}: {fault}")
    first, last = ("{}.{}".format(*version) for version in pins()["pythons"])
    why = faults[0] if faults else "no Python was found"
    raise InputError(f"{why}. Give one of {first} to {last} with --python, from https://www.python.org.")


def _candidates() -> Iterator[str]:
    """The running Python, what it was made of (sys.executable may be the Blender program), and those on the PATH."""
    home = Path(sys.base_prefix)
    name = "{}.{}".format(*sys.version_info[:2])
    found = [
        sys.executable,
        getattr(sys, "_base_executable", None),
        *(str(home / place) for place in ("bin/python.exe", "python.exe", f"bin/python{name}", "bin/python3")),
        *(shutil.which(command) for command in (f"python{name}", "python3", "python")),
    ]
    yield from dict.fromkeys(path for path in found if path and Path(path).is_file() and _is_python(path))


def _is_python(path: str) -> bool:
    """Whether a file is called as Pythons are: Blender's program must not be started to find that out."""
    return Path(path).name.lower().startswith("python")


def _fault(candidate: str) -> str | None:
    """Why a Python won't do; None if it will."""
    try:
        answer = subprocess.run(
            [candidate, "-I", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        version, size, _path = json.loads(answer.stdout.strip().splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        hint = " (on Debian or Ubuntu: sudo apt install python3-venv)" if os.name == "posix" else ""
        return f"is no Python that can make environments{hint}"
    first, last = pins()["pythons"]
    if size != 8:
        return "is a 32-bit Python, and torch wants 64"
    if not first <= version <= last:
        return "is Python {}.{}, which torch does not come for".format(*version)
    return None
