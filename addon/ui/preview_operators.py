# SPDX-License-Identifier: GPL-3.0-or-later
"""The contact sheet's buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .begin import begin
from .pressable import Pressable, Starts
from .scene_copy import SceneCopy
from .sheet import FILE, folder_for

#: Pixels of a quick picture: sharp in the sidebar at its widest, and on a sheet.
RESOLUTION = 256


class MODELSHEET_OT_preview(Starts, bpy.types.Operator):
    """Make a contact sheet: every planned picture, small and in flat colours, in seconds instead of minutes.
    Nothing is written to the output folder"""

    bl_idname = "modelsheet.preview"
    bl_label = "Make contact sheet"

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Where no character is chosen."""
        settings = context.scene.modelsheet
        if settings.source == "file" and not settings.file.strip():
            return "Choose a character file first."
        return ""

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the child; the panel shows its pictures as they come."""
        settings = context.scene.modelsheet
        made: list[Path] = []

        def words(copy: SceneCopy | None) -> list[str]:
            subject, corrections = settings.subject(copy), settings.corrections(copy)
            out = folder_for(Path(bpy.app.tempdir), subject, corrections)
            made.append(out)
            shots = ["--preset", settings.preset_path(), *settings.shots.plan_words()]
            quick = ["--preview", "--resolution", str(RESOLUTION), "--sheet", str(out / FILE)]
            return ["render", subject, "--json", *corrections, *shots, *quick, "--out", str(out)]

        answer = begin(self, context, self.runner, words, "Making the contact sheet …")
        if "FINISHED" in answer:
            preset = settings.picked_preset()
            self.desk.sheet.begin(made[0], "" if preset is None else preset.title)
        return answer


class MODELSHEET_OT_sheet_open(Pressable, bpy.types.Operator):
    """Show the whole contact sheet large, in the program that your system shows pictures with"""

    bl_idname = "modelsheet.sheet_open"
    bl_label = "Show large"

    @classmethod
    def why_not(cls, _context: bpy.types.Context) -> str:
        """Before it is whole."""
        made = cls.desk is not None and cls.desk.sheet.whole is not None
        return "" if made else "The sheet is put together when its last picture has arrived."

    def press(self, _context: bpy.types.Context) -> None:
        """Open it."""
        bpy.ops.wm.path_open(filepath=str(self.desk.sheet.whole))


CLASSES = (MODELSHEET_OT_preview, MODELSHEET_OT_sheet_open)
