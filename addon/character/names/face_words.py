# SPDX-License-Identifier: GPL-3.0-or-later
"""What a name says of a feeling in plain words of several languages (faces/keywords.yaml). No bpy."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ...common.tables import read_table

TABLE = Path(__file__).parent / "faces" / "keywords.yaml"
LONGEST = 120


@dataclass(frozen=True)
class Said:
    """arkit: a goal as the tables in faces/ write it (part of a face), or []; own: {setting: weight} of a whole one."""

    arkit: Any = field(default_factory=list)
    own: dict[str, float] = field(default_factory=dict)


def feeling(name: str) -> Said:
    """What the name says, part of the face or whole; empty where it says nothing."""
    table = _table()
    text = _spaced(name)
    if table.banned.search(text):
        return Said()
    part = next((key for key, pattern in table.parts.items() if pattern.search(text)), "")
    if table.blink.search(text):
        return Said(arkit="eyeBlink_")
    mood = next((key for key, pattern in table.feelings.items() if pattern.search(text)), "")
    if not mood:
        return Said()
    if part:
        return Said(arkit=table.reads[part].get(mood, []))
    return Said(own={mood: table.weights.get(mood, 1.0)})


@dataclass(frozen=True)
class _Words:
    banned: re.Pattern[str]
    blink: re.Pattern[str]
    feelings: dict[str, re.Pattern[str]]
    parts: dict[str, re.Pattern[str]]
    weights: dict[str, float]
    reads: dict[str, dict[str, Any]]


@cache
def _table() -> _Words:
    data = read_table(TABLE).data
    return _Words(
        _pattern(data["not"]),
        _pattern(data["blink"]),
        {str(key): _pattern(text) for key, text in data["feelings"].items()},
        {str(key): _pattern(text) for key, text in data["parts"].items()},
        {str(key): float(weight) for key, weight in (data.get("weights") or {}).items()},
        {str(key): dict(row) for key, row in data["reads"].items()},
    )


def _pattern(text: str) -> re.Pattern[str]:
    """Words of alphabets must begin where a word begins; Chinese, Japanese and Korean have no spaces."""
    rows = str(text).split("|")
    begun = [row for row in rows if ord(row[0]) < 0x2E80]
    anywhere = [row for row in rows if ord(row[0]) >= 0x2E80]
    sides = [rf"(?<![^\W\d_])(?:{'|'.join(begun)})"] * bool(begun) + ["|".join(anywhere)] * bool(anywhere)
    return re.compile("|".join(sides))


def _spaced(name: str) -> str:
    """Lower case, with spaces at the humps of camelCase and in place of separators."""
    text = unicodedata.normalize("NFKC", name[:LONGEST])
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return re.sub(r"[\s._\-/|:]+", " ", text).casefold()
