# SPDX-License-Identifier: GPL-3.0-or-later
"""The captions of a whole set: the truth of each picture, joined with what a captioning model saw in all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..plan.facts import CharacterFacts
from .caption_options import TRUTH, CaptionOptions
from .caption_said import class_word
from .captions import Caption, captions
from .grounding.known import known, sex_of
from .grounding.lexicon import normal
from .grounding.statement import Dropped
from .grounding.things import TABLE
from .grounding.whole_set import Grounded, ground_set
from .layout import Row
from .seen import seen
from .spoken import Spoken, read_spoken

_CLASSES = {"female": "woman", "male": "man"}
#: The share of pictures in which a model must call somebody so.
_SURE = 0.8


@dataclass(frozen=True)
class Captioned:
    """Of one picture: its captions by style, and what of a model's words is in none of them, and why. spoken: the
    model's own words, None without a model."""

    captions: Mapping[str, Caption]
    dropped: tuple[Dropped, ...] = ()
    spoken: str | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The captions' text by style."""
        return {style: made.text for style, made in self.captions.items()}


@dataclass(frozen=True)
class CaptionedSet:
    """pictures: by shot id; notes: what to tell of the captioner, one sentence each."""

    pictures: Mapping[str, Captioned]
    notes: tuple[str, ...] = ()


def caption_set(out: Path, rows: Sequence[Row], facts: CharacterFacts, options: CaptionOptions) -> CaptionedSet:
    """The captions of all pictures of OUT. rows: their truth."""
    if options.captioner == TRUTH:
        return joined(rows, facts, options, None)
    made = joined(rows, facts, options, read_spoken(out).get(options.captioner))
    return CaptionedSet(made.pictures, (*made.notes, *_missing(made, out, options)))


def joined(rows: Sequence[Row], facts: CharacterFacts, options: CaptionOptions, spoken: Spoken | None) -> CaptionedSet:
    """Truth and a captioner's words (None: truth alone) put together."""
    if spoken is None:
        return CaptionedSet({row["id"]: Captioned(captions(row, facts, options)) for row in rows})
    about = {row["id"]: known(row, seen(row), facts, options) for row in rows}
    grounded = ground_set(spoken.texts, spoken.speaks, about, spoken.captioner, options.trigger)
    done = {row["id"]: _captioned(row, facts, options, grounded[row["id"]], spoken) for row in rows}
    return CaptionedSet(done, (*spoken.warnings, *_called(spoken, facts, options)))


def _captioned(
    row: Row, facts: CharacterFacts, options: CaptionOptions, grounded: Grounded, spoken: Spoken
) -> Captioned:
    made = captions(row, facts, options, grounded.things)
    dropped = list(grounded.dropped)
    if not options.names_identity:
        why = "never changes in this set, so it is left for the trigger; --identity names it"
        dropped += [Dropped(one.tag, why, "identity") for one in grounded.things if one.identity]
    return Captioned(made, tuple(dropped), spoken.texts.get(row["id"]))


def _called(spoken: Spoken, facts: CharacterFacts, options: CaptionOptions) -> list[str]:
    """What a model calls the one who is shown in nearly all pictures, where the captions have no such word."""
    word = class_word(facts, options)
    if len(spoken.texts) < TABLE["least"] or sex_of(word):
        return []
    called = Counter(sex for text in spoken.texts.values() for sex in {sex_of(one) for one in normal(text).split()})
    sex, number = max(((sex, called[sex]) for sex in _CLASSES), key=lambda one: one[1])
    others = sum(called[other] for other in _CLASSES if other != sex)
    if number < _SURE * len(spoken.texts) or others > (1 - _SURE) * len(spoken.texts):
        return []
    shown = _CLASSES[sex]
    return [f"{spoken.captioner} calls this {word} a {shown} in nearly all pictures. `--class {shown}` says so."]


def _missing(made: CaptionedSet, out: Path, options: CaptionOptions) -> list[str]:
    silent = sum(not one.spoken for one in made.pictures.values())
    if not silent:
        return []
    how_many = "no picture" if silent == len(made.pictures) else f"{len(made.pictures) - silent} of the pictures"
    return [
        f"{options.captioner} has described {how_many} as they are now; the other captions say what is known alone. "
        f"`modelsheet caption {out} --captioner {options.captioner}` has it look."
    ]
