# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions that are a sentence: who is shown, how, and in which light."""

from __future__ import annotations

from dataclasses import replace

from .caption_parts import SPOKEN, Word
from .caption_said import Said, Stretch
from .grounding.thing import Thing
from .person import describe, joined, with_article

_WHO = ("person", "class", "age", "ethnicity")
#: How a model's things hang on the one who is shown.
_RELATIONS = {"has": "with", "wears": "wearing", "holds": "holding"}


def sentence(said: Said, after_tags: bool = False) -> Stretch:
    """`TRIGGER, a woman with red hair, is shown in a close-up, seen from the front, smiling. Style: 3D render.`

    after_tags: a second sentence behind tags, without trigger and style; [] where it would say nothing.
    """
    order = [part for part in said.options.parts or SPOKEN if part not in said.unsaid]
    who = _who(said, order)
    phrases = [_phrase(part, said, bool(who)) for part in order if part in said.shown and said.shown[part].phrase]
    phrases += [_word(noun, thing) for thing, noun in _places(said, order)]
    if after_tags:
        if not phrases and len(who) < 2:
            return []
        return _capital([*who, *[(_gap(word), word) for word in phrases]]) + [("", Word("."))]
    head: Stretch = [
        ("", said.trigger),
        *((", ", word) if not place else (before, word) for place, (before, word) in enumerate(who)),
    ]
    stretch = [*head, *((", ", word) for word in phrases)]
    if said.notes and "notes" in order:
        # Trainers keep the trigger by the comma behind it, whatever follows.
        stretch.append((". " if len(stretch) > 1 else ", ", Word(f"Style: {', '.join(said.notes)}", axis="notes")))
    return [*stretch, ("", Word("."))] if len(stretch) > 1 else stretch


def spoken_part(part: str, said: Said) -> list[Word]:
    """The words of one part as a sentence has them, for templates: `smiling happily`, `close-up portrait`."""
    if part == "trigger":
        return [said.trigger]
    if part in said.shown:
        return [Word(said.shown[part].phrase, axis=part)] if said.shown[part].phrase else []
    if part == "identity":
        constant = [Word(joined(list(said.identity)), axis=part)] if said.identity else []
        return constant + _nouns(said, part)
    if part == "notes":
        return [Word(", ".join(said.notes), axis=part)] if said.notes else []
    if part == "seen":
        return _nouns(said, part)
    return [Word(said.who(part), axis=part)] if said.who(part) else []


def _who(said: Said, order: list[str]) -> Stretch:
    """The one who is shown, with what belongs to them: the first word of each is to follow the trigger."""
    named = [part for part in order if part in _WHO]
    words = ""
    if "person" in named:
        words = with_article(said.who("person"))
    elif "class" in named:
        person = describe(said.class_word, said.age if "age" in named else "")
        words = with_article(person.words((said.options.ethnicity or "") if "ethnicity" in named else ""))
    elif named:
        words = " ".join(filter(None, map(said.who, named)))
    stretch: Stretch = [("", Word(words, axis=named[0] if len(named) == 1 else "person"))] if words else []
    if "identity" in order and said.identity:
        stretch.append((" ", Word(f"with {joined(list(said.identity))}", axis="identity")))
    return stretch + _things(said, order)


def _things(said: Said, order: list[str]) -> Stretch:
    """`with red hair`, `wearing a green jacket and jeans`: a model's things by how they hang on the person."""
    stretch: Stretch = []
    for relation, verb in _RELATIONS.items():
        for part in ("identity", "seen"):
            things = [thing for thing in said.things if thing.relation == relation and _part(thing) == part]
            if things and part in order:
                text = f"{verb} {joined([thing.noun for thing in things])}"
                stretch.append((" ", Word(text, "model", part, things[0].captioner)))
    return stretch


def _nouns(said: Said, part: str) -> list[Word]:
    """A model's things without verbs: the template has its own."""
    things = [thing for thing in said.things if _part(thing) == part]
    return [_word(joined([thing.noun for thing in things]), things[0])] if things else []


def _places(said: Said, order: list[str]) -> list[tuple[Thing, str]]:
    return [(thing, thing.noun) for thing in said.things if thing.relation not in _RELATIONS and _part(thing) in order]


def _part(thing: Thing) -> str:
    return "identity" if thing.identity else "seen"


def _word(text: str, thing: Thing) -> Word:
    return Word(text, "model", _part(thing), thing.captioner)


def _phrase(part: str, said: Said, somebody: bool) -> Word:
    phrase = said.shown[part].phrase
    if part == "framing":
        return Word(f"{'is ' if somebody else ''}shown in {with_article(phrase)}", axis=part)
    return Word(phrase, axis=part)


def _gap(word: Word) -> str:
    """What stands before a phrase where no trigger parts the one who is shown from what they do."""
    return " " if word.text.startswith("is ") else ", "


def _capital(stretch: Stretch) -> Stretch:
    (_before, first), *rest = stretch
    return [(". ", replace(first, text=first.text[:1].upper() + first.text[1:])), *rest]
