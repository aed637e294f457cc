# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the whole set can show: how many pictures there are, and whether its axes are in balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from ...common.tables import read_table
from ...plan.settings import setting
from .finding import Finding, certain, judge

RULES = MappingProxyType(read_table(Path(__file__).with_name("balance.yaml")).data)
#: The share of pictures whose setting must be known before a set is judged by it.
KNOWN = 0.8


def balance(settings: Sequence[dict[str, str]]) -> list[Finding]:
    """Of the pictures that stay, each with its settings as far as they are known."""
    found = judge("too_few", len(settings)) or judge("too_many", len(settings))
    if len(settings) < RULES["least"]:
        return found
    for axis, rule in RULES["axes"].items():
        found += _axis(axis, rule, Counter(names[axis] for names in settings if axis in names), len(settings))
    return found + _lacking(settings)


def _axis(axis: str, rule: dict, counted: Counter[str], whole: int) -> list[Finding]:
    known = sum(counted.values())
    if known < KNOWN * whole:
        return []
    name, number = counted.most_common(1)[0]
    words = setting(axis, name).tag or name.replace("_", " ")
    if number == known:
        return certain("one_sided", axis=axis, setting=words)
    share = number / known
    return judge("lopsided", share if share > rule["most"] else None, axis=axis, setting=words)


def _lacking(settings: Sequence[dict[str, str]]) -> list[Finding]:
    found: list[Finding] = []
    for wish in RULES["wanted"]:
        known = [names[wish["axis"]] for names in settings if wish["axis"] in names]
        if len(known) >= KNOWN * len(settings) and not set(known) & set(wish["any"]):
            found += certain("lacking", setting=wish["say"])
    return found
