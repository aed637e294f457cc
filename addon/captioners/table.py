# SPDX-License-Identifier: GPL-3.0-or-later
"""Which captioners there are: captioners.yaml as data. Quick to import: no model library is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.tables import read_table

#: The captioner that stands for "a model" where none is named, and the one that is no model: what the program knows.
DEFAULT = "blip"
TRUTH = "truth"


@dataclass(frozen=True)
class Captioner:
    """One row. download: megabytes; memory: megabytes on the device at two bytes a number, and for each picture;
    size: pixels of the longer side of what is shown; speaks: natural or tags."""

    name: str
    family: str
    hub: str
    revision: str
    download: int
    licence: str
    speaks: str
    memory: Mapping[str, int]
    size: int
    settings: Mapping[str, Any]
    about: str

    @property
    def is_tagger(self) -> bool:
        """Whether it runs in onnxruntime, without torch."""
        return not kinds(self.family)


@cache
def _data() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("captioners.yaml"), "table").data


@cache
def captioners() -> tuple[Captioner, ...]:
    """All of them, in the table's order."""
    return tuple(Captioner(name=name, **row) for name, row in _data()["captioners"].items())


def names() -> tuple[str, ...]:
    """What --captioner takes beside `truth`."""
    return tuple(row.name for row in captioners())


def captioner(name: str) -> Captioner:
    """The captioner of a name. Raises InputError for an unknown one."""
    for row in captioners():
        if row.name == name:
            return row
    raise InputError(f"captioner {name!r}: not known. Choose {TRUTH} or one of {', '.join(names())}.")


def kinds(family: str) -> tuple[str, ...]:
    """The model_type that a family's config.json may state; none for a tagger, which has no such file."""
    return tuple(_data()["families"][family]["kinds"])


def title(family: str) -> str:
    """What people call a family."""
    return str(_data()["families"][family]["title"])


def family_of(kind: str) -> str | None:
    """The family that speaks for a model_type, None if none does."""
    return next((name for name, row in _data()["families"].items() if kind in row["kinds"]), None)


def under() -> tuple[int, int, int]:
    """The colour that pictures are shown on, 8-bit sRGB."""
    red, green, blue = _data()["under"]
    return red, green, blue
