# SPDX-License-Identifier: GPL-3.0-or-later
"""The one who is shown, in words: class, age and ethnicity put together in good English."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .caption_words import WORDS

# `an` before a vowel's sound: the letters, less words like European and unicorn, and 8, 11, 18.
_LIKE_YOU = r"eu|u[gkr][aeiru]|uk\b|uni(?![nm])|us(?:[aeu]|\b)|ut[ei]|ubi|one\b|once"
_AN = re.compile(rf"(?!{_LIKE_YOU})[aeiou]|8|1[18](?!\d)|hour|heir|honest", re.IGNORECASE)
_YEARS = re.compile(r"(\d{1,3})(?:[ -]?(?:years?|yrs?|y)(?:[ -]?(?:old|o))?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """`before` noun `after`: young | woman | in her thirties."""

    before: str
    noun: str
    after: str

    def words(self, ethnicity: str = "") -> str:
        """`young Norwegian woman in her thirties`, without an article."""
        return " ".join(part for part in (self.before, ethnicity, self.noun, self.after) if part)


def describe(class_word: str, age: str) -> Person:
    """A class word and a freely written age (`young`, `young woman`, `34`, `34 years old`, `in her thirties`)."""
    years = _YEARS.fullmatch(age)
    if years:
        return Person(f"{years[1]}-year-old", class_word, "")
    words = age.split()
    if not words:
        return Person("", class_word, "")
    if words[0].lower() in WORDS["behind"]:
        return Person("", class_word, age)
    own_noun = words[-1].lower() == class_word.rsplit(maxsplit=1)[-1] or words[-1].lower() in WORDS["persons"]
    if own_noun:
        return Person(" ".join(words[:-1]), words[-1], "")
    return Person(age, class_word, "")


def with_article(words: str) -> str:
    """`a` or `an` before a noun phrase that has no article yet."""
    if re.match(r"(an?|the) ", words, re.IGNORECASE):
        return words
    return f"{'an' if _AN.match(words) else 'a'} {words}"


def joined(items: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)
