# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions against the truth, or against each other where there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ...plan.settings import setting
from .entry import Entry
from .finding import Finding, certain
from .words import Named, named

#: Axes on which one picture can't have two settings, whoever made it: (words of the first, of the second) may still
#: share one. From above and below go with every side.
_TORN = ("angle", "framing")
_WITH_ALL = frozenset({"from_above", "from_below"})
#: The share of captions that must begin with the same words for these to be taken as the trigger.
COMMON = 0.8


def caption_findings(entry: Entry, fault: str | None) -> list[Finding]:
    """Of one picture's caption. fault: why it could not be read."""
    if entry.caption is None:
        return []
    if fault is not None:
        return certain("caption_unreadable", fault=fault)
    if not entry.text:
        return certain("caption_missing", name=entry.caption.name)
    if entry.text in entry.expected:
        return []
    found = without_trigger(entry) if entry.trigger else []
    names = named(entry.text)
    return found + (_against_truth(entry, names) if entry.row else _torn(names))


def without_trigger(entry: Entry, trigger: str | None = None) -> list[Finding]:
    """A caption that does not begin with the trigger."""
    wanted = trigger or entry.trigger or ""
    begun = (entry.text or "").lower().startswith(wanted.lower())
    return [] if begun else certain("caption_trigger", trigger=wanted)


def common_trigger(entries: Sequence[Entry]) -> str | None:
    """The words up to the first comma with which most captions of a stranger's folder begin; None without such."""
    firsts = [entry.text.partition(",")[0].strip() for entry in entries if entry.text and "," in entry.text]
    if len(firsts) < 5:
        return None
    words, number = Counter(firsts).most_common(1)[0]
    return words if number >= COMMON * len(entries) else None


def _against_truth(entry: Entry, names: list[Named]) -> list[Finding]:
    found: list[Finding] = []
    told = set()
    for name in names:
        true = entry.seen.get(name.axis) or entry.settings.get(name.axis)
        if true is None or name.axis in told:
            continue
        if true not in name.settings:
            shown = setting(name.axis, true)
            found += certain("caption_false", said=name.words, true=shown.tag or shown.name.replace("_", " "))
            told.add(name.axis)
        elif name.axis not in entry.seen:
            found += certain("caption_unseen", said=name.words)
            told.add(name.axis)
    return found


def _torn(names: list[Named]) -> list[Finding]:
    """Two things said that exclude each other."""
    for axis in _TORN:
        said = [name for name in names if name.axis == axis and not name.settings & _WITH_ALL]
        for first, second in pairwise(said):
            if not first.settings & second.settings:
                return certain("caption_torn", said=first.words, other=second.words)
    return []
