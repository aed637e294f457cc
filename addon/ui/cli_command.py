# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command modelsheet …`: word for word the same as `modelsheet …`."""

from __future__ import annotations

import signal


def run(arguments: list[str]) -> int:
    """Called by Blender with what follows the command's name; returns the exit status."""
    from ..cli import main

    # Blender's own handler only asks for a second Ctrl-C and then kills everything. The process ends with this command.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return main(arguments)
