# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that the page knows: axes with their settings, and the tags that it completes."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..plan.settings import axis_settings
from ..plan.shots import AXES


@cache
def axes() -> list[dict[str, Any]]:
    """Every axis with its settings, in the order of their tables, in words for people."""
    return [
        {
            "name": axis,
            "label": axis.capitalize(),
            "settings": [
                {"name": name, "label": _label(setting.tag, name)} for name, setting in axis_settings(axis).items()
            ],
        }
        for axis in AXES
    ]


@cache
def vocabulary() -> list[str]:
    """Tags of our tables, each once: the guide's words, Danbooru's and e621's with spaces."""
    found: dict[str, None] = {}
    for axis in AXES:
        for setting in axis_settings(axis).values():
            tags = (setting.tag, *setting.danbooru, *getattr(setting, "e621", ()))
            found.update(dict.fromkeys(tag.replace("_", " ") if len(tag) > 3 else tag for tag in tags if tag))
    return sorted(found)


def _label(tag: str, name: str) -> str:
    return tag or name.replace("_", " ")
