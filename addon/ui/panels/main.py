# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in which all others stand."""

from __future__ import annotations

from typing import ClassVar

import bpy

from ..drawing import split_props
from ..runner import Runner
from .captions import draw_captions
from .character import draw_character
from .job import draw_job, draw_place
from .shots import draw_resolution, draw_shots


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
        settings = context.scene.modelsheet
        picks = self.layout.column()
        picks.enabled = not self.runner.progress.busy
        split_props(picks)
        draw_character(picks, settings)
        draw_shots(picks, settings)
        draw_captions(picks, settings)
        draw_resolution(picks, settings)
        draw_place(picks, settings)
        draw_job(self.layout, self.runner.progress)


CLASSES = (MODELSHEET_PT_main,)
