# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions from truth: each says only what its picture shows, and begins with the trigger.

The comma form follows the guide: `[trigger], [age], [ethnicity], [expression], [pose and angle], [lighting], [style]`.
What is constant about the character (hair, eyes, clothes) is left out, so that the trigger comes to mean it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..plan.facts import CharacterFacts
from ..plan.settings import Setting
from .caption_options import CaptionOptions
from .caption_words import WORDS
from .layout import Row
from .person import Person, describe, joined, with_article
from .seen import seen
from .tokens import estimate, estimate_name

# The character's own words that say who it is, not how it looks: they have places of their own.
_WHO = ("class", "age", "ethnicity")
# Danbooru tags are trained with spaces for underscores, except faces made of marks.
_FACE_TAG = re.compile(r"\W*_?\W*|.{1,3}")


def caption(row: Row, facts: CharacterFacts, options: CaptionOptions) -> dict[str, str]:
    """Captions of one truth row, by style (see caption_options.STYLES): one line each, never empty.

    Each keeps to the text encoder's length: what is over is left out, the constant and the decorative first.
    """
    shown = seen(row)
    makers: dict[str, Callable[..., str]] = {"tags": _tags, "natural": _natural, "danbooru": _danbooru}
    captions = {style: _fitted(make, shown, facts, options) for style, make in makers.items()}
    return {**captions, "trigger": options.trigger}


def class_word(facts: CharacterFacts, options: CaptionOptions) -> str:
    """What kind of being it is: as asked, or as the character says of itself, or plainly `person`."""
    own = WORDS["class_word"].get(facts.kind, WORDS["class_word"]["other"])
    return options.class_word or facts.words.get("class") or own


def _fitted(make: Callable[..., str], shown: dict[str, Setting], facts: CharacterFacts, options: CaptionOptions) -> str:
    """The caption with all of its extras, or with as many as fit."""
    extras = [("identity", words) for words in _identity(facts, options)]
    notes = _notes(options, make.__name__.strip("_"))
    extras = [("note", words) for words in notes] + extras
    while True:
        text = make(
            options,
            _person(facts, options),
            shown,
            [words for kind, words in extras if kind == "identity"],
            [words for kind, words in extras if kind == "note"],
        )
        tokens = estimate_name(options.trigger) + estimate(text.removeprefix(options.trigger))
        if tokens <= WORDS["tokens"] or not extras:
            return text
        extras.pop()


def _person(facts: CharacterFacts, options: CaptionOptions) -> Person:
    age = options.age or (facts.words.get("age", "") if options.identity else "")
    return describe(class_word(facts, options), _without_trigger(age, options))


def _identity(facts: CharacterFacts, options: CaptionOptions) -> list[str]:
    words = [words for name, words in facts.words.items() if name not in _WHO and words] if options.identity else []
    return [text for text in (_without_trigger(text, options) for text in words) if text]


def _notes(options: CaptionOptions, style: str) -> list[str]:
    text = WORDS["style_notes"][style] if options.style_notes is None else options.style_notes
    chunks = (_without_trigger(chunk, options) for chunk in text.split(","))
    return [chunk for chunk in chunks if chunk]


def _without_trigger(text: str, options: CaptionOptions) -> str:
    kept = re.sub(rf"(?<![\w-]){re.escape(options.trigger)}(?![\w-])", " ", text, flags=re.IGNORECASE)
    return " ".join(kept.split()).strip(" ,.;")


def _tags(options: CaptionOptions, person: Person, shown: dict, identity: list[str], notes: list[str]) -> str:
    settings = [item.tag for item in shown.values()]
    return _listed(options.trigger, [person.words(), options.ethnicity or "", *identity, *settings, *notes])


def _danbooru(options: CaptionOptions, person: Person, shown: dict, identity: list[str], notes: list[str]) -> str:
    noun = person.noun.split()[-1].lower()
    count = WORDS["count"].get(noun, "")
    framing, only = shown["framing"].name, WORDS["tag_framings"]
    settings = [tag for item in shown.values() for tag in item.danbooru if framing in only.get(tag, [framing])]
    spaced = [tag if _FACE_TAG.fullmatch(tag) else tag.replace("_", " ") for tag in settings]
    return _listed(options.trigger, [count, "solo", *identity, *spaced, *notes])


def _listed(trigger: str, chunks: list[str]) -> str:
    """A comma list in lower case, each chunk once."""
    lowered = (" ".join(chunk.lower().split()) for chunk in chunks)
    return ", ".join(dict.fromkeys([trigger, *(chunk for chunk in lowered if chunk)]))


def _natural(options: CaptionOptions, person: Person, shown: dict, identity: list[str], notes: list[str]) -> str:
    phrases = {axis: item.phrase for axis, item in shown.items() if item.phrase}
    who = with_article(person.words(options.ethnicity or ""))
    if identity:
        who += f" with {joined(identity)}"
    framing = with_article(phrases.pop("framing"))
    order = ("angle", "expression", "pose", "lighting", "background")
    rest = [phrases[axis] for axis in order if axis in phrases]
    sentence = ", ".join([f"{options.trigger}, {who}", f"is shown in {framing}", *rest]) + "."
    return f"{sentence} Style: {', '.join(notes)}." if notes else sentence
