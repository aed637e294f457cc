# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons: look at the character, make the dataset, cancel."""

from __future__ import annotations

from typing import Any, ClassVar

import bpy

from ..common.errors import InputError
from ..console import STAGES
from .runner import Runner


class MODELSHEET_OT_make(bpy.types.Operator):
    """Photograph the character, write captions and package the dataset; Blender stays usable meanwhile"""

    bl_idname = "modelsheet.make"
    bl_label = "Make dataset"

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """One job at a time."""
        return cls.runner is not None and not cls.runner.progress.busy

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the child; the panel follows it."""
        assert self.runner is not None
        try:
            self.runner.start(context.scene.modelsheet.arguments())
        except (InputError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, "Modelsheet is at work: its progress stands in the sidebar")
        return {"FINISHED"}


class MODELSHEET_OT_look(bpy.types.Operator):
    """Find out what is in the character's file, how sure that is, and what its licence says; nothing is changed"""

    bl_idname = "modelsheet.look"
    bl_label = "Look at the character"

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One job at a time, and a file to look at."""
        idle = cls.runner is not None and not cls.runner.progress.busy
        return idle and context.scene.modelsheet.source == "file" and bool(context.scene.modelsheet.file.strip())

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the child; the panel shows what it finds."""
        assert self.runner is not None
        try:
            self.runner.start(context.scene.modelsheet.look_arguments(), STAGES["character"])
        except (InputError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class MODELSHEET_OT_cancel(bpy.types.Operator):
    """Stop the work; what is done stays, and Make dataset goes on from there"""

    bl_idname = "modelsheet.cancel"
    bl_label = "Cancel"

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while a job runs."""
        return cls.runner is not None and cls.runner.progress.state == "running"

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Ask the child to stop."""
        assert self.runner is not None
        self.runner.cancel()
        return {"FINISHED"}
