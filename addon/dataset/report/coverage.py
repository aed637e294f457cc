# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage: how often each setting and each pair of settings is in the pictures, and what was left out."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from ...plan.shots import AXES
from .markup import Html, join, tag
from .model import Folder
from .words import count, table, word


def coverage(folder: Folder) -> Html | None:
    """Bars for every axis, tables for every pair of axes that vary, then what was left out."""
    if not folder.planned:
        return None
    varied = [axis for axis in AXES if len(folder.order(axis)) > 1]
    pairs = [tuple(pair) for pair in table()["first_tables"] if set(pair) <= set(varied)]
    others = [pair for pair in combinations(varied, 2) if not any(set(pair) == set(first) for first in pairs)]
    return join(
        _pairs_sentence(folder),
        tag("div", [_bars(folder, axis) for axis in AXES], class_="bars"),
        _legend(folder) if pairs or others else None,
        tag("div", [_matrix(folder, *pair) for pair in pairs], class_="matrices"),
        tag(
            "details",
            tag("summary", f"{count(len(others), 'more table')}, for the other pairs of axes"),
            tag("div", [_matrix(folder, *pair) for pair in others], class_="matrices"),
        )
        if others
        else None,
        _left_out(folder),
    )


def _pairs_sentence(folder: Folder) -> Html | None:
    pairs = folder.coverage.get("pairs") or {}
    if not pairs.get("possible"):
        return None
    verb = "will hold" if folder.missing else "hold"
    whole = pairs["covered"] >= pairs["possible"]
    number = f"all {pairs['possible']}" if whole else f"{pairs['covered']} of {pairs['possible']}"
    return tag(
        "p", f"The {len(folder.planned)} planned pictures {verb} {number} pairs of settings that can be combined."
    )


def _bars(folder: Folder, axis: str) -> Html:
    planned = Counter(shot[axis] for shot in folder.planned)
    made = Counter(picture.shot[axis] for picture in folder.pictures)
    most = max([*planned.values(), *made.values()], default=1)
    rows = [
        tag(
            "tr",
            tag("th", word("settings", name), scope="row"),
            tag("td", _bar(made[name] / most, planned[name] / most)),
            tag("td", _progress(made[name], planned[name]), class_="figure"),
        )
        for name in folder.order(axis)
    ]
    return tag("table", tag("caption", word("axes", axis)), tag("tbody", rows), class_="counts") if rows else Html()


def _bar(made: float, planned: float) -> Html:
    """Two bars over each other, as shares of the whole width: the plan pale, what is there dark."""
    parts = [tag("i", style=f"width:{share:.1%}") for share in (max(planned, made), made)]
    return tag("span", parts, class_="bar")


def _progress(made: int, planned: int) -> str:
    return str(made) if made >= planned else f"{made} of {planned}"


def _matrix(folder: Folder, down: str, across: str) -> Html:
    """A table of the pictures that have both settings; darker means more."""
    planned = Counter((shot[down], shot[across]) for shot in folder.planned)
    made = Counter((picture.shot[down], picture.shot[across]) for picture in folder.pictures)
    most = max(made.values(), default=1)
    possible = _uncovered(folder)
    names = folder.order(across)

    def cell(row: str, column: str) -> Html:
        number = made[row, column]
        if number:
            return tag("td", number, style=f"--n:{number / most:.2f}", class_="some")
        if planned[row, column]:
            return tag("td", "○", class_="later", title="planned, not photographed yet")
        if frozenset({(down, row), (across, column)}) in possible:
            return tag("td", "·", class_="open", title="could be combined; not in this plan")
        return tag("td", class_="never", title="not combined")

    head = tag("tr", tag("td"), [tag("th", tag("span", word("settings", name)), scope="col") for name in names])
    body = [
        tag("tr", tag("th", word("settings", row), scope="row"), [cell(row, column) for column in names])
        for row in folder.order(down)
    ]
    caption = f"{word('axes', down)} × {word('axes', across).lower()}"
    grid = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", body), class_="matrix")
    return tag("div", grid, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _uncovered(folder: Folder) -> set[frozenset[tuple[str, str]]]:
    return {frozenset({(row[0], row[1]), (row[2], row[3])}) for row in folder.coverage.get("uncovered") or ()}


def _legend(folder: Folder) -> Html:
    kinds = [("some", "2", "pictures with both")]
    if folder.missing:
        kinds.append(("later", "○", "planned, not photographed yet"))
    if folder.coverage.get("uncovered"):
        kinds.append(("open", "·", "could be combined, but not in this plan"))
    kinds.append(("never", "", "not combined"))
    return tag(
        "ul", [tag("li", tag("i", text, class_=f"cell {kind}"), name) for kind, text, name in kinds], class_="legend"
    )


def _left_out(folder: Folder) -> Html | None:
    open_pairs = [
        f"{word('settings', row[1])} + {word('settings', row[3])}" for row in folder.coverage.get("uncovered") or ()
    ]
    if not folder.left_out and not open_pairs:
        return None
    return join(
        tag("h3", "Left out"),
        tag("ul", [tag("li", line, dir="auto") for line in folder.left_out], class_="reasons"),
        tag(
            "details",
            tag("summary", f"{count(len(open_pairs), 'pair')} of settings that no planned picture shows together"),
            tag("ul", [tag("li", pair) for pair in open_pairs], class_="columns"),
        )
        if open_pairs
        else None,
    )
