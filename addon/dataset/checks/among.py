# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture among the others: much darker or brighter, smaller, without colours, without trigger, or there twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from .captioned import common_trigger, without_trigger
from .exposure import linear
from .finding import TABLE, Finding, certain, judge
from .likeness import pairs
from .picture import Looked

#: Fewer pictures than this are no measure for another.
FEWEST = 4
#: Where the light is not known, lights differ by so many stops more; and pictures of a stranger's folder, where clothes
#: and backgrounds are not told apart as surely.
UNKNOWN_LIGHT, STRANGERS = 0.8, 0.5
#: Pixels of the shorter side from which a picture is large enough for every trainer, whatever the others have.
ENOUGH = 512
#: Of the usual shorter side: less is small among the others.
SMALLER = 0.75
#: The share of the pictures that must have colours for one without to stand out.
COLOURED = 0.8


def among(looked: Sequence[Looked]) -> None:
    """Add to each picture's findings what the others show of it."""
    _exposure(looked)
    _size(looked)
    _colour(looked)
    _trigger(looked)
    _twice(looked)


def _exposure(looked: Sequence[Looked]) -> None:
    """Against the median of the pictures in the same light; where too few are, against all."""
    lit = [(one, one.light) for one in looked if one.light is not None]
    usual_white = median(light[2] for _one, light in lit) if len(lit) >= FEWEST else 0.0
    for one, (bright, mean, blown) in lit:
        found = judge("bright", blown - usual_white)  # white clothes are white in every picture
        name = one.entry.settings.get("lighting")
        same = [light for other, light in lit if other.entry.settings.get("lighting") == name]
        known = name is not None and len(same) >= FEWEST
        others = same if known else [light for _other, light in lit]
        if len(others) >= FEWEST:
            slack = (0.0 if known else UNKNOWN_LIGHT) + (0.0 if one.entry.row else STRANGERS)
            those = f"{str(name).replace('_', ' ')} light" if known else "any light"
            darker = _stops(linear(bright), median(linear(light[0]) for light in others))
            brighter = _stops(mean, median(light[1] for light in others))
            if not any(finding.check == "dark" for finding in one.findings):
                found += _eased("darker", min(darker, 0.0), slack, those)
            found = found or _eased("brighter", max(brighter, 0.0), slack, those)
        one.findings += found


def _stops(light: float, usual: float) -> float:
    return float(np.log2(max(light, 1e-4) / max(usual, 1e-4)))


def _eased(check: str, stops: float, slack: float, those: str) -> list[Finding]:
    """Judged as if it were `slack` stops nearer to the others; told with the real figures."""
    toward = slack if stops < 0 else -slack
    return [
        replace(finding, value=round(stops, 4), threshold=finding.threshold - toward)
        for finding in judge(check, stops + toward, stops=abs(stops), those=those)
    ]


def _size(looked: Sequence[Looked]) -> None:
    sides = [min(one.size) for one in looked if one.size]
    if len(sides) < FEWEST:
        return
    usual = median(sides)
    for one in looked:
        if one.size and min(one.size) < min(ENOUGH, SMALLER * usual):
            words = {"width": one.size[0], "height": one.size[1], "other": f"the others about {usual:.0f} a side"}
            one.findings += certain("small", **words)


def _colour(looked: Sequence[Looked]) -> None:
    opened = [one for one in looked if one.size]
    if len(opened) >= FEWEST and sum(not one.grey for one in opened) >= COLOURED * len(opened):
        for one in opened:
            if one.grey and not any(finding.check in ("empty", "no_subject") for finding in one.findings):
                one.findings += certain("grey")


def _trigger(looked: Sequence[Looked]) -> None:
    """Without a job there is no trigger but the words with which nearly all captions begin."""
    entries = [one.entry for one in looked]
    if any(entry.trigger for entry in entries):
        return
    trigger = common_trigger(entries)
    for one in looked if trigger else ():
        if one.entry.text:
            one.findings += without_trigger(one.entry, trigger)


def _twice(looked: Sequence[Looked]) -> None:
    """The later of two that are nearly the same; of one that is bad anyway nothing is said."""
    shown = [one for one in looked if one.likeness is not None and not _bad(one)]
    prints = [one.likeness for one in shown if one.likeness is not None]
    told: dict[int, tuple[float, int]] = {}
    for earlier, later, value in pairs(prints, TABLE["duplicate"]["look"]):
        if not _planned(shown[earlier], shown[later]):
            told[later] = min(told.get(later, (255.0, 0)), (value, earlier))
    for later, (value, earlier) in told.items():
        shown[later].findings += judge("duplicate", value, other=shown[earlier].entry.file)


def _bad(one: Looked) -> bool:
    return any(finding.severity == "bad" for finding in one.findings)


def _planned(one: Looked, other: Looked) -> bool:
    """Whether the plan wanted two shots of one take that differ in light or background."""
    if one.entry.row is None or other.entry.row is None or one.entry.id == other.entry.id:
        return False
    return any(one.entry.settings.get(axis) != other.entry.settings.get(axis) for axis in ("lighting", "background"))
