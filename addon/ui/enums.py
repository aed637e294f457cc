# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers for enums whose items come and go: Blender saves an item's number, so it must not be its place in the list.

Never imports bpy.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

Item = tuple[str, str, str]
Numbered = tuple[str, str, str, str, int]


def numbered(items: Iterable[Item]) -> tuple[Numbered, ...]:
    """The items with numbers that hang on their identifiers alone. The first is 0: what is shown before a choice."""
    found: list[Numbered] = []
    taken: set[int] = set()
    for name, title, tooltip in items:
        number = zlib.crc32(name.encode()) & 0x7FFFFFFF if found else 0
        while number in taken:
            number = (number + 1) & 0x7FFFFFFF
        taken.add(number)
        found.append((name, title, tooltip, "NONE", number))
    return tuple(found)
