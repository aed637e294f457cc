# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of settings, methods and directions as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ...common.tables import read_table


@cache
def table() -> dict[str, Any]:
    """The report's word table."""
    return read_table(Path(__file__).with_name("words.yaml")).data


def word(group: str, name: Any) -> str:
    """What `name` is called in a group of the table; its own name with spaces where the table is silent."""
    text = str(name)
    return table()[group].get(text) or text.replace("_", " ")


def count(number: int, one: str, many: str = "") -> str:
    """`1 picture`, `2 pictures`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def direction(vector: Sequence[float]) -> str:
    """A unit vector as the axis it lies along (`−Y`), or its three numbers when it lies along none."""
    largest = max(range(3), key=lambda index: abs(vector[index]))
    if abs(vector[largest]) > 0.98:
        return f"{'−' if vector[largest] < 0 else '+'}{'XYZ'[largest]}"
    return "(" + ", ".join(f"{value:.2f}" for value in vector) + ")"


def size(number: int) -> str:
    """Bytes as kB or MB."""
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{max(1, round(number / 1e3))} kB"
