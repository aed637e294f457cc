# SPDX-License-Identifier: GPL-3.0-or-later
"""How to train on a set: the numbers of a base model, fitted to the pictures and to what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ....common.errors import InputError
from ....common.tables import read_table
from ....plan.caption_styles import LISTS, STYLES
from ...described import STEP, Described
from .advice import Advice

_NO_BASES = {"advice"}


@dataclass(frozen=True)
class Base:
    """A base model's table: see sd15.yaml for what stands in it."""

    name: str
    table: dict[str, Any]

    @property
    def title(self) -> str:
        """For people."""
        return str(self.table["title"])

    def trainer(self, name: str) -> dict[str, Any] | None:
        """What only this trainer calls it; None if it can't train it."""
        found: dict[str, Any] | None = self.table["trainers"].get(name)
        return found


@dataclass(frozen=True)
class Recipe:
    """The numbers for one set and one base. resolution and buckets in pixels; text_rate None: don't train the text
    encoder; least, most: sides of the buckets; special: what only the trainer at hand calls it."""

    base: Base
    resolution: int
    least: int
    most: int
    dim: int
    alpha: int
    rate: float
    text_rate: float | None
    batch: int
    epochs: int
    steps: int
    repeats: int
    shuffle: bool
    special: dict[str, Any]
    notes: tuple[str, ...]

    def value(self, name: str, otherwise: Any = None) -> Any:
        """Anything else of the base's table."""
        return self.base.table.get(name, otherwise)


@cache
def bases() -> dict[str, Base]:
    """Every base model by name, in the order in which to offer them."""
    folder = Path(__file__).parent
    found = [
        Base(path.stem, read_table(path, "table").data) for path in folder.glob("*.yaml") if path.stem not in _NO_BASES
    ]
    return {base.name: base for base in sorted(found, key=lambda base: base.table["order"])}


def bases_of(trainer: str) -> list[Base]:
    """The bases that a trainer can train by numbers of its own name."""
    return [base for base in bases().values() if base.trainer(trainer) is not None]


def check_base(name: str) -> str:
    """The name of a known base model. Raises InputError naming them all."""
    word = name.lower().replace("_", "-").replace(" ", "-")
    if word not in bases():
        raise InputError(f"base {name[:40]!r}: not known. Choose one of {', '.join(bases())}.")
    return word


def recipes(
    trainer: str,
    described: Described,
    sizes: Sequence[tuple[int, int]],
    faults: Sequence[Advice],
    base: str | None = None,
) -> list[Recipe]:
    """A recipe for every base that the trainer can train, or for the one asked for. sizes: of the pictures."""
    able = [entry for entry in bases_of(trainer) if base in (None, entry.name)]
    return [_recipe(entry, trainer, described, sizes, faults) for entry in able]


def _recipe(
    base: Base, trainer: str, described: Described, sizes: Sequence[tuple[int, int]], faults: Sequence[Advice]
) -> Recipe:
    table = base.table
    limits = table["limits"]
    dim = _within(table["dim"] * math.prod(fault.dim for fault in faults), limits["dim"])
    longer = math.prod(fault.epochs for fault in faults)
    shown = described.pictures * described.repeats
    if "steps" in table:
        steps = _within(table["steps"] * longer, limits["steps"])
        epochs = max(1, round(steps * table["batch"] / shown))
    else:
        epochs = _within(table["epochs"] * longer, limits["epochs"])
    resolution = min(described.resolution, table["resolution"])
    scale = min(1.0, resolution / described.resolution)
    return Recipe(
        base=base,
        resolution=resolution,
        least=min(resolution, _stepped(min(min(size) for size in sizes) * scale, math.floor)),
        most=max(resolution, _stepped(max(max(size) for size in sizes) * scale, math.ceil)),
        dim=dim,
        alpha=max(1, round(dim * table["alpha"] / table["dim"])),
        rate=table["rate"],
        text_rate=table["text_rate"],
        batch=table["batch"],
        epochs=epochs,
        steps=epochs * math.ceil(shown / table["batch"]),
        repeats=described.repeats,
        shuffle=table["shuffle"] and described.style in LISTS,
        special=base.trainer(trainer) or {},
        notes=tuple(_notes(base, described)),
    )


def _notes(base: Base, described: Described) -> list[str]:
    notes = [" ".join(note.split()) for note in base.table.get("notes", [])]
    if described.resolution < 0.75 * base.table["resolution"]:
        notes.append(
            f"This base is made for {base.table['resolution']} px; these pictures have {described.resolution}. "
            f"Larger ones (`--resolution {base.table['resolution']}`) would give it more to learn."
        )
    wanted = [style for style in base.table["captions"] if style in STYLES]
    if wanted and described.style not in wanted:
        notes.append(
            f"This base understands {wanted[0]} captions best; these are {described.style}. "
            f"`modelsheet caption DIR --style {wanted[0]}` writes them so; then package again."
        )
    return notes


def _within(value: float, limits: Sequence[int]) -> int:
    return min(max(round(value), limits[0]), limits[1])


def _stepped(side: float, how: Any) -> int:
    return max(STEP, how(side / STEP) * STEP)
