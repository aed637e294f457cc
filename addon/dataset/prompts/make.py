# SPDX-License-Identifier: GPL-3.0-or-later
"""The test prompts and the regularisation list of one set, from prompts.yaml and the set's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...common.tables import read_table
from ..caption_words import WORDS
from ..described import STEP, Described
from ..mitigations import medium as medium_of
from ..person import with_article

#: Of a standing picture: width and height as shares of the set's resolution (832 x 1216 at 1024).
_STANDING = (0.8125, 1.1875)


@dataclass(frozen=True)
class Prompt:
    """group: one of groups(). look: what to look at in the picture. expects: what `grade` can
    measure of it, or "". width, height: pixels, in steps of 64."""

    id: str
    group: str
    text: str
    negative: str
    look: str
    expects: str
    width: int
    height: int
    seed: int
    steps: int
    scale: float


@cache
def _table() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("prompts.yaml"), "table").data


def groups() -> dict[str, str]:
    """Name -> the question that its prompts ask, in the order in which to look at them."""
    return dict(_table()["groups"])


def trial_prompts(described: Described, captions: Sequence[str] = ()) -> list[Prompt]:
    """In the style of the set's captions. captions: those that train, which tell how they name the medium."""
    medium = medium_of(captions)
    rows = _table()["prompts"].items()
    return [
        _prompt(name, row, described, medium)
        for name, row in rows
        if medium or not any("{medium}" in str(text) for text in row.values())
    ]


def regularisation(described: Described, captions: Sequence[str]) -> list[str]:
    """Prompts for pictures of the class and not of the character: the plain class, then the set's own captions without
    trigger and medium, so that the base model's idea of the class is kept where the set is. Each once.
    """
    medium = medium_of(captions)
    plain = [described.class_word, f"photo of {with_article(described.class_word)}"]
    said = (_without(text, described, medium) for text in captions)
    return list(dict.fromkeys([*plain, *(text for text in said if text)]))


def _prompt(name: str, row: dict[str, Any], described: Described, medium: str) -> Prompt:
    table = _table()
    shares = _STANDING if row.get("shape") == "portrait" else (1, 1)
    width, height = (max(STEP, round(described.resolution * share / STEP) * STEP) for share in shares)
    return Prompt(
        id=name,
        group=row["group"],
        text=_text(row, described, medium),
        negative=table["negative"],
        look=row["look"],
        expects=row.get("expects", ""),
        width=width,
        height=height,
        seed=table["seed"],
        steps=table["steps"],
        scale=table["scale"],
    )


def _text(row: dict[str, Any], described: Described, medium: str) -> str:
    trigger = described.trigger if row.get("trigger", True) else ""
    if described.style == "natural":
        who = ", ".join(filter(None, [trigger, with_article(described.class_word)]))
        text = row["natural"].format(who=who, medium=medium)
        return text[0].upper() + text[1:] if not text.startswith(trigger or "\0") else text
    danbooru = described.style in ("danbooru", "e621", "hybrid")
    counted = WORDS["count"]["danbooru"].get(described.class_word.rsplit(maxsplit=1)[-1])
    shown = [counted or described.class_word, "solo"] if danbooru else [described.class_word]
    return ", ".join(filter(None, [trigger, *shown, row["danbooru" if danbooru else "tags"].format(medium=medium)]))


def _without(caption: str, described: Described, medium: str) -> str:
    """A caption that speaks of anyone of the class."""
    text = re.sub(rf"(?<!\w){re.escape(described.trigger)}(?!\w)[\s,]*", "", caption, flags=re.IGNORECASE)
    if described.style == "natural":
        text = re.sub(r"\s*Style:.*$", "", text).replace(", is shown in", " is shown in", 1)
        return text[:1].upper() + text[1:]
    chunks = [chunk.strip() for chunk in text.split(",")]
    chunks = [chunk for chunk in chunks if chunk and chunk.lower() != medium]
    counted = {described.class_word, *WORDS["count"]["danbooru"].values()}
    return ", ".join(chunks if counted & set(chunks) or not chunks else [described.class_word, *chunks])
