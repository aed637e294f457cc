# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's template filled in: what has nothing to say leaves no stray commas behind."""

from __future__ import annotations

from ..plan.caption_styles import LISTS
from .caption_lists import list_part
from .caption_parts import Piece, Template, Word
from .caption_said import Said, Stretch
from .caption_sentence import spoken_part


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
    for piece in pieces:
        if piece.part:
            for word in parts[piece.part]:
                done.append((gap if done else "", word))
                gap = ", "
            gap = ""
        elif text := " ".join(piece.text.split()):
            before = " " if done and piece.text[:1].isspace() else ""
            done.append((before, Word(text, "person")))
            gap = " " if piece.text[-1:].isspace() else ""
        else:
            gap = " " if done else ""
    return done


def _part(part: str, style: str, said: Said) -> list[Word]:
    listed = style if style in LISTS else "danbooru"
    return spoken_part(part, said) if style == "natural" else list_part(listed, part, said)
