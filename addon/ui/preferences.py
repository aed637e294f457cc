# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension's preferences: what holds for every scene of this user."""

from __future__ import annotations

from typing import Any

import bpy

from .places import PACKAGE


class MODELSHEET_preferences(bpy.types.AddonPreferences):
    """Device, folders, the captioning environment."""

    bl_idname = PACKAGE or "modelsheet"

    device: bpy.props.EnumProperty(
        name="Device",
        description="What computes the pictures, where a scene doesn't say otherwise",
        items=(
            ("auto", "Best there is", "A graphics card where Cycles can use one, else the processor"),
            ("cpu", "Processor", "The processor alone, even where there is a graphics card"),
            ("gpu", "Graphics card", "Refuse to start without one"),
        ),
        default="auto",
    )
    folder: bpy.props.StringProperty(
        name="Output",
        description="Where datasets go, each in a folder called as its trigger word; empty: Modelsheet in your home",
        subtype="DIR_PATH",
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """Called by Blender, inside its preferences window."""
        from .panels.preferences import draw_preferences

        draw_preferences(self.layout, self)


def preferences() -> Any:
    """The preferences, None where we are not a switched-on extension (a test, a Python without Blender's window)."""
    found = bpy.context.preferences.addons.get(MODELSHEET_preferences.bl_idname)
    return None if found is None else found.preferences


CLASSES = (MODELSHEET_preferences,)
