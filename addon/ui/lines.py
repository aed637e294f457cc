# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences cut into lines that fit, by the real width of their letters. Never imports bpy."""

from __future__ import annotations

from collections.abc import Callable

#: A word too long for a line, such as a path, is rather cut after one of these.
JOINTS = "/\\_-."


def wrap(text: str, limit: float, width: Callable[[str], float]) -> list[str]:
    """`text` in lines not wider than `limit`, in the unit of `width`; at least one line, and a letter in each."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer) <= limit:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, limit, width)
        lines += full
    return [*lines, line]


def _pieces(word: str, limit: float, width: Callable[[str], float]) -> list[str]:
    pieces: list[str] = []
    while width(word) > limit and len(word) > 1:
        fits = next((end for end in range(len(word) - 1, 1, -1) if width(word[:end]) <= limit), 1)
        joint = max(word.rfind(mark, 0, fits) for mark in JOINTS) + 1
        cut = joint or fits
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]
