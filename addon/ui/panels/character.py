# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is photographed, what was found of it, and the questions where that is not sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..drawing import draw_text
from ..operators import MODELSHEET_OT_look

if TYPE_CHECKING:
    from ..settings import MODELSHEET_PG_settings


def draw_character(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The choice, and what was found in a file."""
    layout.prop(settings, "source")
    if settings.source == "file":
        layout.prop(settings, "file")
        layout.operator(MODELSHEET_OT_look.bl_idname, icon="VIEWZOOM")
        draw_found(layout, settings)


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


CLASSES: tuple[type, ...] = ()
