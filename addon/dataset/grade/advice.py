# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures of a sheet say about the training: sentences with a remedy each, after the guide's list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .result import Grade, Graded

#: Shares of samples from which a mark is more than chance.
MANY = 0.34


def advice(result: Grade) -> list[str]:
    """Worst first; one sentence that all is well where nothing is amiss."""
    samples = result.samples
    last = [one for one in samples if one.made.stage == result.stages[-1]]
    lines = [
        _copies(last),
        _leak(result, last),
        _unlike(result, last),
        _plain(result, last),
        _coloured(last),
        _soft(last),
    ]
    found = [line for line in lines if line]
    best = _best_stage(result)
    if not found:
        found.append("Nothing that can be measured speaks against it. Whether it is the same face, your eyes must say.")
    return [*found, *([best] if best else [])]


def _copies(last: Sequence[Graded]) -> str:
    marked = _marked(last, "copy")
    if not marked:
        return ""
    return (
        f"{_count(marked)} nearly a training picture: the LoRA has learnt pictures by heart. Take an earlier epoch, or "
        "train for fewer epochs or at a lower rate, with more varied pictures."
    )


def _leak(result: Grade, last: Sequence[Graded]) -> str:
    asked = [one for one in last if result.prompts[one.prompt].expects == "unlike" and one.likeness is not None]
    marked = _marked(asked, "leak")
    if not marked:
        return ""
    return (
        f"{_count(marked)} like the character without its trigger: it has taken over the class. Add regularisation "
        "pictures (prompts/regularisation.txt), or train less."
    )


def _unlike(result: Grade, last: Sequence[Graded]) -> str:
    asked = [one for one in last if result.prompts[one.prompt].expects == "likeness" and one.likeness is not None]
    marked = _marked(asked, "unlike")
    if not asked or marked / len(asked) < MANY:
        return ""
    return (
        f"{_count(marked)} unlike the character in colour, of {len(asked)} that should be the same: not learnt yet. "
        "Train for more epochs, raise the network's dimension, and see that the trigger stands first."
    )


def _plain(result: Grade, last: Sequence[Graded]) -> str:
    asked = [one for one in last if result.prompts[one.prompt].expects == "place"]
    marked = _marked(asked, "plain")
    if not asked or marked / len(asked) < MANY:
        return ""
    return (
        f"{_count(marked)} before a plain background where a place was asked for: the backdrop is learnt with the "
        "character. Train with masks, vary the backgrounds, and name them in the captions."
    )


def _coloured(last: Sequence[Graded]) -> str:
    if not _marked(last, "coloured"):
        return ""
    return (
        "Black and white came out in colour: styles don't get through. Train for fewer epochs, or use the LoRA "
        "at a lower weight."
    )


def _soft(last: Sequence[Graded]) -> str:
    marked = _marked(last, "soft")
    if marked / len(last) < MANY:
        return ""
    return f"{_count(marked)} softer than the set: too few steps, a lower resolution, or a set that was scaled up."


def _best_stage(result: Grade) -> str:
    """Which stage is most like the set without copies, where there are several."""
    if len(result.stages) < 2:
        return ""
    scored = []
    for stage in result.stages:
        rows = [one for one in result.samples if one.made.stage == stage]
        known = [
            one.likeness
            for one in rows
            if one.likeness is not None and result.prompts[one.prompt].expects == "likeness"
        ]
        if known and not _marked(rows, "copy"):
            scored.append((float(np.mean(known)), stage))
    if not scored:
        return ""
    value, stage = max(scored)
    return f"Of those without copies, {stage} is most like the set in colour ({value:.0%})."


def _marked(samples: Sequence[Graded], mark: str) -> int:
    return sum(mark in one.marks for one in samples)


def _count(number: int) -> str:
    return "1 sample is" if number == 1 else f"{number} samples are"
