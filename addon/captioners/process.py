# SPDX-License-Identifier: GPL-3.0-or-later
"""Child processes of ours: started without a window, ended with what they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

#: Variables of Python and of the model libraries that would lead a child elsewhere than we say.
_LEFT_OUT = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "__PYVENV_LAUNCHER__")


def start(command: Sequence[str], environ: Mapping[str, str], listens: bool = False) -> subprocess.Popen[str]:
    """Start a command whose output is read as text, and whose input is a pipe (listens) or nothing; its errors come
    among its output, or, where it listens, on a pipe of their own."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if listens else subprocess.STDOUT,
        env=dict(environ),
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def plain_environment(**more: str) -> dict[str, str]:
    """Our environment variables without those that would lead a child elsewhere, and with some more."""
    return {name: value for name, value in os.environ.items() if name not in _LEFT_OUT} | more


def end(process: subprocess.Popen[str]) -> None:
    """End a process and what it started, at once; nothing where it has ended already."""
    if process.poll() is None:
        if sys.platform == "win32":
            taskkill = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(taskkill, capture_output=True, check=False)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def close(process: subprocess.Popen[str]) -> None:
    """Let go of the pipes of a process that has ended."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue  # a line that it no longer took
