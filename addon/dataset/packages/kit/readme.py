# SPDX-License-Identifier: GPL-3.0-or-later
"""README of a package: what to do with it in the trainer that it is for, in plain words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from .order import Order

_WIDTH = 96


def readme(
    order: Order,
    title: str,
    steps: Sequence[str],
    files: Sequence[str] = (),
    notes: Sequence[str] = (),
    what: str = "Training files",
) -> bytes:
    """The text. steps: what to do, in order; a step's lines after its first are commands and stay as they are.

    files: the training file of each recipe, in the order of the recipes; what: what to call them; notes: anything else
    to know.
    """
    described, faults = order.described, order.faults
    head = f"{described.trigger}: {described.pictures} pictures for {title}"
    text = [head, "=" * len(head), ""]
    for number, step in enumerate(steps, start=1):
        text += _item(f"{number}. ", step)
    if files:
        heading = f"{what}, for each base model"
        text += ["", heading, "-" * len(heading), ""]
        for name, recipe in zip(files, order.recipes, strict=True):
            text += [
                f"  {name}",
                f"      {recipe.base.title}: dimension {recipe.dim}, alpha {recipe.alpha}, rate {recipe.rate:g}"
                + (f" (text encoder {recipe.text_rate:g})" if recipe.text_rate else "")
                + ",",
                f"      batch {recipe.batch}, {recipe.repeats} repeats, {recipe.epochs} epochs = {recipe.steps} steps, "
                f"{recipe.resolution} px",
            ]
            for note in recipe.notes:
                text += textwrap.wrap(note, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    if faults:
        text += ["", "What was found in this set, and what it changed", "-" * 47, ""]
        for fault in faults:
            text += _item("- ", fault.say)
    text += ["", "To know", "-------", ""]
    for note in [*_always(order), *notes, *order.warnings]:
        text += _item("- ", note)
    return ("\n".join(text) + "\n").encode()


def _always(order: Order) -> list[str]:
    described = order.described
    return [
        f"The trigger word is {described.trigger}. It stands first in every caption already: do not let a tool add it "
        "again, and do not sort the tags by alphabet.",
        f"Captions are one line of UTF-8 each, in the style `{described.style}`.",
        "SHA256SUMS lists what must be in here; `modelsheet package --verify FILE.zip` checks it. DATASET.md says what "
        "the set is, where it came from and what may be done with it.",
    ]


def _item(mark: str, text: str) -> list[str]:
    first, *commands = text.split("\n")
    indent = " " * len(mark)
    lines = textwrap.wrap(first, _WIDTH, initial_indent=mark, subsequent_indent=indent, break_on_hyphens=False)
    return lines + [f"{indent}  {line}" for line in commands]
