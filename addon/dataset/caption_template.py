# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's template filled in: what has nothing to say leaves no stray commas behind."""

from __future__ import annotations

import re

from ..plan.caption_styles import LISTS
from .caption_lists import list_part
from .caption_parts import Piece, Template, Word
from .caption_said import Said, Stretch
from .caption_sentence import spoken_part

_BRACKETS = {"(": ")", "[": "]"}
_OPEN = re.compile(r"\s*([(\[])\s*$")
#: Words that only join what stands on both sides of them.
_JOINS = re.compile(r"\s*(?:and|or|with|in|&|\+|/|-)?\s*", re.IGNORECASE)
#: Marks that follow a word without a space.
_ENDS = (".", ";", ":", "!", "?", ")", "]")


def filled(template: Template, style: str, said: Said) -> Stretch:
    """The template's stretches that have something to say, in the words of a style (a hybrid's: Danbooru's)."""
    stretches = [made for pieces in template.stretches if (made := _stretch(pieces, style, said))]
    done: Stretch = []
    for made in stretches:
        (_before, first), *rest = made
        done += [(", " if done else "", first), *rest]
    return done


def _stretch(pieces: tuple[Piece, ...], style: str, said: Said) -> Stretch:
    """Words and parts between two commas; [] where it names parts and none of them has anything to say."""
    parts = {piece.part: _part(piece.part, style, said) for piece in pieces if piece.part}
    if parts and not any(parts.values()):
        return []
    done: Stretch = []
    gap = ""
    for piece in _pruned(pieces, {name for name, words in parts.items() if not words}):
        if piece.part:
            for word in parts[piece.part]:
                done.append((gap if done else "", word))
                gap = ", "
            gap = ""
        elif text := " ".join(piece.text.split()):
            before = " " if done and piece.text[:1].isspace() and not text.startswith(_ENDS) else ""
            done.append((before, Word(text, "person")))
            gap = " " if piece.text[-1:].isspace() else ""
        elif piece.text:
            gap = " " if done else ""
    return _closed(done)


def _closed(stretch: Stretch) -> Stretch:
    """Without brackets that have come to stand around nothing."""
    done: Stretch = []
    for before, word in stretch:
        last = done[-1][1] if done else None
        if last and last.origin == word.origin == "person" and _BRACKETS.get(last.text[-1:]) == word.text[:1]:
            done[-1] = (done[-1][0], Word(last.text[:-1].rstrip(), "person"))
            done.append((" ", Word(word.text[1:].lstrip(), "person")))
        else:
            done.append((before, word))
    return [(before, word) for before, word in done if word.text]


def _pruned(pieces: tuple[Piece, ...], empty: set[str]) -> list[Piece]:
    """Without the parts that say nothing, the brackets around them, and the words that join them to others."""
    texts = [piece.text for piece in pieces]
    for place, piece in enumerate(pieces):
        if piece.part not in empty:
            continue
        before, after = place - 1, place + 1
        if before >= 0 and after < len(pieces) and (match := _OPEN.search(texts[before])):
            closing = texts[after].lstrip()
            if closing[:1] == _BRACKETS[match[1]]:
                texts[before], texts[after] = texts[before][: match.start()], closing[1:]
        for beside in (before, after):
            if 0 <= beside < len(pieces) and not pieces[beside].part and _JOINS.fullmatch(texts[beside]):
                texts[beside] = " "
    return [Piece(text, piece.part) for text, piece in zip(texts, pieces, strict=True) if piece.part not in empty]


def _part(part: str, style: str, said: Said) -> list[Word]:
    listed = style if style in LISTS else "danbooru"
    return spoken_part(part, said) if style == "natural" else list_part(listed, part, said)
