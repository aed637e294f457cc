# SPDX-License-Identifier: GPL-3.0-or-later
"""The planned shots in the viewport, before anything is rendered."""

from __future__ import annotations

from typing import ClassVar

import bpy

from ..drawing import draw_text
from ..operators import MODELSHEET_OT_cancel
from ..progress import Progress
from ..shot_operators import MODELSHEET_OT_shots_prepare, MODELSHEET_OT_shots_show
from ..shot_preview import ShotPreview
from .base import Closed

#: The command whose progress this panel shows, and the button that could not begin it.
OWN = frozenset({"rehearse", "MODELSHEET_OT_shots_prepare"})


class MODELSHEET_PT_rehearsal(Closed, bpy.types.Panel):
    """Prepare, then show."""

    bl_idname = "MODELSHEET_PT_rehearsal"
    bl_parent_id = "MODELSHEET_PT_main"
    bl_label = "Shots in the viewport"

    preview: ClassVar[ShotPreview | None] = None

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        if self.preview is not None:
            draw_rehearsal(self.layout, context, self.preview, self.runner.progress)


def draw_rehearsal(
    layout: bpy.types.UILayout, context: bpy.types.Context, preview: ShotPreview, progress: Progress
) -> None:
    """What can be shown, and the buttons."""
    ready = sum(preview.ready(number) for number in range(len(preview.shots)))
    if not preview.shots:
        draw_text(layout, "See camera, pose, expression and light of every planned shot on your character.", "INFO")
    elif ready < len(preview.shots):
        draw_text(
            layout, f"{ready} of {len(preview.shots)} shots are ready. Look at them while the others come.", "TIME"
        )
    else:
        draw_text(layout, f"{ready} shots are ready.", "CHECKMARK")
    if progress.verb in OWN and (progress.busy or progress.state == "failed"):
        words = layout.column()
        words.alert = progress.state == "failed"
        draw_text(words, progress.words, "TIME" if progress.busy else "ERROR")
        if progress.busy:
            layout.operator(MODELSHEET_OT_cancel.bl_idname, icon="CANCEL")
    again = "Prepare them again" if preview.shots else "Prepare the shots"
    if preview.shots:
        row = layout.row()
        row.scale_y = 1.3
        row.operator(MODELSHEET_OT_shots_show.bl_idname, icon="HIDE_OFF")
        layout.prop(context.scene.modelsheet_scene, "light")
    layout.operator(MODELSHEET_OT_shots_prepare.bl_idname, text=again, icon="ARMATURE_DATA")


CLASSES = (MODELSHEET_PT_rehearsal,)
