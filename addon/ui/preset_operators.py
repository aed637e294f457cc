# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of presets: back to the preset, save as one's own, rename, delete, give away and take in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import bpy

from ..common.errors import InputError
from ..plan import own
from ..plan.presets import Preset
from ..plan.vary import parse_axis, vary
from .choices import forget
from .own_shots import read
from .places import presets_folder
from .pressable import Pressable
from .shot_settings import choices

NOT_OWN = "This preset came with Modelsheet. Save it as your own first."


def present(settings: Any) -> Preset:
    """The picked preset with all that was changed of it. Raises InputError where nothing could be photographed so."""
    preset = settings.picked_preset()
    if preset is None:
        raise InputError("The picked preset isn't there any more. Choose another one.")
    changed = read(settings.shots.own)
    words = [word.removeprefix("--axis=") for word in changed.words(preset) if word.startswith("--axis=")]
    varied = vary(preset, dict(map(parse_axis, words)), changed.prints_per_take, changed.budget)
    data = varied.to_json()
    if changed.budget is not None:
        data["budget"] = changed.budget
    if changed.seed is not None:
        data["seed"] = changed.seed
    return Preset.from_json(data, preset.name)


def pick(settings: Any, path: Path) -> None:
    """Have a preset file of one's own picked, nothing of it changed."""
    forget()
    settings.preset_name = path.stem
    settings.shots.own = ""


class MODELSHEET_OT_preset_reset(Pressable, bpy.types.Operator):
    """Take back all that was changed here: switches, weights and numbers are as the preset has them"""

    bl_idname = "modelsheet.preset_reset"
    bl_label = "Back to the preset"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Nothing to take back."""
        return "" if context.scene.modelsheet.shots.changed else "Nothing was changed of this preset."

    def press(self, context: bpy.types.Context) -> None:
        """Forget the changes."""
        context.scene.modelsheet.shots.own = ""


class _Named(Pressable):
    """Asks for a name first."""

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[Any]:
        """Ask."""
        preset = context.scene.modelsheet.picked_preset()
        self.title = "" if preset is None else preset.title
        return context.window_manager.invoke_props_dialog(self, width=360)


class MODELSHEET_OT_preset_save(_Named, bpy.types.Operator):
    """Save these shots as a preset of your own, for all scenes and for the command line; updates leave it alone"""

    bl_idname = "modelsheet.preset_save"
    bl_label = "Save as preset"

    title: bpy.props.StringProperty(name="Name", description="What it is called")
    over: bpy.props.BoolProperty(name="Replace", description="Replace a preset of your own that is called so")

    def press(self, context: bpy.types.Context) -> None:
        """Write it and pick it."""
        settings = context.scene.modelsheet
        path = own.save(presets_folder(), present(settings), self.title, self.over)
        pick(settings, path)
        self.report({"INFO"}, f"Saved as {path.stem}: {path}")


class _Own(Pressable):
    """For presets of one's own."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Built-in ones stay as they are."""
        return "" if context.scene.modelsheet.preset_name in choices().own else NOT_OWN


class MODELSHEET_OT_preset_rename(_Own, _Named, bpy.types.Operator):
    """Give this preset of yours another name"""

    bl_idname = "modelsheet.preset_rename"
    bl_label = "Rename preset"

    title: bpy.props.StringProperty(name="Name", description="What it is called from now on")

    def press(self, context: bpy.types.Context) -> None:
        """Write it anew, and pick it with what was changed here."""
        settings = context.scene.modelsheet
        kept = settings.shots.own
        pick(settings, own.rename(choices().paths[settings.preset_name], self.title))
        settings.shots.own = kept


class MODELSHEET_OT_preset_delete(_Own, bpy.types.Operator):
    """Delete this preset of yours from the disk; datasets that were made with it stay"""

    bl_idname = "modelsheet.preset_delete"
    bl_label = "Delete preset"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[Any]:
        """Ask."""
        return context.window_manager.invoke_confirm(self, event)

    def press(self, context: bpy.types.Context) -> None:
        """Delete the file; the default is picked."""
        settings = context.scene.modelsheet
        own.delete(choices().paths[settings.preset_name])
        forget()
        settings.property_unset("preset_name")
        settings.shots.own = ""


class _File:
    """Asks for a file."""

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default="*.yaml;*.yml", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[Any]:
        """Ask."""
        if isinstance(self, MODELSHEET_OT_preset_export):
            self.filepath = f"{context.scene.modelsheet.preset_name}.yaml"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class MODELSHEET_OT_preset_export(_File, Pressable, bpy.types.Operator):
    """Write these shots to a YAML file to give away; the command line takes it as --preset FILE"""

    bl_idname = "modelsheet.preset_export"
    bl_label = "Export preset"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default="*.yaml;*.yml", options={"HIDDEN"})

    def press(self, context: bpy.types.Context) -> None:
        """Write it."""
        path = own.export(present(context.scene.modelsheet), Path(bpy.path.abspath(self.filepath)))
        self.report({"INFO"}, f"Written: {path}")


class MODELSHEET_OT_preset_import(_File, Pressable, bpy.types.Operator):
    """Take a preset that somebody gave you into your own; it is only read, nothing in it is run"""

    bl_idname = "modelsheet.preset_import"
    bl_label = "Import preset"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default="*.yaml;*.yml", options={"HIDDEN"})

    def press(self, context: bpy.types.Context) -> None:
        """Check it, keep it and pick it."""
        path = own.import_file(Path(bpy.path.abspath(self.filepath)), presets_folder())
        pick(context.scene.modelsheet, path)
        self.report({"INFO"}, f"Taken in as {path.stem}.")


class MODELSHEET_MT_preset(bpy.types.Menu):
    """What can be done with presets"""

    bl_idname = "MODELSHEET_MT_preset"
    bl_label = "Presets"

    def draw(self, _context: bpy.types.Context) -> None:
        """Called by Blender."""
        layout = self.layout
        layout.operator(MODELSHEET_OT_preset_save.bl_idname, text="Save as preset …", icon="ADD")
        layout.operator(MODELSHEET_OT_preset_rename.bl_idname, text="Rename …", icon="SORTALPHA")
        layout.operator(MODELSHEET_OT_preset_delete.bl_idname, text="Delete …", icon="TRASH")
        layout.separator()
        layout.operator(MODELSHEET_OT_preset_import.bl_idname, text="Import …", icon="IMPORT")
        layout.operator(MODELSHEET_OT_preset_export.bl_idname, text="Export …", icon="EXPORT")
        layout.separator()
        layout.operator(MODELSHEET_OT_preset_reset.bl_idname, icon="LOOP_BACK")


CLASSES = (
    MODELSHEET_OT_preset_reset,
    MODELSHEET_OT_preset_save,
    MODELSHEET_OT_preset_rename,
    MODELSHEET_OT_preset_delete,
    MODELSHEET_OT_preset_export,
    MODELSHEET_OT_preset_import,
    MODELSHEET_MT_preset,
)
