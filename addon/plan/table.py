# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as people read it (at most 100 columns, plain ASCII for every console) and as machines do."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from .shots import AXES, Plan, takes

WIDTH = 100
#: The widest bar of the summary.
BAR = 20
#: More uncovered pairs than this are counted by axes, not listed.
LISTED = 12
#: The summary's two columns, of about the same length.
COLUMNS = (("angle", "framing", "pose"), ("expression", "lighting", "background"))


def plan_json(plan: Plan) -> dict[str, Any]:
    """`{"preset", "seed", "shots", "coverage", "left_out"}`; the whole list of uncovered pairs is in it."""
    return plan.to_json()


def plan_table(plan: Plan) -> str:
    """Every shot, every setting's count as a bar, the pairs covered, and what was left out."""
    renders = len(takes(plan.shots))
    pictures = _count(len(plan.shots), "picture")
    title = f"{plan.preset}, seed {plan.seed}: {pictures} from {_count(renders, 'render')}"
    parts = [title, _shots(plan), _summary(plan), "\n".join([*_pairs(plan), *_left_out(plan)])]
    return "\n\n".join(parts)


def _shots(plan: Plan) -> str:
    rows = [("shot", *AXES), *((f"{shot.number:04d}", *shot.settings) for shot in plan.shots)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    gap = "  " if sum(widths) + 2 * len(AXES) <= WIDTH else " "
    return "\n".join(
        gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _summary(plan: Plan) -> str:
    columns = [[line for axis in axes for line in _bars(plan, axis)][:-1] for axes in COLUMNS]
    half = WIDTH // 2
    return "\n".join(f"{left:<{half}}{right}".rstrip() for left, right in zip_longest(*columns, fillvalue=""))


def _bars(plan: Plan, axis: str) -> list[str]:
    """A heading, a line for each setting, an empty line."""
    counts = plan.coverage["settings"][axis]
    most = max(BAR, *counts.values())
    lines = [f"  {name:<21} {count:>4} {'#' * -(-count * BAR // most)}" for name, count in counts.items()]
    return [axis, *lines, ""]


def _pairs(plan: Plan) -> list[str]:
    pairs = plan.coverage["pairs"]
    share = 100 * pairs["covered"] // max(1, pairs["possible"])
    lines = [f"Pairs of settings seen together: {pairs['covered']} of {pairs['possible']} that can be ({share} %)."]
    uncovered = plan.coverage["uncovered"]
    if not uncovered:
        return lines
    if len(uncovered) <= LISTED:
        missing = [f"{first} + {second}" for _, first, _, second in uncovered]
    else:
        counts = Counter((first, second) for first, _, second, _ in uncovered)
        missing = [f"{first} + {second} {count}" for (first, second), count in counts.items()]
    return [*lines, *wrap(f"Not seen together: {', '.join(missing)}.", WIDTH, subsequent_indent="  ")]


def _left_out(plan: Plan) -> list[str]:
    if not plan.left_out:
        return []
    sentences = [wrap(f"- {sentence}", WIDTH, subsequent_indent="  ") for sentence in plan.left_out]
    return ["Left out:", *(line for lines in sentences for line in lines)]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
