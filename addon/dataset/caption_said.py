# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the captions of one picture may say, before it is put into the words of a style."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..plan.facts import CharacterFacts
from ..plan.settings import Setting
from .caption_options import CaptionOptions
from .caption_parts import SPOKEN, Word
from .caption_words import WORDS
from .grounding.thing import Thing
from .person import Person, describe

#: The character's own words that say who it is, not how it looks: they have places of their own.
WHO = ("class", "age", "ethnicity")
#: Words of a caption with what stands before each: the caption is all of it put together.
Stretch = list[tuple[str, Word]]


@dataclass(frozen=True)
class Said:
    """shown: what of the truth is named, by axis; things: what a model saw; notes: of the medium; unsaid: axes that a
    sentence leaves to the tags before it."""

    options: CaptionOptions
    shown: Mapping[str, Setting]
    class_word: str
    age: str
    identity: tuple[str, ...]
    things: tuple[Thing, ...]
    notes: tuple[str, ...] = ()
    unsaid: frozenset[str] = frozenset()

    @property
    def trigger(self) -> Word:
        """The first word of every caption."""
        return Word(self.options.trigger, axis="trigger")

    @property
    def person(self) -> Person:
        """The one who is shown."""
        return describe(self.class_word, self.age)

    def styled(self, style: str) -> Said:
        """With the notes of a style."""
        options = self.options
        text = WORDS["style_notes"][style] if options.style_notes is None else options.style_notes
        chunks = (without_trigger(chunk, options.trigger) for chunk in text.split(","))
        return replace(self, notes=tuple(chunk for chunk in chunks if chunk))

    def who(self, part: str) -> str:
        """The words of one of the parts that say who is shown; "" for another part."""
        words = {
            "person": self.person.words(self.options.ethnicity or ""),
            "class": self.class_word,
            "age": self.age,
            "ethnicity": self.options.ethnicity or "",
        }
        return words.get(part, "")

    def less(self, style: str) -> Said | None:
        """With one extra less, the constant and the decorative first; None where nothing is left to spare."""
        if style == "hybrid":
            for axis in reversed(SPOKEN):
                if axis in self.shown and axis not in self.unsaid and _tags_say(self.shown[axis]):
                    return replace(self, unsaid=self.unsaid | {axis})
        for extra in ("identity", "things", "notes"):
            if left := getattr(self, extra):
                return replace(self, **{extra: left[:-1]})
        return None


def said_of(
    shown: Mapping[str, Setting], facts: CharacterFacts, options: CaptionOptions, things: tuple[Thing, ...]
) -> Said:
    """From the settings that a picture shows (see seen.py), its character, what was asked, and what a model saw."""
    age = options.age or (facts.words.get("age", "") if options.names_identity else "")
    own = [words for name, words in facts.words.items() if name not in WHO and words] if options.names_identity else []
    return Said(
        options=options,
        shown=shown,
        class_word=class_word(facts, options),
        age=without_trigger(age, options.trigger),
        identity=tuple(text for words in own if (text := without_trigger(words, options.trigger))),
        things=things if options.names_identity else tuple(thing for thing in things if not thing.identity),
    )


def class_word(facts: CharacterFacts, options: CaptionOptions) -> str:
    """What kind of being it is: as asked, or as the character says of itself, or plainly `person`."""
    own = WORDS["class_word"].get(facts.kind, WORDS["class_word"]["other"])
    return options.class_word or facts.words.get("class") or own


def without_trigger(text: str, trigger: str) -> str:
    """Without the trigger, which stands in a caption once, and without stray marks."""
    kept = re.sub(rf"(?<![\w-]){re.escape(trigger)}(?![\w-])", " ", text, flags=re.IGNORECASE)
    return " ".join(kept.split()).strip(" ,.;")


def _tags_say(setting: Setting) -> bool:
    """Whether the tags of a setting say as much as its phrase: they have no words for left and right."""
    return bool(setting.danbooru) and not {"left", "right"} & set(setting.phrase.split())
