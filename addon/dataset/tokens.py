# SPDX-License-Identifier: GPL-3.0-or-later
"""How many CLIP tokens a caption has: an estimate that leans to too many, for want of the vocabulary itself."""

from __future__ import annotations

import re

# CLIP's own way of cutting before it merges: letters together, each digit alone, marks together.
_PIECES = re.compile(r"[^\W\d_]+|\d|[^\s\w]+|_+")


def estimate(text: str) -> int:
    """Tokens of `text`, without start and end. English words of up to seven letters count one."""
    return sum(_of_piece(piece) for piece in _PIECES.findall(text))


def estimate_name(word: str) -> int:
    """Tokens of an invented word such as a trigger, which breaks into syllables."""
    return sum(-(-len(piece) // 3) if piece.isalpha() else 1 for piece in _PIECES.findall(word))


def _of_piece(piece: str) -> int:
    return -(-len(piece) // 7) if piece.isalpha() else 1
