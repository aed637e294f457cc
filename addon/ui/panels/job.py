# SPDX-License-Identifier: GPL-3.0-or-later
"""Render: where the result goes, the button, how far it is, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...common.errors import InputError
from ...request import JOB_FILE
from ..begin import kept_copy
from ..drawing import draw_notes, draw_result, draw_text, split_props
from ..operators import (
    MODELSHEET_OT_cancel,
    MODELSHEET_OT_make,
    MODELSHEET_OT_new_folder,
    MODELSHEET_OT_open_folder,
    MODELSHEET_OT_pause,
    MODELSHEET_OT_resume,
)
from ..runner import Runner
from .base import Below

if TYPE_CHECKING:
    from ..progress import Progress
    from ..settings import MODELSHEET_PG_settings

ICONS = {"done": "CHECKMARK", "failed": "ERROR", "stopped": "CANCEL", "paused": "PAUSE"}
#: What other panels show: the commands, and the buttons that could not begin them.
ELSEWHERE = frozenset({"inspect", "MODELSHEET_OT_look", "rehearse", "MODELSHEET_OT_shots_prepare"})


class MODELSHEET_PT_job(Below, bpy.types.Panel):
    """The job and its folder."""

    bl_idname = "MODELSHEET_PT_job"
    bl_parent_id = "MODELSHEET_PT_main"
    bl_label = "Render"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        settings = context.scene.modelsheet
        place = self.layout.column()
        place.enabled = not self.runner.progress.busy
        split_props(place)
        draw_place(place, settings)
        draw_job(self.layout, settings, self.runner)


def draw_place(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The output folder; where none is chosen, which one it will be; and what lies in it already."""
    layout.prop(settings, "out")
    try:
        folder = settings.folder()
    except InputError as error:
        draw_text(layout, str(error), "ERROR")
        return
    if not settings.out.strip():
        draw_text(layout, f"Goes to {folder}", "FILE_FOLDER")


def draw_job(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings, runner: Runner) -> None:
    """The job that runs; else the button that starts one, and how the last one ended."""
    progress = runner.progress
    elsewhere = progress.verb in ELSEWHERE
    if progress.busy and not elsewhere:
        draw_running(layout.column(), progress)
        return
    if progress.state == "paused":
        draw_paused(layout.column(), progress)
        return
    row = layout.row()
    row.scale_y = 1.5
    row.operator(MODELSHEET_OT_make.bl_idname, icon="RENDER_STILL")
    draw_again(layout, settings)
    if not elsewhere:
        draw_outcome(layout.column(), progress)


def draw_again(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """Where the folder holds a set of the open scene: whose pictures those are, and how to begin anew."""
    if settings.source != "scene":
        return
    try:
        out = settings.folder()
        begun = (out / JOB_FILE).is_file() and kept_copy(out) is not None
    except (InputError, OSError):
        return
    if begun:
        draw_text(layout, "This folder goes on with the scene as it was when its set was begun.", "INFO")
        layout.operator(
            MODELSHEET_OT_new_folder.bl_idname, text="New folder for the scene as it is now", icon="NEWFOLDER"
        )


def draw_running(layout: bpy.types.UILayout, progress: Progress) -> None:
    """A bar, what is being done, and the ways out."""
    if progress.total:
        layout.progress(factor=progress.factor, text=f"{progress.factor:.0%}")
    draw_text(layout, progress.words, "TIME")
    draw_notes(layout, progress.notes)
    row = layout.row(align=True)
    if progress.out is not None:
        row.operator(MODELSHEET_OT_pause.bl_idname, icon="PAUSE")
    row.operator(MODELSHEET_OT_cancel.bl_idname, icon="CANCEL")
    draw_folder(layout, progress)


def draw_paused(layout: bpy.types.UILayout, progress: Progress) -> None:
    """How far it came, and the ways on and out."""
    if progress.total:
        layout.progress(factor=progress.factor, text=f"{progress.factor:.0%}")
    draw_text(layout, progress.words, ICONS["paused"])
    row = layout.row(align=True)
    row.scale_y = 1.5
    row.operator(MODELSHEET_OT_resume.bl_idname, icon="PLAY").out = ""
    row.operator(MODELSHEET_OT_cancel.bl_idname, icon="CANCEL")
    draw_folder(layout, progress)


def draw_outcome(layout: bpy.types.UILayout, progress: Progress) -> None:
    """How the last job ended, with buttons to its results."""
    icon = ICONS.get(progress.state)
    if icon is None:
        return
    words = layout.column()
    words.alert = progress.state == "failed"
    draw_text(words, progress.words, icon)
    draw_notes(layout, progress.notes)
    for name, path in progress.results.items():
        draw_result(layout, name, path)
    draw_folder(layout, progress)


def draw_folder(layout: bpy.types.UILayout, progress: Progress) -> None:
    """The button to the job's folder, where there is one."""
    if progress.out is not None and progress.total:
        layout.operator(MODELSHEET_OT_open_folder.bl_idname, icon="FILE_FOLDER").out = str(progress.out)


CLASSES = (MODELSHEET_PT_job,)
