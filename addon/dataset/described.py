# SPDX-License-Identifier: GPL-3.0-or-later
"""What a finished set is, in the few words that a trainer's configuration needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import InputError, WorkError
from .folder import RECORD
from .layout import FINAL, read_json

#: Trainers count in steps of 64 pixels.
STEP = 64


@dataclass(frozen=True)
class Described:
    """trigger and class word; repeats: how often a picture is shown in an epoch; style: of the .txt captions;
    pictures: how many; resolution: side of a square with the area of the largest picture, in steps of 64."""

    trigger: str
    class_word: str
    repeats: int
    style: str
    pictures: int
    resolution: int

    @property
    def image_dir(self) -> str:
        """The folder of pictures and captions below the dataset's, as kohya's scripts read its name."""
        return f"train/{self.repeats}_{self.trigger} {self.class_word}"

    @property
    def stem(self) -> str:
        """How file names begin: without `_`, of which trainers take five or more for face boxes."""
        return self.trigger.replace("_", "-")


def resolution(sizes: list[tuple[int, int]]) -> int:
    """The training resolution for pictures of these sizes, at least 256."""
    side = max(math.sqrt(width * height) for width, height in sizes)
    return max(256, round(side / STEP) * STEP)


def repeats(asked: object, pictures: int) -> int:
    """How often each picture is shown in an epoch: as asked; else, or with `auto`, so that an epoch shows about 400."""
    if asked in (None, "auto"):
        return min(20, max(1, round(400 / pictures)))
    if isinstance(asked, bool) or not str(asked).isdecimal() or not 1 <= int(str(asked)) <= 1000:
        raise InputError(f"repeats {asked!r}: not a number from 1 to 1000. Leave it out, or say auto.")
    return int(str(asked))


def read_described(out: Path) -> tuple[Described, dict]:
    """The finished set in OUT: its description and its manifest. Raises WorkError when there is none."""
    path = out / FINAL / RECORD
    if not path.is_file():
        raise WorkError(f"{out / FINAL}: no finished dataset here yet. Run `modelsheet caption` first.")
    manifest = read_json(path)
    names = ("trigger", "class_word", "repeats", "style", "resolution")
    return Described(pictures=len(manifest["pictures"]), **{name: manifest[name] for name in names}), manifest
