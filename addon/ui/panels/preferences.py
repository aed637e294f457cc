# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension's preferences, as they are drawn."""

from __future__ import annotations

from typing import Any

import bpy

from ...captioners.environment import READY, look
from ..drawing import split_props
from ..finish_operators import OFFLINE, MODELSHEET_OT_setup_captioning
from ..places import presets_folder


def draw_preferences(layout: bpy.types.UILayout, preferences: Any) -> None:
    """Device, folders, and the environment that captioning models run in."""
    split_props(layout)
    layout.prop(preferences, "device")
    layout.prop(preferences, "folder")
    row = layout.row()
    row.label(text=f"Your presets: {presets_folder()}", icon="PRESET", translate=False)
    if presets_folder().is_dir():
        row.operator("wm.path_open", text="Open", icon="FILE_FOLDER").filepath = str(presets_folder())
    standing = look()
    box = layout.box()
    ready = standing.state == READY
    box.label(text=f"Captioning models: the environment is {standing.words}", icon="CHECKMARK" if ready else "INFO")
    box.label(text=str(standing.folder), icon="BLANK1", translate=False)
    if not ready:
        box.operator(MODELSHEET_OT_setup_captioning.bl_idname, text="Set up captioning …", icon="IMPORT")
        if not bpy.app.online_access:
            box.label(text=OFFLINE, icon="BLANK1")
