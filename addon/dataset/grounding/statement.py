# SPDX-License-Identifier: GPL-3.0-or-later
"""What a model's text falls into, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """One thing that is said, in normal form. text: with what it began with (`wearing a hat`); body: without (`a hat`);
    relation: wears, has, holds, in, or "" for what is no relation between the person and a thing."""

    text: str
    body: str
    relation: str = ""


@dataclass(frozen=True)
class Dropped:
    """Words of a model that are in no caption, and why. axis: of what is known, None where it is not about that."""

    text: str
    because: str
    axis: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """As the manifest has it."""
        return {"text": self.text, "because": self.because, "axis": self.axis}
