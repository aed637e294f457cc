# SPDX-License-Identifier: GPL-3.0-or-later
"""Which prompt a sample answers, and which training pictures belong beside it: by the words they share."""

from __future__ import annotations

import math
import re
from collections import Counter

from .against import Asked
from .read import Made

#: Share of words that a prompt of the list must have in common with a sample's.
SAME = 0.75
#: How many training pictures are laid beside a prompt.
BESIDE = 3


class Prompts:
    """The list of prompts, which grows by those of samples that fit none of it."""

    def __init__(self, rows: list[Asked]) -> None:
        self.rows = rows
        self._listed = len(rows)
        self._words = [words(row.text) for row in rows]

    def place(self, made: Made) -> int:
        """The place of the prompt that a sample answers."""
        by_name = next((place for place, row in enumerate(self.rows[: self._listed]) if row.id == made.id), None)
        if made.id and by_name is not None:
            return by_name
        if made.prompt:
            own = words(made.prompt)
            scored = [(_common(own, other), -number) for number, other in enumerate(self._words)]
            best, number = max(scored, default=(0.0, 0))
            if best >= SAME:
                return -number
            if made.how != "its folder's name" or made.index is None or made.index >= self._listed:
                return self._add(made.prompt)
        if made.index is not None and made.index < self._listed:
            return made.index
        return self._add(f"Prompt {made.index + 1}" if made.index is not None else "Prompt not known")

    def _add(self, text: str) -> int:
        found = next((number for number, row in enumerate(self.rows) if row.text == text), None)
        if found is not None:
            return found
        self.rows.append(Asked(f"other-{len(self.rows) + 1}", "", text))
        self._words.append(words(text))
        return len(self.rows) - 1


def words(prompt: str) -> frozenset[str]:
    """The words of a prompt, without LoRA calls, weights and brackets."""
    plain = re.sub(r"<[^<>]*>|:[\d.]+(?=\s*[\])])", " ", prompt.lower())
    return frozenset(re.findall(r"[\w-]+", plain))


def _common(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def beside(asked: Asked, captions: list[str]) -> list[int]:
    """Places of the training pictures whose captions say most of what the prompt says; rare words count most."""
    own = words(asked.text)
    spoken = [words(text) for text in captions]
    often = Counter(word for one in spoken for word in one)
    weight = {word: math.log(len(captions) / often[word]) for word in own if often[word]}
    scored = sorted(
        (
            (sum(weight.get(word, 0.0) for word in one) / (1 + len(one)) ** 0.5, -place)
            for place, one in enumerate(spoken)
        ),
        reverse=True,
    )
    return [-place for _score, place in scored[:BESIDE]]
