# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions: each says only what its picture shows, and begins with the trigger.

What is constant about the character (hair, eyes, clothes) is left out, so that the trigger comes to mean it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..plan.caption_styles import LISTS, STYLES
from ..plan.facts import CharacterFacts
from .caption_lists import listed
from .caption_options import CaptionOptions
from .caption_parts import Word
from .caption_said import Said, Stretch, said_of
from .caption_sentence import sentence
from .caption_template import filled
from .caption_words import WORDS
from .grounding.thing import Thing
from .layout import Row
from .seen import seen
from .tokens import estimate, estimate_name


@dataclass(frozen=True)
class Caption:
    """One line, never empty, and where each of its words comes from, in their order."""

    text: str
    words: tuple[Word, ...]


def caption(row: Row, facts: CharacterFacts, options: CaptionOptions) -> dict[str, str]:
    """Captions of one truth row from truth alone, by style (see plan.caption_styles): one line each, never empty."""
    return {style: made.text for style, made in captions(row, facts, options).items()}


def captions(
    row: Row, facts: CharacterFacts, options: CaptionOptions, things: Sequence[Thing] = ()
) -> dict[str, Caption]:
    """As caption, with where the words come from; things: what a captioning model saw, grounded (see grounding/).

    Each keeps to the text encoder's length: what is over is left out, the constant and the decorative first.
    """
    said = said_of(seen(row), facts, options, tuple(things))
    return {style: _fitted(style, said) for style in STYLES}


def _fitted(style: str, said: Said) -> Caption:
    """The caption with all of its extras, or with as many as fit."""
    if style == "trigger":
        return Caption(said.options.trigger, (said.trigger,))
    left: Said | None = said.styled(style)
    most = WORDS["tokens"].get(said.options.base, WORDS["tokens"]["default"])
    while left is not None:
        said, stretch = left, _composed(style, left)
        text = "".join(before + word.text for before, word in stretch)
        trigger = said.options.trigger
        if estimate_name(trigger) + estimate(text.removeprefix(trigger)) <= most:
            break
        left = said.less(style)
    return Caption(text, tuple(word for _before, word in stretch))


def _composed(style: str, said: Said) -> Stretch:
    if said.options.template is not None and style == said.options.style:
        return filled(said.options.template, style, said)
    if style in LISTS:
        return listed(style, said)
    if style == "natural":
        return sentence(said)
    tags = listed("danbooru", said)
    # Without a tag the sentence itself follows the trigger: trainers keep the trigger by its comma.
    return [*tags, *sentence(said, after_tags=True)] if len(tags) > 1 else sentence(replace(said, notes=()))
