# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar tab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import blf
import bpy

from ..common.errors import InputError
from .choices import preset_choices
from .lines import wrap
from .operators import MODELSHEET_OT_cancel, MODELSHEET_OT_look, MODELSHEET_OT_make
from .runner import Runner

if TYPE_CHECKING:
    from .progress import Progress
    from .settings import MODELSHEET_PG_settings

#: Pixels at scale 1: a sidebar that was never pulled wider, and what icon, margins and tabs take from a line of it.
SIDEBAR = 280
TAKEN = 84
MAX_NOTES = 6


class MODELSHEET_PT_main(bpy.types.Panel):
    """Picks, one button, and how it goes."""

    bl_idname = "MODELSHEET_PT_main"
    bl_label = "Modelsheet"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Modelsheet"

    runner: ClassVar[Runner | None] = None

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        if self.runner is None:
            return
        progress = self.runner.progress
        picks = self.layout.column()
        picks.enabled = not progress.busy
        draw_picks(picks, context.scene.modelsheet)
        if progress.busy:
            draw_running(self.layout.column(), progress)
        else:
            row = self.layout.row()
            row.scale_y = 1.5
            row.operator(MODELSHEET_OT_make.bl_idname, icon="RENDER_STILL")
            draw_outcome(self.layout.column(), progress)


def draw_picks(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The settings, and where the result will lie."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.prop(settings, "source")
    if settings.source == "file":
        layout.prop(settings, "file")
        layout.operator(MODELSHEET_OT_look.bl_idname, icon="VIEWZOOM")
        draw_found(layout, settings)
    layout.prop(settings, "preset", text="")  # its title says what it is, and needs the whole width
    for problem in preset_choices().problems:
        draw_text(layout, problem, "ERROR")
    layout.prop(settings, "trigger")
    layout.prop(settings, "resolution")
    layout.prop(settings, "out")
    if not settings.out.strip():
        try:
            draw_text(layout, f"Goes to {settings.folder()}", "FILE_FOLDER")
        except InputError as error:
            draw_text(layout, str(error), "ERROR")


def draw_found(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """What was found in the file, and questions where that is not sure; an answer stays where it can be changed."""
    looked = settings.looked()
    if looked is None:
        return
    draw_text(layout, looked.words, "INFO")
    if len(looked.names) > 1 or settings.character:
        layout.prop(settings, "character")
    for pick, answered in (("facing", settings.facing != "found"), ("head", bool(settings.head))):
        question = looked.questions.get(pick)
        if question is None and not answered:
            continue
        box = layout.box()
        if question and not answered:
            alarm = box.column()
            alarm.alert = True
            draw_text(alarm, question, "QUESTION")
        box.prop(settings, pick)


def draw_running(layout: bpy.types.UILayout, progress: Progress) -> None:
    """A bar, what is being done, and the way out."""
    if progress.total:
        layout.progress(factor=progress.factor, text=f"{progress.factor:.0%}")
    draw_text(layout, progress.words, "TIME")
    draw_notes(layout, progress)
    layout.operator(MODELSHEET_OT_cancel.bl_idname, icon="CANCEL")


def draw_outcome(layout: bpy.types.UILayout, progress: Progress) -> None:
    """How the last job ended, with buttons to its results."""
    icon = {"done": "CHECKMARK", "failed": "ERROR", "stopped": "PAUSE"}.get(progress.state)
    if icon is None:
        return
    draw_text(layout, progress.words, icon)
    draw_notes(layout, progress)
    for name, path in progress.results.items():
        draw_result(layout, name, path)


def draw_result(layout: bpy.types.UILayout, name: str, path: Path) -> None:
    """A button: pages and folders open, of a file its folder opens."""
    if path.suffix == ".html":
        layout.operator("wm.url_open", text=f"Open {name}", icon="URL").url = path.as_uri()
        return
    folder = path.parent if path.suffix else path
    layout.operator("wm.path_open", text=f"Open {name}", icon="FILE_FOLDER").filepath = str(folder)


def draw_notes(layout: bpy.types.UILayout, progress: Progress) -> None:
    """What the user should know, the latest last; the report has it all."""
    hidden = len(progress.notes) - MAX_NOTES
    if hidden > 0:
        draw_text(layout, f"{hidden} earlier notes", "INFO")
    for note in progress.notes[-MAX_NOTES:]:
        draw_text(layout, note, "INFO")


def draw_text(layout: bpy.types.UILayout, text: str, icon: str) -> None:
    """A sentence on as many lines as the sidebar needs."""
    column = layout.column(align=True)
    for number, line in enumerate(wrap(text, room(), text_width)):
        column.label(text=line, icon="BLANK1" if number else icon, translate=False)


def room() -> float:
    """Pixels that a line of text has in the sidebar being drawn."""
    region = bpy.context.region
    return (region.width if region else SIDEBAR * ui_scale()) - TAKEN * ui_scale()


def text_width(text: str) -> float:
    """Pixels that a text takes in the interface's font."""
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points * ui_scale())
    return blf.dimensions(0, text)[0]


def ui_scale() -> float:
    """How much larger than usual the interface is drawn; Blender without a window says 0."""
    return bpy.context.preferences.system.ui_scale or 1.0
