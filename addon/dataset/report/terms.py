# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights: where the character comes from, what may be done with the set as far as is known, and what to say next."""

from __future__ import annotations

from ..rights import grade_words, judge, notice, private_lines
from .markup import Html, join, tag
from .model import Folder

_VERDICTS = {
    "allowed": "allowed, as far as is known",
    "depends": "it depends",
    "unknown": "not known",
    "not_allowed": "not allowed, as far as is known",
}


def terms(folder: Folder) -> Html | None:
    """The section; None where there is no job yet."""
    if not folder.job:
        return None
    licences = [(picture.row.get("character") or {}).get("licence") or {} for picture in folder.pictures]
    judged = judge(folder.job, folder.facts, licences)
    source = judged.source
    rows = [
        ("Comes from", source.name if source.key else None),
        ("Its terms", source.says if source.key else None),
        ("In their words", f"“{source.clause}”" if source.clause else None),
        ("Their place", tag("span", tag("a", source.url, href=source.url), source.address) if source.url else None),
        ("Looked at", f"{source.read}; {grade_words(source.grade)}" if source.url else None),
        ("Publishing", _VERDICTS[judged.verdicts["publish"]]),
        ("For yourself", _VERDICTS[judged.verdicts["private"]]),
        ("Asked for", ", ".join(judged.asks) or None),
        ("Your reason", judged.reason),
    ]
    shown = [tag("div", tag("dt", name), tag("dd", value, dir="auto")) for name, value in rows if value]
    lines = [] if judged.reason else private_lines(judged)
    return join(
        tag("ul", [tag("li", line, dir="auto") for line in lines], class_="warnings first") if lines else None,
        tag("dl", shown, class_="facts steps"),
        tag("p", notice(), class_="lead"),
    )
