# SPDX-License-Identifier: GPL-3.0-or-later
"""What words say of what is known: the tables in axes/, one for each axis, read once.

An axis' table: `says`, a list of {words, may_be}: words and the settings that they may mean ([]: none that a picture of
ours has); `about`: words that speak of the axis in whatever way; `but`: words that mean something else, and are taken
out first. Words are regular expressions of whole words in normal form (see normal()); ` .*` is a few words more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...common.tables import read_table

HERE = Path(__file__).parent
#: What ` .*` in the tables stands for: a few words more of the same clause.
_MORE = r"(?: (?!(?:and|with|wearing|while|who|in a|in the)\b)[\w']+){1,5}"
FILLER = MappingProxyType(read_table(HERE / "filler.yaml", "table").data)


@dataclass(frozen=True)
class Claim:
    """Words that speak of an axis, and what they may mean there; None: nothing that can be told."""

    axis: str
    words: str
    may_be: frozenset[str] | None


def normal(text: str) -> str:
    """A text to compare: lower case, straight apostrophes, spaces for - and _ and runs of spaces."""
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\\", "")
    return " ".join(
        re.sub(
            r"[\s_\-\N{EN DASH}\N{EM DASH}\"\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}]+", " ", plain
        ).split()
    )


def whole(words: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern of any of these words, the longest first; None without any."""
    ordered = [word.replace(" .*", _MORE) for word in sorted(words, key=len, reverse=True)]
    return re.compile(rf"(?<![\w'])(?:{'|'.join(f'(?:{word})' for word in ordered)})(?![\w'])") if ordered else None


@lru_cache(maxsize=8192)
def claims(text: str) -> tuple[Claim, ...]:
    """All that a text in normal form says of what is known, axis by axis; what is said clearly comes first."""
    found: list[Claim] = []
    for axis in _axes():
        rest = axis.other_than(text)
        clear = [Claim(axis.name, match.group(), may_be) for match, may_be in axis.find(rest)]
        vague = axis.about.search(rest) if axis.about and not clear else None
        found += clear or ([Claim(axis.name, vague.group(), None)] if vague else [])
    return tuple(found)


@lru_cache(maxsize=8192)
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where in a text in normal form something is said clearly: it must not be cut there."""
    return tuple(match.span() for axis in _axes() for match, _ in axis.find(axis.other_than(text)))


def axes() -> tuple[str, ...]:
    """The names of all axes that words can speak of."""
    return tuple(axis.name for axis in _axes())


@dataclass(frozen=True)
class _Axis:
    name: str
    says: tuple[tuple[re.Pattern[str], frozenset[str]], ...]
    about: re.Pattern[str] | None
    but: re.Pattern[str] | None

    def other_than(self, text: str) -> str:
        """Without the words that mean something else; every other word keeps its place."""
        return self.but.sub(lambda match: "\0" * len(match.group()), text) if self.but else text

    def find(self, text: str) -> list[tuple[re.Match[str], frozenset[str]]]:
        """The longest words of each place: `three quarter view` is no `view`, `a slight smile` no plain one."""
        every = [(match, may_be) for pattern, may_be in self.says for match in pattern.finditer(text)]
        every.sort(key=lambda one: (one[0].start() - one[0].end(), one[0].start()))
        kept: list[tuple[re.Match[str], frozenset[str]]] = []
        for match, may_be in every:
            if all(match.end() <= other.start() or match.start() >= other.end() for other, _ in kept):
                kept.append((match, may_be))
        return kept


@cache
def _axes() -> tuple[_Axis, ...]:
    return tuple(_axis(path.stem, read_table(path, "table").data) for path in sorted((HERE / "axes").glob("*.yaml")))


def _axis(name: str, data: dict[str, Any]) -> _Axis:
    says = [(whole(row["words"]), frozenset(row["may_be"])) for row in data["says"]]
    return _Axis(
        name,
        tuple((pattern, may_be) for pattern, may_be in says if pattern),
        whole(data.get("about", ())),
        whole(data.get("but", ())),
    )
