# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user picks in the panel, kept in the scene."""

from pathlib import Path
from typing import Any, ClassVar

import bpy

from ..common.errors import InputError
from ..dataset.trigger import check_trigger
from ..request import DEFAULT_PRESET
from .choices import preset_choices
from .light import MODELSHEET_PG_light

#: What the user knows better than the program; each is an option of the command line.
CORRECTIONS = ("facing", "head", "character")


def _presets(_settings: Any, _context: Any) -> tuple[tuple[str, str, str], ...]:
    return preset_choices().items


def _forget_corrections(settings: Any, _context: Any) -> None:
    """Another file: what was said of the last one does not hold for it."""
    for name in CORRECTIONS:
        settings.property_unset(name)


def _names(settings: Any, _context: Any, _typed: str) -> tuple[str, ...]:
    looked = settings.looked()
    return looked.names if looked else ()


def _parts(settings: Any, _context: Any, _typed: str) -> tuple[str, ...]:
    looked = settings.looked()
    return looked.parts if looked else ()


class MODELSHEET_PG_settings(bpy.types.PropertyGroup):
    """The picks; `arguments` turns them into a command."""

    #: The Runner, while we are registered; Blender reads annotations and would not know its type.
    runner: ClassVar[Any] = None

    source: bpy.props.EnumProperty(
        name="Character",
        description="Who is photographed",
        items=(
            ("sitter", "Built-in sitter", "The character that comes with Modelsheet"),
            ("file", "Character file", "VRM, glTF, FBX, OBJ, USD, .blend and others"),
        ),
        default="sitter",
    )
    file: bpy.props.StringProperty(
        name="File",
        description="The character's file",
        subtype="FILE_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
        update=_forget_corrections,
    )
    facing: bpy.props.EnumProperty(
        name="Front",
        description="Where the character looks, if that was found wrongly",
        items=(
            ("found", "As found", "Leave it to Modelsheet"),
            ("-Y", "-Y (Front view sees its face)", "It looks along -Y"),
            ("+Y", "+Y (Back view sees its face)", "It looks along +Y"),
            ("+X", "+X (Right view sees its face)", "It looks along +X"),
            ("-X", "-X (Left view sees its face)", "It looks along -X"),
        ),
        default="found",
    )
    head: bpy.props.StringProperty(
        name="Head",
        description="The bone or mesh that is the head, if that was found wrongly; empty: as found",
        search=_parts,
    )
    character: bpy.props.StringProperty(
        name="Which one",
        description="The one to photograph, where the file holds several; empty: as found",
        search=_names,
    )
    preset: bpy.props.EnumProperty(name="Preset", description="What is photographed", items=_presets)
    trigger: bpy.props.StringProperty(
        name="Trigger",
        description="The rare word that will call the LoRA, in small letters",
        default="my_character",
    )
    out: bpy.props.StringProperty(
        name="Output",
        description="Folder for everything that is made; empty for Modelsheet/TRIGGER in your home folder",
        subtype="DIR_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    light: bpy.props.PointerProperty(type=MODELSHEET_PG_light)
    resolution: bpy.props.IntProperty(
        name="Resolution",
        description="Width and height of the pictures",
        default=1024,
        min=64,
        max=4096,
        subtype="PIXEL",
    )

    def folder(self) -> Path:
        """The output folder: absolute. Raises InputError for a trigger that names the default badly."""
        if self.out.strip():
            return Path(bpy.path.abspath(self.out)).absolute()
        return Path.home() / "Modelsheet" / check_trigger(self.trigger)

    def subject(self) -> str:
        """The character as the command line names it. Raises InputError where none is chosen."""
        if self.source == "sitter":
            return "sitter"
        if not self.file.strip():
            raise InputError("No character file chosen. Choose one, or take the built-in sitter.")
        return str(Path(bpy.path.abspath(self.file)).absolute())

    def looked(self) -> Any:
        """What was found in the character that is picked now (Looked), None before it was looked at."""
        looked = self.runner.looked if self.runner is not None else None
        picked = self.source == "file" and bool(self.file.strip())
        return looked if looked is not None and picked and looked.file == self.subject() else None

    def corrections(self) -> list[str]:
        """The options that say what the user knows better of the file; none for the sitter."""
        if self.source == "sitter":
            return []
        picked = {"facing": "" if self.facing == "found" else self.facing}
        picked |= {name: getattr(self, name).strip() for name in ("head", "character")}
        return [f"--{name}={value}" for name, value in picked.items() if value]

    def look_arguments(self) -> list[str]:
        """The `inspect` command's arguments. Raises InputError where no file is chosen."""
        return ["inspect", self.subject(), "--json", *self.corrections()]

    def arguments(self) -> list[str]:
        """The `make` command's arguments. Raises InputError for a pick that can't be."""
        if self.out.startswith("//") and not bpy.data.filepath:
            raise InputError(
                "The output folder is beside this .blend, which isn't saved yet. Save it, or choose another."
            )
        return [
            *("make", self.subject(), "--json", *self.corrections()),
            *("--preset", self.preset or DEFAULT_PRESET),
            *("--trigger", check_trigger(self.trigger)),
            *("--resolution", str(self.resolution)),
            *("--out", str(self.folder())),
        ]
