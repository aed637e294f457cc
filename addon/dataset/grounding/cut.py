# SPDX-License-Identifier: GPL-3.0-or-later
"""A model's text cut into statements: sentences, then clauses; or tags. See filler.yaml for where they part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from .lexicon import FILLER, normal, spans
from .statement import Statement

#: Longer texts say nothing more of one picture.
MOST = 1500
_SENTENCES = re.compile(r"[.;!?:\n()\[\]|]+(?=\s|$)|[()\[\]|]|\s[-\N{EN DASH}\N{EM DASH}]+\s")
_TAG = re.compile(r"[,;\n]+")


def cut(text: str, speaks: str) -> list[Statement]:
    """The statements of a text. speaks: `natural` or `tags`."""
    if speaks == "tags":
        tags = (normal(tag).strip(" .") for tag in _TAG.split(text[: 2 * MOST]))
        return [Statement(tag, tag) for tag in tags if tag]
    return [found for sentence in _SENTENCES.split(text[:MOST]) for found in _sentence(normal(sentence).strip(" ."))]


def _sentence(text: str) -> list[Statement]:
    found: list[Statement] = []
    relation = ""
    for clause in text.split(","):
        said = _of().endings.sub("", _turned(_opened(clause.strip())))
        for began, body in _clauses(said):
            relation = relation if began is None else _relation(began)
            found += [_statement(began or "", body, relation)]
    return [one for one in found if one.body]


def _statement(began: str, body: str, relation: str) -> Statement:
    plain = body.strip(" ,.'")
    plain = re.sub(r"\b(?:her|his|their|its)\b(?! is| are)", " ", plain)
    plain = " ".join(_of().parts_alone.sub("", plain).split())
    body = f"not {plain}" if began.startswith("not ") else plain
    return Statement(f"{began} {plain}".strip(), body if relation else f"{began} {plain}".strip(), relation)


def _opened(clause: str) -> str:
    """Without beginnings that say nothing."""
    openings = _of().openings
    while match := openings.match(clause):
        rest = clause[match.end() :].strip(" ,")
        if rest == clause:
            break
        clause = rest
    return clause


def _turned(clause: str) -> str:
    """`hair is long and brown` as `with long brown hair`."""
    match = _of().is_so.match(clause)
    if match is None or len(match["how"].split()) > 5:
        return clause
    how = " ".join(re.sub(r"\b(?:and|a|an|very|in color|colou?red?)\b", " ", match["how"]).split())
    return f"with {how} {match['what']}"


def _clauses(text: str) -> list[tuple[str | None, str]]:
    """(what it began with, the rest): None where it goes on with what was before (`and`, a comma)."""
    found: list[tuple[str | None, str]] = []
    began: str | None = None
    while match := _of().of.match(text):  # `a close up of a woman`: two statements
        found.append(("", match.group().removesuffix(" of")))
        text, began = text[match.end() :].strip(), ""
    start = 0
    held = [*spans(text), *(match.span() for match in _of().bound.finditer(text))]
    for match in _of().openers.finditer(text):
        if any(first < match.start() < last for first, last in held):
            continue
        before, denied = _denied(text[start : match.start()])
        found.append((began, before))
        began = None if match.lastgroup == "part" else f"{denied}{' '.join(match.group().split())}"
        start = match.end()
    found.append((began, text[start:]))
    return [(opener, body.strip()) for opener, body in found if body.strip() or opener]


def _denied(text: str) -> tuple[str, str]:
    """A text without the `not` at its end, which belongs to what follows; and that."""
    match = _of().denied.search(text)
    return (text[: match.start()], "not ") if match else (text, "")


def _relation(began: str) -> str:
    began = began.removeprefix("not ")
    return next((name for name, pattern in _of().relations if pattern.fullmatch(began)), "")


class _Patterns(NamedTuple):
    """The table's words, compiled."""

    openings: re.Pattern[str]
    openers: re.Pattern[str]
    bound: re.Pattern[str]
    denied: re.Pattern[str]
    endings: re.Pattern[str]
    parts_alone: re.Pattern[str]
    of: re.Pattern[str]
    is_so: re.Pattern[str]
    relations: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def _of() -> _Patterns:
    openers = sorted((word for words in FILLER["openers"].values() for word in words), key=len, reverse=True)
    parts = "|".join(FILLER["parts"])
    return _Patterns(
        openings=_compiled(rf"(?:{_any(FILLER['openings'])})(?![\w'])"),
        openers=_compiled(rf"(?<![\w'])(?:(?:(?:{parts}) )?(?:{_any(openers)})|(?P<part>{parts}))(?![\w'])"),
        bound=_compiled(rf"(?<![\w'])(?:{_any(FILLER['bound'])})(?![\w'])"),
        denied=_compiled(rf"(?<![\w'])(?:{_any(FILLER['negations'])})\s*$"),
        endings=_compiled(rf"(?<![\w'])(?:{_any(FILLER['endings'])})(?![\w'])"),
        parts_alone=_compiled(rf"^(?:{parts})\b|\b(?:{parts})$"),
        of=_compiled(FILLER["of"]),
        is_so=_compiled(rf"(?:(?:the )?\w+'s |the )?(?P<what>{FILLER['is_so']}) (?:is|are) (?P<how>[\w' ]+)$"),
        relations=tuple(
            (name, _compiled(f"(?:(?:{parts}) )?(?:{_any(words)})")) for name, words in FILLER["openers"].items()
        ),
    )


def _any(words: Sequence[str]) -> str:
    return "|".join(f"(?:{word})" for word in words)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
