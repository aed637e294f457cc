# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the result goes, the button, how far it is, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...common.errors import InputError
from ..drawing import draw_notes, draw_result, draw_text
from ..operators import MODELSHEET_OT_cancel, MODELSHEET_OT_make

if TYPE_CHECKING:
    from ..progress import Progress
    from ..settings import MODELSHEET_PG_settings


def draw_place(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The output folder; where none is chosen, which one it will be."""
    layout.prop(settings, "out")
    if not settings.out.strip():
        try:
            draw_text(layout, f"Goes to {settings.folder()}", "FILE_FOLDER")
        except InputError as error:
            draw_text(layout, str(error), "ERROR")


def draw_job(layout: bpy.types.UILayout, progress: Progress) -> None:
    """The job that runs; else the button that starts one, and how the last one ended."""
    if progress.busy:
        draw_running(layout.column(), progress)
        return
    row = layout.row()
    row.scale_y = 1.5
    row.operator(MODELSHEET_OT_make.bl_idname, icon="RENDER_STILL")
    draw_outcome(layout.column(), progress)


def draw_running(layout: bpy.types.UILayout, progress: Progress) -> None:
    """A bar, what is being done, and the way out."""
    if progress.total:
        layout.progress(factor=progress.factor, text=f"{progress.factor:.0%}")
    draw_text(layout, progress.words, "TIME")
    draw_notes(layout, progress.notes)
    layout.operator(MODELSHEET_OT_cancel.bl_idname, icon="CANCEL")


def draw_outcome(layout: bpy.types.UILayout, progress: Progress) -> None:
    """How the last job ended, with buttons to its results."""
    icon = {"done": "CHECKMARK", "failed": "ERROR", "stopped": "PAUSE"}.get(progress.state)
    if icon is None:
        return
    draw_text(layout, progress.words, icon)
    draw_notes(layout, progress.notes)
    for name, path in progress.results.items():
        draw_result(layout, name, path)


CLASSES: tuple[type, ...] = ()
