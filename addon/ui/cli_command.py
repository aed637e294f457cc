# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command modelsheet …`: word for word the same as `modelsheet …`."""

from __future__ import annotations


def run(arguments: list[str]) -> int:
    """Called by Blender with what follows the command's name; returns the exit status."""
    from ..cli import main

    return main(arguments)
