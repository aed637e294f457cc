# SPDX-License-Identifier: GPL-3.0-or-later
"""What the finished pictures are like: their size, shape and file format. The facts stand in output.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.tables import read_table

TABLE = read_table(Path(__file__).with_name("output.yaml"), "table").data
SHAPES = tuple(TABLE["shapes"])
FORMATS = tuple(TABLE["formats"])
#: The size that stands for that of the photographs.
AS_IS = "print"

Size = tuple[int, int]


@dataclass(frozen=True)
class Output:
    """size: pixels of a square's side, to which the other shapes have the same area; None for that of the print."""

    size: int | None = None
    shape: str = "whole"
    format: str = "png"

    @classmethod
    def from_job(cls, job: dict[str, Any]) -> Output:
        """From the keys size, shape and format of a job.yaml, which may lack. Raises InputError for wrong ones."""
        size = check_size(str(job.get("size") or AS_IS))
        shape = _one_of("shape", str(job.get("shape") or "whole"), SHAPES)
        return cls(
            None if size == AS_IS else int(size), shape, _one_of("format", str(job.get("format") or "png"), FORMATS)
        )

    @property
    def suffix(self) -> str:
        """Of the training pictures' files, with its dot."""
        return str(TABLE["formats"][self.format]["suffix"])

    def to_json(self) -> dict[str, Any]:
        """As the manifest states it; quality: of a format that loses something, else None."""
        quality = TABLE["formats"][self.format]["options"].get("quality")
        return {"size": self.size or AS_IS, "shape": self.shape, "format": self.format, "quality": quality}

    def check_enlarging(self, photographed: int) -> None:
        """Refuse a size that would enlarge prints of so many pixels a side. Raises InputError."""
        most = int(photographed * TABLE["most_enlarged"]) // TABLE["step"] * TABLE["step"]
        if self.size is not None and self.size > max(most, photographed):
            smaller = f", or take --size {most}" if most >= TABLE["least"] else ", or leave --size out"
            raise InputError(
                f"--size {self.size}: the photographs have {photographed} pixels, and enlarged ones are soft. "
                f"Photograph them larger, with --resolution {self.size}{smaller}."
            )


def check_size(text: str) -> int | str:
    """The size that a word states: `print`, or pixels in the steps that trainers take. Raises InputError."""
    least, most, step = TABLE["least"], TABLE["most"], TABLE["step"]
    if text == AS_IS:
        return text
    if not (text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most):
        raise InputError(f"size {text}: not from {least} to {most} pixels. Trainers want 1024, 768 or 512.")
    if int(text) % step:
        near = round(int(text) / step) * step
        raise InputError(f"size {text}: trainers count in steps of {step} pixels. Take {near}.")
    return int(text)


def buckets(size: int) -> list[Size]:
    """(width, height) of the aspect buckets of a size, the square first, then upright and lying in turn."""
    step, found = TABLE["step"], [(size, size)]
    for base in TABLE["bucket_widths"]:
        narrow = int(base * size / TABLE["bucket_size"] / step + 0.5) * step
        long = size * size // narrow // step * step
        found += [(narrow, long), (long, narrow)] if narrow < size else []
    return list(dict.fromkeys(found))


def _one_of(what: str, word: str, known: tuple[str, ...]) -> str:
    if word not in known:
        raise InputError(f"{what} {word}: not known. Choose one of {', '.join(known)}.")
    return word
