# SPDX-License-Identifier: GPL-3.0-or-later
"""Which thing a statement is about: things.yaml read once, and its tags in the vocabularies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...common.tables import read_table
from ..person import with_article
from .lexicon import normal, whole
from .thing import Thing

HERE = Path(__file__).parent
TABLE = MappingProxyType(read_table(HERE / "things.yaml", "table").data)
PLACE = "place"
_ARTICLE = re.compile(
    r"^(?:a|an|the|some|several|a pair of|pair of|two|both|multiple|very|matching|one|his|her"
    r"|on|at|near|by|inside|beside|along|through)\s+"
)
#: Words before a noun that are no part of its name at its tail: `a shirt with a collar` is a shirt.
_TAIL = re.compile(r"\s+(?:of|for|that|to|around|over|in|on|at|with|from|under|above|below)\b.*$")


@dataclass(frozen=True)
class Kind:
    """What the table says of a noun. region: of the person, "" for anything."""

    relation: str
    region: str
    colours_only: bool


def thing(body: str, relation: str, captioner: str) -> Thing | None:
    """The thing that a statement's body names, in the words of every style; None where it names none of the table's.

    relation: what the statement began with, see Statement.
    """
    phrase = _bare(body)
    found = _named(phrase)
    if found is None:
        return None
    phrase, head = found
    kind = kinds()[head]
    before = phrase[: phrase.index(head)].split() if head in phrase else []
    if kind.colours_only and not (before and set(before) <= _looks()):
        return None
    hangs = "holds" if relation == "holds" else "has" if kind.relation == "holds" else kind.relation
    written = _written(phrase)
    return Thing(
        tag=written,
        noun=_noun(written, head),
        relation=hangs,
        head=_one(head),
        captioner=captioner,
        danbooru=tags("danbooru", phrase, head),
        e621=tags("e621", phrase, head),
    )


def of_adjective(word: str, captioner: str) -> Thing | None:
    """`blonde` in `a blonde woman` as the thing that it says: blonde hair."""
    said = TABLE["adjectives"].get(word)
    return thing(said, "has", captioner) if said else None


def kind_of(found: Thing) -> Kind:
    """What the table says of a thing's noun."""
    named = _named(normal(found.tag))
    return kinds()[named[1]] if named else Kind("has", "", False)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every noun in normal form."""
    rows: dict[str, Kind] = {}
    for group in TABLE["groups"]:
        kind = Kind(group["relation"], group.get("seen", ""), bool(group.get("colours_only")))
        for noun in group["nouns"].split(","):
            rows.setdefault(normal(noun), kind)
    for noun in TABLE["places"].split(","):
        rows.setdefault(normal(noun), Kind(PLACE, "", False))
    return MappingProxyType(rows)


def tags(site: str, phrase: str, head: str) -> tuple[str, ...]:
    """The tags that a site has for a thing: for all of it, else for its colour, else for itself; () for none."""
    known = _vocabulary()[site]
    phrase = " ".join(TABLE["spelling"].get(word, word) for word in phrase.split())
    words = phrase.split()
    tries = [phrase, *(f"{word} {head}" for word in reversed(words[: -len(head.split()) or None]) if word not in head)]
    if not kinds()[head].colours_only:
        tries.append(head)
    return next(((known[words],) for words in tries if words in known), ())


def colours(phrase: str) -> frozenset[str]:
    """The colours that are named in a phrase in normal form."""
    return frozenset(phrase.split()) & frozenset(TABLE["colours"])


@cache
def _vocabulary() -> dict[str, dict[str, str]]:
    """Site -> words in normal form -> tag."""
    data: dict[str, Any] = read_table(HERE / "vocabulary.yaml", "table").data
    found = {}
    for site, row in data.items():
        found[site] = {normal(tag): tag for tag in row["tags"].split()}
        found[site] |= {words: tag for words, tag in row["aliases"].items() if words not in found[site]}
    return found


@cache
def _pattern() -> re.Pattern[str]:
    trailing = "|".join(f"(?:{word})" for word in TABLE["trailing"])
    never = "|".join(map(re.escape, TABLE["never_before"]))
    nouns = whole(map(re.escape, kinds()))
    assert nouns is not None
    return re.compile(
        rf"(?P<before>(?:(?!(?:{never})\b)[\w']+ )*?)(?P<head>{nouns.pattern})(?P<after>(?: (?:{trailing}))*)$"
    )


def _named(phrase: str) -> tuple[str, str] | None:
    """(the phrase as far as it belongs to the thing, its noun)."""
    for text in (phrase, _TAIL.sub("", phrase)):
        match = _pattern().match(text)
        if match and len(match["before"].split()) <= 5:
            return text, match["head"]
    return None


def _bare(body: str) -> str:
    """Without articles in front."""
    text = body.replace("'s", "").strip()
    while match := _ARTICLE.match(text):
        text = text[match.end() :]
    return text


def _noun(phrase: str, head: str) -> str:
    """As a sentence names it: with an article, where one belongs there."""
    last = head.rsplit(maxsplit=1)[-1]
    plural = last.endswith("s") and not last.endswith("ss") and last not in TABLE["single"]
    return phrase if plural or head in TABLE["mass"] else with_article(phrase)


def _written(phrase: str) -> str:
    """As captions write it: with its hyphens."""
    for words, spelt in TABLE["written"].items():
        phrase = re.sub(rf"\b{words}\b", spelt, phrase)
    return phrase


def _one(head: str) -> str:
    """A noun by which things are known to be one: `boots` and `leather boot`, `hair` and `long hair`."""
    last = head.rsplit(maxsplit=1)[-1]
    return last[:-1] if last.endswith("s") and not last.endswith("ss") else last


@cache
def _looks() -> frozenset[str]:
    return frozenset(word for words in TABLE["looks"] for word in words.split())
