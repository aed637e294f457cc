# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings a caption names, whoever wrote it: by the settings' own words and by everyday ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...common.tables import read_table
from ...plan.settings import axis_settings
from ...plan.shots import AXES

#: Longest captions are read up to here.
MOST = 4000


@dataclass(frozen=True)
class Named:
    """Words of a caption about one axis, and the settings that they may stand for."""

    axis: str
    words: str
    settings: frozenset[str]


def named(caption: str) -> list[Named]:
    """Everything that a caption says about axes, in its order; of words within words the longest count."""
    text = re.sub(r"[\s_]+", " ", caption.lower().replace("\\", ""))[:MOST]
    by_words = _by_words()
    return [
        Named(axis, found.group(), settings)
        for found in _pattern().finditer(text)
        for axis, settings in by_words[found.group()]
    ]


def settings_named(caption: str) -> dict[str, str]:
    """The settings that a caption names without doubt, by axis."""
    found: dict[str, set[str]] = {}
    for name in named(caption):
        found[name.axis] = found.get(name.axis, set(name.settings)) & name.settings
    return {axis: settings.pop() for axis, settings in found.items() if len(settings) == 1}


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_by_words(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])")


@cache
def _by_words() -> dict[str, tuple[tuple[str, frozenset[str]], ...]]:
    """Words in lower case -> what they say of which axis."""
    found: dict[str, dict[str, set[str]]] = {}
    everyday = read_table(Path(__file__).with_name("axis_words.yaml")).data
    for axis in AXES:
        for setting in axis_settings(axis).values():
            for words in (setting.tag, setting.phrase):
                if words:
                    found.setdefault(words.lower(), {}).setdefault(axis, set()).add(setting.name)
        for words, settings in everyday[axis].items():
            found.setdefault(words, {}).setdefault(axis, set()).update(settings)
    return {
        words: tuple((axis, frozenset(settings)) for axis, settings in axes.items()) for words, axes in found.items()
    }
