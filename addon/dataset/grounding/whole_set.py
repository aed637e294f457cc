# SPDX-License-Identifier: GPL-3.0-or-later
"""A captioner's words on a whole set: grounded picture by picture, then looked at together for what never changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .cut import cut
from .judge import judged
from .known import Known
from .lexicon import normal
from .statement import Dropped
from .thing import Thing
from .things import TABLE


@dataclass(frozen=True)
class Grounded:
    """What stays of a captioner's words on one picture, and what went."""

    things: tuple[Thing, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def ground(text: str, speaks: str, known: Known, captioner: str, trigger: str = "") -> Grounded:
    """One text against one picture. speaks: `natural` or `tags`; trigger: taken out, for it stands first already."""
    things: list[Thing] = []
    dropped: list[Dropped] = []
    for statement in cut(text, speaks):
        if trigger and normal(trigger) in statement.text:
            dropped.append(Dropped(statement.text, "has the trigger word in it, which stands first already"))
            continue
        kept, gone = judged(statement, known, captioner)
        things += kept
        dropped += gone
    return _once(things, dropped)


def ground_set(
    texts: Mapping[str, str], speaks: str, known: Mapping[str, Known], captioner: str, trigger: str = ""
) -> dict[str, Grounded]:
    """All of a set, by picture; what is the same in nearly all pictures is marked as identity.

    texts, known: by picture; a picture without a text has nothing to say.
    """
    grounded = {name: ground(texts.get(name, ""), speaks, about, captioner, trigger) for name, about in known.items()}
    spoken = [name for name in known if texts.get(name)]
    constant = _constant({name: grounded[name].things for name in spoken}, known)
    wording = _wording([grounded[name].things for name in spoken], constant)
    return {name: replace(one, things=_marked(one.things, constant, wording)) for name, one in grounded.items()}


def _once(things: Sequence[Thing], dropped: Sequence[Dropped]) -> Grounded:
    """Each thing once, in the fullest words: `black shirt` says all that `shirt` does."""
    kept: list[Thing] = []
    gone = list(dropped)
    for one in things:
        same = [other for other in things if other.head == one.head and other is not one]
        words = set(one.tag.split())
        fuller = any(words < set(other.tag.split()) for other in same)
        again = any(set(other.tag.split()) == words for other in kept)
        if fuller or again:
            gone.append(Dropped(one.tag, "is said in fuller words"))
        else:
            kept.append(one)
    return Grounded(tuple(kept), tuple(gone))


def _constant(things: Mapping[str, Sequence[Thing]], known: Mapping[str, Known]) -> frozenset[str]:
    """The things (by noun) that never change: said of so many of the pictures in which they can be seen."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for name, found in things.items():
        for head in {one.head for one in found if one.relation != "looks"}:
            counted[head][known[name].framing] += 1
    framings = Counter(known[name].framing for name in things)
    return frozenset(
        head
        for head, by in counted.items()
        if by.total() >= TABLE["least"] and by.total() >= TABLE["constant"] * sum(framings[framing] for framing in by)
    )


def _wording(things: Sequence[Sequence[Thing]], constant: frozenset[str]) -> dict[str, tuple[Thing, ...]]:
    """How to name what never changes: as most pictures do, so that it is the same everywhere."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    named: dict[str, Thing] = {}
    for found in things:
        for one in found:
            if one.head in constant:
                said[one.head][one.tag] += 1
                named.setdefault(one.tag, one)
    return {
        head: tuple(named[tag] for tag, number in counter.most_common(2) if 2 * number >= counter.most_common(1)[0][1])
        for head, counter in said.items()
    }


def _marked(
    things: Sequence[Thing], constant: frozenset[str], wording: Mapping[str, Sequence[Thing]]
) -> tuple[Thing, ...]:
    done: dict[str, Thing] = {}
    for one in things:
        for word in wording[one.head] if one.head in constant else (one,):
            done.setdefault(word.tag, replace(word, identity=one.head in constant))
    return tuple(done.values())
