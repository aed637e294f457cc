# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for pictures of the sitter, in the form of CharacterFacts.licence. Never imports bpy."""

from __future__ import annotations

from typing import Any

#: The sitter is what a program puts out, as a text is a typewriter's: Modelsheet's own licence does not reach it.
LICENCE: dict[str, Any] = {
    "source": "Modelsheet",
    "fields": {},
    "name": "the built-in sitter is made by code, its pictures are yours",
    "forbids": [],
    "asks": [],
}
