# SPDX-License-Identifier: GPL-3.0-or-later
"""What `demo.py` does: set up, then photograph the built-in sitter into out/demo. The command says where all lies."""

from __future__ import annotations

import subprocess
import sys

import _python
import _setup

OUT = _setup.ROOT / "out" / "demo"
COMMAND = "make sitter --preset quick --resolution 512 --trigger demo_syn --for kohya".split()


def main() -> int:
    """Exit status of the command, 2 if the set-up failed, 130 after Ctrl-C."""
    blender = _python.BLENDERS[sys.version_info[:2]][0]
    try:
        environment = _setup.prepare(blender, sys.executable)
        print(f"Photographing the sitter with Blender {blender}: modelsheet {' '.join(COMMAND)} --out out/demo")
        command = [str(environment.python), "-m", "modelsheet", *COMMAND, "--out", str(OUT)]
        status = run(command)
    except _setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again: it goes on where it stopped.", file=sys.stderr)
        return 130
    return status


def run(command: list[str]) -> int:
    """Exit status. Ctrl-C reaches the command too: it says what is to be said, and only has to be waited for."""
    with subprocess.Popen(command, cwd=_setup.ROOT) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue
