# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels share: sentences that fit the sidebar, notes, buttons to results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import blf
import bpy

from .lines import wrap

#: Pixels at scale 1: a sidebar that was never pulled wider, and what icon, margins and tabs take from a line of it.
SIDEBAR = 280
TAKEN = 84
MAX_NOTES = 6


def split_props(layout: bpy.types.UILayout) -> None:
    """Names at the left, values at the right, nothing to animate."""
    layout.use_property_split = True
    layout.use_property_decorate = False


def draw_notes(layout: bpy.types.UILayout, notes: Sequence[str]) -> None:
    """What the user should know, the latest last; the report has it all."""
    hidden = len(notes) - MAX_NOTES
    if hidden > 0:
        draw_text(layout, f"{hidden} earlier notes", "INFO")
    for note in notes[-MAX_NOTES:]:
        draw_text(layout, note, "INFO")


def draw_result(layout: bpy.types.UILayout, name: str, path: Path) -> None:
    """A button: pages and folders open, of a file its folder opens."""
    if path.suffix == ".html":
        layout.operator("wm.url_open", text=f"Open {name}", icon="URL").url = path.as_uri()
        return
    folder = path.parent if path.suffix else path
    layout.operator("wm.path_open", text=f"Open {name}", icon="FILE_FOLDER").filepath = str(folder)


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
