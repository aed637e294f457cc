# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user knows better than the program: facing, head and character, as given on the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Overrides:
    """facing: an axis such as "-Y" or "+X"; head: the name of a bone or an object; character: a name in the file."""

    facing: str | None = None
    head: str | None = None
    character: str | None = None
