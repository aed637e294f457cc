# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user picks in the panel, kept in the scene."""

from pathlib import Path
from typing import Any

import bpy

from ..common.errors import InputError
from ..dataset.trigger import check_trigger
from ..request import DEFAULT_PRESET
from .choices import preset_choices


def _presets(_settings: Any, _context: Any) -> tuple[tuple[str, str, str], ...]:
    return preset_choices().items


class MODELSHEET_PG_settings(bpy.types.PropertyGroup):
    """The picks; `arguments` turns them into a command."""

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

    def arguments(self) -> list[str]:
        """The `make` command's arguments. Raises InputError for a pick that can't be."""
        if self.source == "file" and not self.file.strip():
            raise InputError("No character file chosen. Choose one, or take the built-in sitter.")
        if self.out.startswith("//") and not bpy.data.filepath:
            raise InputError(
                "The output folder is beside this .blend, which isn't saved yet. Save it, or choose another."
            )
        character = "sitter" if self.source == "sitter" else str(Path(bpy.path.abspath(self.file)).absolute())
        return [
            *("make", character, "--json"),
            *("--preset", self.preset or DEFAULT_PRESET),
            *("--trigger", check_trigger(self.trigger)),
            *("--resolution", str(self.resolution)),
            *("--out", str(self.folder())),
        ]
