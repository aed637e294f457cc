# SPDX-License-Identifier: GPL-3.0-or-later
"""For which trainers the dataset is packaged, what its pictures are like, and under which rights."""

from __future__ import annotations

from typing import Any

import bpy

from ..common.errors import InputError
from ..dataset.output import FORMATS, SHAPES, TABLE
from ..dataset.packages import bases, trainers
from ..dataset.rights.table import sources

UNSAID = "unsaid"
DEFAULT_TRAINER = "kohya"
FORMAT_WORDS = {"png": "Loses nothing", "jpg": "Quality 95: a quarter of the disk", "webp": "Quality 95: smaller still"}
SIZES = (
    ("print", "As rendered", "Nothing is scaled"),
    ("1024", "1024", "For SDXL, FLUX and their like"),
    ("768", "768", "For SD 2 and small graphics cards"),
    ("512", "512", "For SD 1.5"),
    ("own", "Another", "A size of your own"),
)


#: The trainers by name with what they serve; listing them reads a folder, so it is done once.
TRAINERS = {name: str(module.TITLE) for name, module in trainers().items()}


def trainer_property(name: str) -> str:
    """The switch of a trainer."""
    return f"for_{name.replace('-', '_')}"


def _trainers() -> dict[str, Any]:
    return {
        trainer_property(name): bpy.props.BoolProperty(
            name=title, description=f"Make a package for {title}", default=name == DEFAULT_TRAINER
        )
        for name, title in TRAINERS.items()
    }


def base_items() -> tuple[tuple[str, str, str], ...]:
    """All, then each base model."""
    every = ("all", "Any of them", "Training files for every base model that the trainer can train")
    return (every, *((name, base.title, f"Training files for {base.title} only") for name, base in bases().items()))


def source_items() -> tuple[tuple[str, str, str], ...]:
    """Not said, then each place of the table."""
    unsaid = (UNSAID, "Not said", "The package is for your own use until you say where the character comes from")
    rows = [row for row in sources().values() if row.key not in ("", "sitter")]
    return (unsaid, *((row.key, row.name[:1].upper() + row.name[1:], row.says) for row in rows))


class MODELSHEET_PG_package(bpy.types.PropertyGroup):
    """The picks; `words` turns them into the command line's."""

    __annotations__ = {
        **_trainers(),
        "base": bpy.props.EnumProperty(
            name="Base model", description="What the LoRA will be trained on", items=base_items(), default="all"
        ),
        "repeats": bpy.props.IntProperty(
            name="Repeats",
            description="How often each picture is shown in an epoch. 0: so often that an epoch shows about 400",
            default=0,
            min=0,
            max=1000,
            soft_max=40,
        ),
        "size": bpy.props.EnumProperty(
            name="Size", description="Of the finished pictures, a side of a square", items=SIZES, default="print"
        ),
        "own_size": bpy.props.IntProperty(
            name="Pixels",
            description=f"In steps of {TABLE['step']}, which is what trainers count in",
            default=1024,
            min=TABLE["least"],
            max=TABLE["most"],
            step=TABLE["step"],
            subtype="PIXEL",
        ),
        "shape": bpy.props.EnumProperty(
            name="Shape",
            description="Of the finished pictures",
            items=tuple((name, name.capitalize(), TABLE["shapes"][name].capitalize()) for name in SHAPES),
            default="whole",
        ),
        "format": bpy.props.EnumProperty(
            name="Format",
            description="Of the finished pictures' files",
            items=tuple((name, name.upper(), FORMAT_WORDS.get(name, "")) for name in FORMATS),
            default="png",
        ),
        "source": bpy.props.EnumProperty(
            name="Source",
            description="Where the character comes from. Decides whether the set may be published; not legal advice",
            items=source_items(),
            default=UNSAID,
        ),
        "purpose": bpy.props.EnumProperty(
            name="Purpose",
            description="What the dataset is for",
            items=(
                ("private", "For myself", "You keep pictures and LoRA to yourself"),
                ("publish", "To publish", "Others get pictures or LoRA"),
            ),
            default="private",
        ),
        "reason": bpy.props.StringProperty(
            name="Reason",
            description="Where the terms don't allow it by themselves: who allowed it to you, or why you may. "
            "It is printed in the dataset's card",
        ),
    }

    def trainers(self) -> list[str]:
        """The trainers that are switched on."""
        return [name for name in TRAINERS if getattr(self, trainer_property(name))]

    def rights_words(self) -> list[str]:
        """What is said of the rights, as the command line takes it."""
        return [
            *([] if self.source == UNSAID else ["--source", self.source]),
            *("--purpose", self.purpose),
            *([f"--reason={self.reason.strip()}"] if self.reason.strip() else []),
        ]

    def words(self) -> list[str]:
        """What is picked, as `make` and `package` take it. Raises InputError where no trainer is."""
        names = self.trainers()
        if not names:
            raise InputError("No trainer is switched on. Switch one on under Package.")
        return [
            *(word for name in names for word in ("--for", name)),
            *([] if self.base == "all" else ["--base", self.base]),
            *(["--repeats", str(self.repeats)] if self.repeats else []),
            *("--size", str(self.own_size) if self.size == "own" else self.size),
            *("--shape", self.shape, "--format", self.format),
            *self.rights_words(),
        ]


CLASSES = (MODELSHEET_PG_package,)
