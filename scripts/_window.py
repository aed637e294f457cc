# SPDX-License-Identifier: GPL-3.0-or-later
"""What `window_test.py` takes, whether there is a window to test in, and how it starts: in the environment's Python."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import _demo
import _python
import _setup

PLAY = Path(__file__).with_name("_window_play.py")
LEAST = (4, 5)
#: Seconds for a Blender to say its version.
ANSWER = 120


class Skipped(Exception):
    """Why there is no window to test in."""


def main() -> int:
    """Exit status: 0 all is well, or skipped; 1 a fault; 2 the set-up failed; 130 after Ctrl-C."""
    words = sys.argv[1:]
    given = parse(words)
    try:
        find_blender(given.blender)
        environment = _setup.prepare(_python.BLENDERS[sys.version_info[:2]][0], sys.executable)
        return _demo.run([str(environment.python), str(PLAY), *words])
    except Skipped as reason:
        print(f"SKIPPED: no window was tested: {reason}", flush=True)
        return 0
    except _setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words of the command."""
    parser = argparse.ArgumentParser(
        prog="scripts/window_test.py",
        description="Install the built extension in a real Blender, play a whole job through its panels in a window, "
        "take a picture of each state, and fail on one that is empty or can't be read.",
    )
    parser.add_argument("--blender", metavar="COMMAND", help="Blender from 4.5 on (MODELSHEET_BLENDER, or on the PATH)")
    parser.add_argument("--zip", type=Path, metavar="ZIP", help="a built extension (built now)")
    parser.add_argument("--character", type=Path, metavar="FILE", help="who is photographed, or the word `sitter`")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for pictures, notes and logs (a temporary one)")
    parser.add_argument("--docs", type=Path, metavar="DIR", help="also write the README's pictures there")
    parser.add_argument("--quick", action="store_true", help="a contact sheet of 8 pictures instead of 40")
    parser.add_argument("--json", action="store_true", help="print the measured figures as JSON")
    return parser.parse_args(words)


def find_blender(named: str | None) -> list[str]:
    """The command that starts a Blender with a window. Raises Skipped where there is none."""
    words = named or os.environ.get("MODELSHEET_BLENDER") or shutil.which("blender")
    if not words:
        raise Skipped("no Blender on the PATH. Name one with --blender or MODELSHEET_BLENDER.")
    if shutil.which("Xvfb") is None:
        raise Skipped("Xvfb, the screen that nobody sees, is not installed (Debian: apt install xvfb).")
    command = [words] if Path(words).is_file() else shlex.split(words)
    try:
        told = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=ANSWER, check=False)
        version = tuple(int(part) for part in told.stdout.split()[1].split(".")[:2])
    except (OSError, IndexError, ValueError, subprocess.TimeoutExpired) as error:
        raise Skipped(f"{words} does not say its version ({type(error).__name__}).") from error
    if version < LEAST:
        raise Skipped(f"{words} is Blender {'.'.join(map(str, version))}; 4.5 or later is needed.")
    return command
