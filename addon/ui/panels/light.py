# SPDX-License-Identifier: GPL-3.0-or-later
"""Another light or background for finished pictures."""

from __future__ import annotations

from typing import ClassVar

import bpy

from ..drawing import draw_text, split_props
from ..light import MODELSHEET_OT_relight, MODELSHEET_OT_relight_undo, MODELSHEET_PG_light, finished_folder, why_not
from ..runner import Runner
from .main import MODELSHEET_PT_main


class MODELSHEET_PT_light(bpy.types.Panel):
    """Light and background of the pictures in the output folder."""

    bl_idname = "MODELSHEET_PT_light"
    bl_parent_id = MODELSHEET_PT_main.bl_idname
    bl_label = "Light"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Modelsheet"

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Once there is a set."""
        return cls.runner is not None and finished_folder(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        folder = finished_folder(context)
        if self.runner is None or folder is None:
            return
        light = context.scene.modelsheet.light
        busy, reason = self.runner.progress.busy, why_not(folder, light)
        picks, render = self.layout.column(), self.layout.column()
        picks.enabled, render.enabled = not busy and not reason, not busy
        draw_light(picks, light)
        draw_pick(render, light, "render")
        if reason:
            draw_text(self.layout, reason, "INFO")
        row = self.layout.row()
        row.operator(MODELSHEET_OT_relight.bl_idname, icon="LIGHT")
        row.operator(MODELSHEET_OT_relight_undo.bl_idname, icon="LOOP_BACK")


def draw_light(layout: bpy.types.UILayout, light: MODELSHEET_PG_light) -> None:
    """The picks."""
    for name in ("lighting", "temperature", "exposure", "intensity", "background", "only"):
        draw_pick(layout, light, name)


def draw_pick(layout: bpy.types.UILayout, light: MODELSHEET_PG_light, name: str) -> None:
    """One of them, with its name at the left."""
    split_props(layout)
    layout.prop(light, name)


CLASSES = (MODELSHEET_PT_light,)
