# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements held against what is known: what contradicts it, says it again, or can't be held against anything goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from ...common.tables import read_table
from .known import Known
from .lexicon import FILLER, Claim, claims, whole
from .statement import Dropped, Statement
from .thing import Thing
from .things import PLACE, TABLE, colours, kind_of, of_adjective, thing

#: The captions' words for what is known beside the axes.
_SAID = {"count": "one person", "medium": "a 3D render", "eyes": "open"}
#: Things of which the eyes must be seen, and not the face alone.
_OF_EYES = ("eye", "pupil")


Judgement = tuple[list[Thing], list[Dropped]]


def judged(said: Statement, known: Known, captioner: str) -> Judgement:
    """What of a statement stays, and what goes, with the reason."""
    rules: tuple[Callable[[Statement, Known, str], Judgement | None], ...] = (_nothing, _subject, _about, _seen)
    return next(result for rule in rules if (result := rule(said, known, captioner)) is not None)


def _nothing(said: Statement, _known: Known, _captioner: str) -> Judgement | None:
    """What says nothing of the character."""
    text = said.text
    if not text or set(text.split()) <= _words("empty"):
        return [], []
    if match := _pattern("noise").fullmatch(re.sub("^(?:a|an|the) ", "", said.body)):
        return [], [Dropped(text, f"speaks of the file ({match.group()}), not of the character")]
    if _pattern("negations").search(text) or _pattern("negations").search(said.body):
        return [], [Dropped(text, "says what is not there; models hear the thing and not the “no”")]
    return None


def _about(said: Statement, known: Known, captioner: str) -> Judgement | None:
    """What speaks of what is known."""
    about = [claim for claim in claims(said.text) if claim.axis not in known.free]
    return _claimed(said.text, about, known, captioner) if about else None


def _seen(said: Statement, known: Known, captioner: str) -> Judgement:
    """What only eyes can tell."""
    found = thing(said.body, said.relation, captioner)
    if found is None:
        return [], [
            Dropped(said.text, "names nothing that the table of things knows, so it can't be held to the truth")
        ]
    return _thing(said.text, found, known)


def _claimed(text: str, about: list[Claim], known: Known, captioner: str) -> Judgement:
    """A statement on what is known: false, or said again; kept where it is true and no caption says it."""
    false = next((claim for claim in about if _is_false(claim, known)), None)
    if false is not None:
        so = known.words.get(false.axis) or _SAID.get(false.axis) or known.truth[false.axis]
        return [], [Dropped(text, f"contradicts the truth: {so}", false.axis)]
    first = about[0]
    if known.truth[first.axis] is None:
        return [], [
            Dropped(text, f"speaks of the {first.axis}, of which nobody can be sure in this picture", first.axis)
        ]
    row = _confirmed().get(first.axis, {}).get(known.truth[first.axis])
    if row and first.may_be is not None and len(about) == 1:
        danbooru, e621 = tuple(row["danbooru"]), tuple(row["e621"])
        return [Thing(row["tag"], row["noun"], "looks", first.axis, captioner, danbooru, e621)], []
    if first.may_be is None:
        return [], [Dropped(text, f"speaks of the {first.axis}, which is known", first.axis)]
    return [], [Dropped(text, "says again what is known", first.axis)]


def _is_false(claim: Claim, known: Known) -> bool:
    true = known.truth[claim.axis]
    return claim.may_be is not None and (true not in claim.may_be if true is not None else not claim.may_be)


def _subject(said: Statement, known: Known, captioner: str) -> Judgement | None:
    """A statement on who is shown, which is known: what else it says of them is looked at word by word."""
    match = _who().fullmatch(said.body)
    if match is None or said.relation not in ("", "in", "has") or (said.relation and not _named_sex(match["who"])):
        return None
    rest = " ".join(word for word in (match["before"] or "").split() if word not in ("a", "an", "the", "very", "and"))
    sex = _named_sex(match["who"]) or _gendered(rest)
    if any(claim.axis == "count" and _is_false(claim, known) for claim in claims(said.text)):
        return [], [Dropped(said.text, f"contradicts the truth: {_SAID['count']}", "count")]
    if sex and known.sex and sex != known.sex:  # and how this somebody looks says nothing of who is there
        return [], [Dropped(said.text, f"contradicts the truth: {known.sex}", "class")]
    things: list[Thing] = []
    dropped = [Dropped(match["who"], "says again who is shown", "class")]
    for words in _chunks(rest):
        if words in _words("gendered") or words in {word for group in FILLER["gendered"].values() for word in group}:
            continue
        found = of_adjective(words, captioner)
        kept, gone = _thing(words, found, known) if found else judged(Statement(words, words), known, captioner)
        things += kept
        dropped += gone
    return things, dropped


def _chunks(words: str) -> Iterable[str]:
    """Adjectives, two words together where the table has them so (`red haired`)."""
    pending = words.replace(",", " ").split()
    while pending:
        two = " ".join(pending[:2])
        size = 2 if len(pending) > 1 and (two in TABLE["adjectives"] or (claims(two) and not claims(pending[0]))) else 1
        yield " ".join(pending[:size])
        pending = pending[size:]


def _thing(text: str, found: Thing, known: Known) -> Judgement:
    """A thing that can be seen in such a picture, and of which the character says nothing itself."""
    gone = _said_of_itself(text, found, known) or _unseen(text, found, known)
    return ([], [gone]) if gone else ([found], [])


def _said_of_itself(text: str, found: Thing, known: Known) -> Dropped | None:
    for name, words in known.own.items():
        if re.search(rf"\b{re.escape(found.head)}s?\b", words):
            if colours(found.tag) - colours(words) and colours(words):
                return Dropped(text, f"contradicts the character: {words}", name)
            return Dropped(text, "says again what the character says of itself", name)
    return None


def _unseen(text: str, found: Thing, known: Known) -> Dropped | None:
    """Why it can't be in this picture, if it can't."""
    kind = kind_of(found)
    region = TABLE["regions"].get(kind.region, {})
    face = known.eyes if found.head in _OF_EYES else known.face
    reasons = (
        (
            kind.relation == PLACE and "background" not in known.free,
            f"contradicts the truth: {known.words.get('background', '')}",
            "background",
        ),
        (
            known.framing not in region.get("framing", [known.framing]),
            f"can't be seen in this picture: {known.words.get('framing', '')}",
            "framing",
        ),
        (region.get("visible") == "face" and not face, "the face can't be seen in this picture", "angle"),
        (
            (region.get("visible") == "hands" or found.relation == "holds") and not known.hands,
            "no hand is in this picture",
            "hands",
        ),
    )
    return next((Dropped(text, why, axis) for so, why, axis in reasons if so), None)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    pattern = whole(FILLER[name])
    assert pattern is not None
    return pattern


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(FILLER[name])


@cache
def _who() -> re.Pattern[str]:
    nouns = sorted({word for group in FILLER["subjects"].values() for word in group}, key=len, reverse=True)
    named = "|".join(map(re.escape, nouns))
    return re.compile(rf"(?P<before>(?:[\w'/]+ )*?)(?P<who>{named})(?:'s(?: (?:face|head|body|torso|bust|figure))?)?")


def _named_sex(word: str) -> str:
    return next((sex for sex in ("female", "male") if word in FILLER["subjects"][sex]), "")


def _gendered(words: str) -> str:
    return next((sex for sex, group in FILLER["gendered"].items() if set(group) & set(words.split())), "")


@cache
def _confirmed() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("confirmed.yaml"), "table").data
