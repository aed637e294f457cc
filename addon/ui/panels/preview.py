# SPDX-License-Identifier: GPL-3.0-or-later
"""A contact sheet in seconds, before anything is rendered in earnest."""

from __future__ import annotations

import bpy

from ..desk import Desk
from ..drawing import draw_text, room, ui_scale
from ..preview_operators import MODELSHEET_OT_preview, MODELSHEET_OT_sheet_open
from .base import Closed
from .main import MODELSHEET_PT_main

#: Pixels of an icon on which pictures are shown, and of the unit that Blender counts them in.
SIDE, UNIT = 128, 20
COLUMNS = 4


class MODELSHEET_PT_preview(Closed, bpy.types.Panel):
    """The button, and the pictures as they arrive."""

    bl_idname = "MODELSHEET_PT_preview"
    bl_parent_id = MODELSHEET_PT_main.bl_idname
    bl_label = "Preview"

    def draw(self, _context: bpy.types.Context) -> None:
        """Called by Blender."""
        sheet = self.desk.sheet
        self.layout.operator(MODELSHEET_OT_preview.bl_idname, icon="IMGDISPLAY")
        if sheet.out is None:
            draw_text(self.layout, "All planned pictures, small and flat, in seconds", "INFO")
            return
        draw_pictures(self.layout, self.desk)
        if sheet.total and len(sheet.pictures) < sheet.total and self.runner.progress.busy:
            draw_text(self.layout, f"{len(sheet.pictures)} of {sheet.total}", "TIME")
        row = self.layout.row(align=True)
        row.operator(MODELSHEET_OT_sheet_open.bl_idname, icon="FULLSCREEN_ENTER")
        if sheet.pictures:
            row.operator("wm.path_open", text="Open folder", icon="FILE_FOLDER").filepath = str(
                sheet.pictures[0].parent
            )


def draw_pictures(layout: bpy.types.UILayout, desk: Desk) -> None:
    """The pictures in rows; an hourglass where one is still being read."""
    scale = max(1.0, (room() / ui_scale() + 84) / COLUMNS / UNIT)
    grid = layout.grid_flow(row_major=True, columns=COLUMNS, even_columns=True, even_rows=True, align=True)
    for path in desk.sheet.pictures:
        icon = desk.icon(path, SIDE)
        if icon:
            grid.template_icon(icon_value=icon, scale=scale)
        else:
            grid.label(text="", icon="SORTTIME")


CLASSES = (MODELSHEET_PT_preview,)
