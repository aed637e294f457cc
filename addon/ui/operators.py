# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of a job: look at the character, make the dataset, pause, resume, cancel, let go, open its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import bpy

from ..common.errors import InputError
from ..console import STAGES
from . import remember
from .begin import begin, begin_job, refuse, resume
from .runner import Runner
from .scene_copy import why_nobody

#: Why nothing else can be begun meanwhile.
BUSY = "Modelsheet is at work. Wait for it, or cancel it."


def why_nobody_picked(context: bpy.types.Context) -> str:
    """Why there is no character to work with, "" where there is."""
    settings = context.scene.modelsheet
    if settings.source == "file" and not settings.file.strip():
        return "No character file is chosen."
    return why_nobody(context) if settings.source == "scene" else ""


class _Waits:
    """What the buttons share that begin something: one thing at a time, and somebody to do it with."""

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One job at a time; the tooltip says why not."""
        if cls.runner is None:
            return False
        why = BUSY if cls.runner.progress.busy else why_nobody_picked(context)
        if why:
            cls.poll_message_set(why)
        return not why


class MODELSHEET_OT_make(_Waits, bpy.types.Operator):
    """Photograph the character, write captions and package the dataset; Blender stays usable meanwhile"""

    bl_idname = "modelsheet.make"
    bl_label = "Make dataset"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the child; the panel follows it."""
        assert self.runner is not None
        begun = begin_job(self, context, self.runner)
        if "FINISHED" in begun:
            self.report({"INFO"}, "Modelsheet is at work: its progress stands in the sidebar")
        return begun


class MODELSHEET_OT_look(_Waits, bpy.types.Operator):
    """Find out where head, eyes and front of the character are, how sure that is, and what its licence says"""

    bl_idname = "modelsheet.look"
    bl_label = "Look at the character"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the child; the panel and the overlay show what it finds."""
        assert self.runner is not None
        words = context.scene.modelsheet.look_arguments
        return begin(self, context, self.runner, words, STAGES["character"])


class MODELSHEET_OT_pause(bpy.types.Operator):
    """Stop after what is done, and go on later: also after Blender was closed or the computer was switched off"""

    bl_idname = "modelsheet.pause"
    bl_label = "Pause"

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while a job runs that can go on."""
        return cls.runner is not None and cls.runner.progress.state == "running"

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Ask the child to stop."""
        assert self.runner is not None
        self.runner.pause()
        return {"FINISHED"}


class MODELSHEET_OT_resume(bpy.types.Operator):
    """Go on with this job as it was begun; pictures that are done stay"""

    bl_idname = "modelsheet.resume"
    bl_label = "Resume"

    runner: ClassVar[Runner | None] = None

    out: bpy.props.StringProperty(name="Folder", description="The job's output folder; empty: the one just paused")

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """One job at a time."""
        if cls.runner is None or cls.runner.progress.busy:
            cls.poll_message_set(BUSY)
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Start its command again."""
        assert self.runner is not None
        job = self.runner.job
        if self.out or job is None:
            job = remember.read(Path(self.out)) if self.out else None
        if job is None:
            return refuse(self, self.runner, InputError("There is no job to go on with. Press Make dataset."))
        return resume(self, self.runner, job)


class MODELSHEET_OT_cancel(bpy.types.Operator):
    """Stop the work; what is done stays, and Make dataset goes on from there"""

    bl_idname = "modelsheet.cancel"
    bl_label = "Cancel"

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while a job runs or is paused."""
        return cls.runner is not None and cls.runner.progress.state in ("running", "paused")

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Ask the child to stop."""
        assert self.runner is not None
        self.runner.cancel()
        return {"FINISHED"}


class MODELSHEET_OT_let_go(bpy.types.Operator):
    """Don't offer this job any more; its pictures stay where they are"""

    bl_idname = "modelsheet.let_go"
    bl_label = "Let it be"

    runner: ClassVar[Runner | None] = None

    out: bpy.props.StringProperty(name="Folder", description="The job's output folder")

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Note it in its folder."""
        job = remember.read(Path(self.out))
        if job is not None:
            remember.note(job, state="stopped")
        return {"FINISHED"}


class MODELSHEET_OT_new_folder(bpy.types.Operator):
    """Choose the next free folder, for a set of the scene as it is now"""

    bl_idname = "modelsheet.new_folder"
    bl_label = "Start a new folder"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """One job at a time."""
        return cls.runner is not None and not cls.runner.progress.busy

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Count up until there is none."""
        settings = context.scene.modelsheet
        try:
            folder = settings.folder()
        except InputError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        free = next(
            path for path in (folder.with_name(f"{folder.name}-{n}") for n in range(2, 10_000)) if not path.exists()
        )
        settings.out = str(free)
        return {"FINISHED"}


class MODELSHEET_OT_open_folder(bpy.types.Operator):
    """Open the output folder in the system's file browser"""

    bl_idname = "modelsheet.open_folder"
    bl_label = "Open folder"

    runner: ClassVar[Runner | None] = None

    out: bpy.props.StringProperty(name="Folder", description="Which one; empty: the picked output folder")

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Have the system do it."""
        try:
            folder = Path(self.out) if self.out else context.scene.modelsheet.folder()
        except InputError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if not folder.is_dir():
            self.report({"ERROR"}, f"{folder}: not made yet. It comes with the first job.")
            return {"CANCELLED"}
        bpy.ops.wm.path_open(filepath=str(folder))
        return {"FINISHED"}


CLASSES = (
    MODELSHEET_OT_look,
    MODELSHEET_OT_make,
    MODELSHEET_OT_pause,
    MODELSHEET_OT_resume,
    MODELSHEET_OT_cancel,
    MODELSHEET_OT_let_go,
    MODELSHEET_OT_new_folder,
    MODELSHEET_OT_open_folder,
)
