# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user picks in the panel, kept in the scene."""

from pathlib import Path
from typing import Any, ClassVar

import bpy

from ..common.errors import InputError
from ..dataset.trigger import check_trigger
from ..plan.presets import Preset
from ..request import DEFAULT_PRESET
from .caption_settings import MODELSHEET_PG_captions
from .light import MODELSHEET_PG_light
from .package_settings import MODELSHEET_PG_package
from .preferences import preferences
from .scene_copy import SceneCopy, active_character
from .shot_settings import MODELSHEET_PG_shots, choices

#: What the user knows better than the program; each is an option of the command line.
CORRECTIONS = ("facing", "head", "character")


def _presets(_settings: Any, _context: Any) -> tuple[tuple[str, str, str], ...]:
    return choices().items


# Blender saves an enum's number; presets come and go, so the name is kept.
def _get_preset(settings: Any) -> int:
    names = [item[0] for item in choices().items]
    return names.index(settings.preset_name) if settings.preset_name in names else 0


def _put_preset(settings: Any, number: int) -> None:
    settings.preset_name = choices().items[number][0]
    settings.shots.own = ""  # what was changed was changed of another preset


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
        # Blender saves an enum's number: these numbers stay.
        items=(
            (
                "scene",
                "Open scene",
                "The active object's character, as it is now; your scene is not changed",
                "SCENE_DATA",
                2,
            ),
            ("file", "Character file", "VRM, glTF, FBX, OBJ, USD, .blend and others", "FILE", 1),
            ("sitter", "Built-in sitter", "The character that comes with Modelsheet", "USER", 0),
        ),
        default="scene",
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
    preset: bpy.props.EnumProperty(
        name="Preset", description="What is photographed", items=_presets, get=_get_preset, set=_put_preset
    )
    preset_name: bpy.props.StringProperty(name="Preset's name", default=DEFAULT_PRESET, options={"HIDDEN"})
    shots: bpy.props.PointerProperty(type=MODELSHEET_PG_shots)
    captions: bpy.props.PointerProperty(type=MODELSHEET_PG_captions)
    package: bpy.props.PointerProperty(type=MODELSHEET_PG_package)
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
        found = preferences()
        home = bpy.path.abspath(found.folder) if found is not None and found.folder.strip() else ""
        return (Path(home) if home else Path.home() / "Modelsheet") / check_trigger(self.trigger)

    def subject(self, copy: SceneCopy | None = None) -> str:
        """The character as the command line names it. Raises InputError where none is chosen.

        copy: of the open scene, where that is the source.
        """
        if self.source == "sitter":
            return "sitter"
        if self.source == "scene":
            return "" if copy is None else str(copy.path)
        if not self.file.strip():
            raise InputError("No character file chosen. Choose one, or take the built-in sitter.")
        return str(Path(bpy.path.abspath(self.file)).absolute())

    def looked(self) -> Any:
        """What was found in the character that is picked now (Looked), None before it was looked at."""
        looked = self.runner.looked if self.runner is not None else None
        if looked is None or not looked.file or looked.file != self.picked():
            return None
        # Another object's character is somebody else; a lamp or a camera in between is not.
        active = active_character(bpy.context) if self.source == "scene" else ""
        return looked if not active or not looked.objects or active in looked.objects else None

    def picked(self) -> str:
        """What tells one pick of a character from another, "" for a file that is not chosen yet."""
        if self.source == "scene":
            return f"scene {self.id_data.name} of {bpy.data.filepath}"
        return self.subject() if self.source == "sitter" or self.file.strip() else ""

    def corrections(self, copy: SceneCopy | None = None) -> list[str]:
        """The options that say what the user knows better of the character; none for the sitter.

        copy: of the open scene, where that is the source; it says who of the scene is meant.
        """
        if self.source == "sitter":
            return []
        picked = {"facing": "" if self.facing == "found" else self.facing}
        picked |= {name: getattr(self, name).strip() for name in ("head", "character")}
        if self.source == "scene":
            picked |= {"character": "", "eyes": self.id_data.modelsheet_scene.eyes()}
        said = [f"--{name}={value}" for name, value in picked.items() if value]
        return said if copy is None else [*said, *copy.words]

    def look_arguments(self, copy: SceneCopy | None = None) -> list[str]:
        """The `inspect` command's arguments. Raises InputError where no file is chosen. copy: see subject()."""
        return ["inspect", self.subject(copy), "--json", *self.corrections(copy)]

    def arguments(self, copy: SceneCopy | None = None) -> list[str]:
        """The `make` command's arguments. Raises InputError for a pick that can't be. copy: see subject()."""
        if self.out.startswith("//") and not bpy.data.filepath:
            raise InputError(
                "The output folder is beside this .blend, which isn't saved yet. Save it, or choose another."
            )
        return [
            *("make", self.subject(copy), "--json", *self.corrections(copy)),
            *self.shot_words(),
            *("--trigger", check_trigger(self.trigger)),
            *self.captions.words(),
            *self.package.words(),
            *("--out", str(self.folder())),
        ]

    def shot_words(self) -> list[str]:
        """What `make` and `render` take of the shots. Raises InputError where the preset is gone."""
        return ["--preset", self.preset_path(), *self.shots.words(), "--resolution", str(self.resolution)]

    def preset_path(self) -> str:
        """The picked preset as the command line names it: one's own by its file. Raises InputError if it is gone."""
        found = choices()
        if self.preset_name not in found.presets:
            raise InputError(f"The preset {self.preset_name[:40]} isn't there any more. Choose another one.")
        return str(found.paths[self.preset_name]) if self.preset_name in found.own else self.preset_name

    def picked_preset(self) -> Preset | None:
        """The picked preset as it was written, None if it is gone."""
        found: Preset | None = choices().presets.get(self.preset_name)
        return found
