# SPDX-License-Identifier: GPL-3.0-or-later
"""For which trainers, under which rights, and what came of it."""

from __future__ import annotations

from pathlib import Path

import bpy

from ...dataset.layout import PACKAGES
from ...dataset.rights.table import sources
from ..desk import Desk
from ..drawing import draw_text, split_props
from ..finish_operators import MODELSHEET_OT_package
from ..light import finished_folder
from ..package_settings import TRAINERS, UNSAID, trainer_property
from .base import Closed
from .main import MODELSHEET_PT_main

#: Packages that are listed; the folder has all.
MOST = 14


class MODELSHEET_PT_package(Closed, bpy.types.Panel):
    """Trainers, and the files that were made."""

    bl_idname = "MODELSHEET_PT_package"
    bl_parent_id = MODELSHEET_PT_main.bl_idname
    bl_label = "Package"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        settings = context.scene.modelsheet
        picks = self.layout.column(align=True)
        picks.enabled = not self.runner.progress.busy
        for name in TRAINERS:
            picks.prop(settings.package, trainer_property(name))
        draw_problem(self.layout, self.desk, settings)
        folder = finished_folder(context)
        if folder is None:
            return
        self.layout.operator(MODELSHEET_OT_package.bl_idname, icon="PACKAGE")
        draw_files(self.layout, folder / PACKAGES)


class MODELSHEET_PT_pictures(Closed, bpy.types.Panel):
    """What the finished pictures are like."""

    bl_idname = "MODELSHEET_PT_pictures"
    bl_parent_id = MODELSHEET_PT_package.bl_idname
    bl_label = "Training and pictures"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        package = context.scene.modelsheet.package
        split_props(self.layout)
        self.layout.enabled = not self.runner.progress.busy
        for name in ("base", "repeats", "size"):
            self.layout.prop(package, name)
        if package.size == "own":
            self.layout.prop(package, "own_size")
        for name in ("shape", "format"):
            self.layout.prop(package, name)


class MODELSHEET_PT_rights(Closed, bpy.types.Panel):
    """Where the character comes from, and what the set is for."""

    bl_idname = "MODELSHEET_PT_rights"
    bl_parent_id = MODELSHEET_PT_package.bl_idname
    bl_label = "Rights"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        settings = context.scene.modelsheet
        split_props(self.layout)
        self.layout.enabled = not self.runner.progress.busy
        if settings.source == "sitter":
            draw_text(self.layout, "The built-in sitter may be used for anything.", "CHECKMARK")
        else:
            self.layout.prop(settings.package, "source")
            if settings.package.source != UNSAID:
                draw_text(self.layout, f"{sources()[settings.package.source].says}.", "INFO")
        self.layout.prop(settings.package, "purpose")
        self.layout.prop(settings.package, "reason")
        draw_text(self.layout, "Not legal advice", "BLANK1")


def draw_problem(layout: bpy.types.UILayout, desk: Desk, settings: bpy.types.PropertyGroup) -> None:
    """Why nothing could be begun so, before an hour is spent on it."""
    problem = desk.problem(settings)
    if problem:
        alarm = layout.column()
        alarm.alert = True
        draw_text(alarm, problem, "ERROR")


def draw_files(layout: bpy.types.UILayout, folder: Path) -> None:
    """The packages that there are."""
    try:
        rows = sorted((path.name, path.stat().st_size) for path in folder.glob("*.zip"))
    except OSError:
        return
    for name, size in rows[:MOST]:
        draw_text(layout, f"{name}, {size / 1e6:.1f} MB", "FILE_ARCHIVE")
    if rows:
        layout.operator("wm.path_open", text="Open packages", icon="FILE_FOLDER").filepath = str(folder)


CLASSES = (MODELSHEET_PT_package, MODELSHEET_PT_pictures, MODELSHEET_PT_rights)
