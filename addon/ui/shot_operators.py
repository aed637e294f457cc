# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the shot preview: prepare, show, previous, next, leave."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import bpy

from ..common.errors import InputError
from .begin import begin, refuse
from .operators import BUSY, why_nobody_picked
from .runner import Event, Runner
from .scene_copy import SceneCopy, session_folder
from .shot_preview import ShotPreview

#: What `rehearse` takes of the words of `make`.
OPTIONS = frozenset(
    {"--preset", "--budget", "--seed", "--axis", "--prints-per-take"}
    | {"--facing", "--head", "--character", "--scene", "--eyes", "--sitter"}
)


def rehearsal_words(words: Sequence[str], out: Path) -> list[str]:
    """The `rehearse` command for a `make` command: the same character and plan."""
    found = ["rehearse", words[1], "--json", "--out", str(out)]
    for number, word in enumerate(words):
        name, equals, _value = word.partition("=")
        if name in OPTIONS:
            found += [word] if equals else [word, words[number + 1]]
    return found


class _WithPreview:
    """What the buttons share."""

    runner: ClassVar[Runner | None] = None
    preview: ClassVar[ShotPreview | None] = None


class MODELSHEET_OT_shots_prepare(_WithPreview, bpy.types.Operator):
    """Pose, frame and light every planned shot, to look at before anything is rendered. Takes seconds"""

    bl_idname = "modelsheet.shots_prepare"
    bl_label = "Prepare the shots"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One thing at a time, and somebody to pose."""
        if cls.runner is None or cls.preview is None:
            return False
        why = BUSY if cls.runner.progress.busy else why_nobody_picked(context)
        if why:
            cls.poll_message_set(why)
        return not why

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the child; the shots can be shown as soon as the first is ready."""
        assert self.runner is not None and self.preview is not None
        settings, folder = context.scene.modelsheet, session_folder() / "shots"
        self.preview.forget()
        shutil.rmtree(folder, ignore_errors=True)

        def words(copy: SceneCopy | None) -> list[str]:
            return rehearsal_words(settings.arguments(copy), folder)

        return begin(self, context, self.runner, words, "Preparing the shots …")


class MODELSHEET_OT_shots_show(_WithPreview, bpy.types.Operator):
    """Show the shots in this viewport. Your scene is not touched: they stand in a scene of their own until you leave"""

    bl_idname = "modelsheet.shots_show"
    bl_label = "Show the shots"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where some are ready, and in a 3D viewport."""
        if cls.preview is None or not cls.preview.ready(0):
            cls.poll_message_set("No shot is ready yet. Prepare the shots first.")
            return False
        return context.area is not None and context.area.type == "VIEW_3D" and not cls.preview.active

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Enter the preview."""
        assert self.runner is not None and self.preview is not None
        try:
            self.preview.enter(context.window, context.area, context.scene.modelsheet_scene.light)
        except InputError as error:
            return refuse(self, self.runner, error)
        return {"FINISHED"}


class MODELSHEET_OT_shot_step(_WithPreview, bpy.types.Operator):
    """Show another of the planned shots"""

    bl_idname = "modelsheet.shot_step"
    bl_label = "Step"

    step: bpy.props.IntProperty(name="Step", description="So many shots on; negative: back", default=1)

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """While shots are shown."""
        return cls.preview is not None and cls.preview.active

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: Any) -> str:
        """Blender's tooltip."""
        return "Show the next shot" if properties.step > 0 else "Show the shot before this one"

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Show it; behind the last comes the first."""
        assert self.preview is not None
        try:
            self.preview.show((self.preview.number + self.step) % max(len(self.preview.shots), 1))
        except InputError as error:
            self.report({"WARNING"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class MODELSHEET_OT_shots_leave(_WithPreview, bpy.types.Operator):
    """Go back to your scene, which is as you left it"""

    bl_idname = "modelsheet.shots_leave"
    bl_label = "Leave the preview"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """While shots are shown."""
        return cls.preview is not None and cls.preview.active

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Leave."""
        assert self.preview is not None
        self.preview.leave()
        return {"FINISHED"}


CLASSES = (
    MODELSHEET_OT_shots_prepare,
    MODELSHEET_OT_shots_show,
    MODELSHEET_OT_shot_step,
    MODELSHEET_OT_shots_leave,
)


def listen(runner: Runner, preview: ShotPreview) -> None:
    """Have the preview know of shots that become ready."""

    def staged(event: Event) -> None:
        try:
            preview.offer(Path(event["out"]))
        except InputError as error:
            runner.progress.notes.append(str(error))

    runner.listeners["staged"] = staged
