# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in which all others stand, and the one that takes its place while shots are shown."""

from __future__ import annotations

from typing import ClassVar

import bpy

from ...plan.shots import DEVELOPED, RENDERED
from ..drawing import draw_text
from ..offers import Offers
from ..operators import MODELSHEET_OT_let_go, MODELSHEET_OT_resume
from ..progress import Progress
from ..remember import Job
from ..runner import Runner
from ..shot_operators import MODELSHEET_OT_shot_step, MODELSHEET_OT_shots_leave
from ..shot_preview import ShotPreview


class _Sidebar:
    """Where all our panels stand."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Modelsheet"

    runner: ClassVar[Runner | None] = None
    preview: ClassVar[ShotPreview | None] = None
    offers: ClassVar[Offers | None] = None


class MODELSHEET_PT_main(_Sidebar, bpy.types.Panel):
    """What runs, or was begun and not ended; the other panels stand below, in the order in which one works."""

    bl_idname = "MODELSHEET_PT_main"
    bl_label = "Modelsheet"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Not while shots are shown: their scene is not the user's."""
        return cls.preview is None or not cls.preview.active

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        if self.runner is None or self.offers is None:
            return
        if self.runner.progress.busy:
            draw_bar(self.layout, self.runner.progress)
            return
        for job in self.offers.now(context.scene, self.runner.job):
            draw_offer(self.layout, job)


class MODELSHEET_PT_shown(_Sidebar, bpy.types.Panel):
    """The shot that is shown, and the way on, back and out."""

    bl_idname = "MODELSHEET_PT_shown"
    bl_label = "Looking through the shots"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """While shots are shown."""
        return cls.preview is not None and cls.preview.active

    def draw(self, _context: bpy.types.Context) -> None:
        """Called by Blender."""
        if self.preview is not None and self.preview.active:
            draw_shown(self.layout, self.preview)


def draw_bar(layout: bpy.types.UILayout, progress: Progress) -> None:
    """How far the running job is, in sight wherever the panels below are scrolled to."""
    if progress.total:
        layout.progress(factor=progress.factor, text=f"{progress.factor:.0%}")
    draw_text(layout, progress.words, "TIME")


def draw_offer(layout: bpy.types.UILayout, job: Job) -> None:
    """A job that can be gone on with."""
    box = layout.box()
    draw_text(box, f"Unfinished: {job.out.name}", "RECOVER_LAST")
    draw_text(box, f"{job.told()}, in {job.out}", "BLANK1")
    row = box.row(align=True)
    row.operator(MODELSHEET_OT_resume.bl_idname, text="Go on", icon="PLAY").out = str(job.out)
    row.operator(MODELSHEET_OT_let_go.bl_idname, text="Let it be", icon="X").out = str(job.out)


def draw_shown(layout: bpy.types.UILayout, preview: ShotPreview) -> None:
    """Which shot, what it shows, and the buttons."""
    row = layout.row(align=True)
    row.scale_y = 1.5
    row.operator(MODELSHEET_OT_shot_step.bl_idname, text="", icon="TRIA_LEFT").step = -1
    ready = sum(preview.ready(number) for number in range(len(preview.shots)))
    waiting = "" if ready == len(preview.shots) else f" ({ready} ready)"
    row.label(text=f"Shot {preview.number + 1} of {len(preview.shots)}{waiting}", translate=False)
    row.operator(MODELSHEET_OT_shot_step.bl_idname, text="", icon="TRIA_RIGHT").step = 1
    shot = preview.shots[preview.number]
    column = layout.column(align=True)
    for axis in (*RENDERED, *DEVELOPED):
        split = column.split(factor=0.36)
        split.label(text=axis.capitalize(), translate=False)
        split.label(text=shot[axis].replace("_", " "), translate=False)
    draw_text(layout, "Backgrounds are put in after the render. Your scene is untouched meanwhile.", "INFO")
    row = layout.row()
    row.scale_y = 1.5
    row.operator(MODELSHEET_OT_shots_leave.bl_idname, icon="LOOP_BACK")


CLASSES = (MODELSHEET_PT_main, MODELSHEET_PT_shown)
