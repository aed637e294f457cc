# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions that are comma lists: the guide's form `[trigger], [age], [expression] ...`, and tags of the tag sites."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..plan.settings import Setting
from .caption_parts import LISTED, Word
from .caption_said import Said, Stretch
from .caption_words import WORDS
from .grounding.thing import Thing

# Tags are trained with spaces for underscores, except faces made of marks.
_FACE_TAG = re.compile(r"\W*_?\W*|.{1,3}")


def listed(style: str, said: Said) -> Stretch:
    """A list in lower case behind the trigger, each chunk once."""
    words = [word for part in said.options.parts or LISTED for word in list_part(style, part, said)]
    once = {word.text: word for word in reversed(words) if word.text != said.options.trigger}
    kept = [word for word in words if once.get(word.text) is word]
    return [("", said.trigger), *((", ", word) for word in kept)]


def list_part(style: str, part: str, said: Said) -> list[Word]:
    """The chunks of one part in the words of a list style (`tags`, `danbooru`, `e621`)."""
    if part == "trigger":
        return [said.trigger]
    own = [Word(chunk, axis=part) for text in _truth(style, part, said) if (chunk := _lowered(text))]
    return own + (_seen(style, part, said) if part in ("seen", "identity") else [])


def _truth(style: str, part: str, said: Said) -> list[str]:
    """What the program itself says: not the model's things."""
    if part in said.shown:
        return _setting(style, said.shown[part], said)
    if part in ("identity", "notes"):
        return list(getattr(said, part))
    return _who(style, part, said) if part in ("person", "class", "age", "ethnicity") else []


def _who(style: str, part: str, said: Said) -> list[str]:
    """The one who is shown: as the tag sites count, or in words."""
    if style == "tags":
        return [said.person.words()] if part == "person" else [said.who(part)]
    if part in ("person", "class"):
        counted = WORDS["count"][style].get(said.person.noun.split()[-1].lower(), "").split(", ")
        return [*counted, "solo"] if part == "person" else counted
    # Neither site has tags for the others, so these stand there only if they are asked for.
    return [said.who(part)] if said.options.parts is not None or said.options.template is not None else []


def _setting(style: str, setting: Setting, said: Said) -> list[str]:
    if style == "tags":
        return setting.tag.split(", ")
    framing, only = said.shown["framing"].name, WORDS["tag_framings"]
    tags = [tag for tag in getattr(setting, style) if framing in only.get(tag, [framing])]
    return [_spaced(tag) for tag in tags]


def _spaced(tag: str) -> str:
    return tag if _FACE_TAG.fullmatch(tag) else tag.replace("_", " ")


_OF_THING: dict[str, Callable[[Thing], list[str]]] = {
    "tags": lambda thing: [thing.tag],
    "danbooru": lambda thing: [_spaced(tag) for tag in thing.danbooru],
    "e621": lambda thing: [_spaced(tag) for tag in thing.e621],
}


def _seen(style: str, part: str, said: Said) -> list[Word]:
    """A model's things: those that never change are identity."""
    things = [thing for thing in said.things if thing.identity == (part == "identity")]
    chunks = [(thing, chunk) for thing in things for chunk in _OF_THING[style](thing)]
    return [Word(_lowered(chunk), "model", part, thing.captioner) for thing, chunk in chunks if chunk]


def _lowered(chunk: str) -> str:
    return " ".join(chunk.lower().split())
