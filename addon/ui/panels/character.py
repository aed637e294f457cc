# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is photographed, what was found of it and how surely, and the means to correct that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...plan.facts import SURE
from ..correct import MODELSHEET_OT_eye_here, MODELSHEET_OT_eyes_found, MODELSHEET_OT_head_here
from ..drawing import draw_notes, draw_text, split_props
from ..looked import Looked
from ..operators import MODELSHEET_OT_look
from ..scene_copy import active_character, why_nobody
from .base import Below

if TYPE_CHECKING:
    from ..progress import Progress
    from ..scene_settings import MODELSHEET_PG_scene
    from ..settings import MODELSHEET_PG_settings

#: How sure, as people read it: from which confidence on, the words and their icon.
CERTAIN = ((0.9, "sure", "CHECKMARK"), (SURE, "likely", "CHECKMARK"), (0.0, "not sure", "QUESTION"))

#: The command whose progress this panel shows, and the button that could not begin it.
OWN = frozenset({"inspect", "MODELSHEET_OT_look"})


class MODELSHEET_PT_character(Below, bpy.types.Panel):
    """Whom the pictures show."""

    bl_idname = "MODELSHEET_PT_character"
    bl_parent_id = "MODELSHEET_PT_main"
    bl_label = "Character"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        layout, progress = self.layout.column(), self.runner.progress
        layout.enabled = not progress.busy
        split_props(layout)
        draw_character(layout, context, progress)


def draw_character(layout: bpy.types.UILayout, context: bpy.types.Context, progress: Progress) -> None:
    """The choice; for a scene or a file, who it is and what was found."""
    settings = context.scene.modelsheet
    layout.prop(settings, "source", text="")
    if settings.source == "sitter":
        draw_text(layout, "A built-in character with face and rig: try everything without a model.", "INFO")
        return
    if settings.source == "file":
        layout.prop(settings, "file", text="")
    else:
        draw_scene(layout, context)
    looked = settings.looked()
    row = layout.row()
    row.scale_y = 1.0 if looked else 1.3
    row.operator(
        MODELSHEET_OT_look.bl_idname, text="Look again" if looked else "Look at the character", icon="VIEWZOOM"
    )
    if progress.verb in OWN and progress.busy:
        draw_text(layout, progress.words, "TIME")
    elif progress.verb in OWN and progress.state == "failed":
        alarm = layout.column()
        alarm.alert = True
        draw_text(alarm, progress.words, "ERROR")
    if looked is not None:
        draw_found(layout, settings, looked)
        draw_corrections(layout, settings, context.scene.modelsheet_scene, looked)


def draw_scene(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Who of the open scene is meant."""
    why, active = why_nobody(context), active_character(context)
    if why:
        draw_text(layout, why, "ERROR")
    elif active:
        draw_text(layout, f"{active} (active)", "OBJECT_DATA")
    else:
        draw_text(layout, "No character is active: the likeliest one in the scene is taken.", "INFO")


def draw_found(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings, looked: Looked) -> None:
    """A line for body, front, head and eyes, with how sure each is."""
    draw_text(layout, looked.words, "INFO")
    if len(looked.names) > 1 or settings.character:
        layout.prop(settings, "character")
    column = layout.column(align=True)
    for what, found, sure in looked.rows():
        words, icon = _certainty(sure)
        row = column.row()
        row.alert = icon == "QUESTION"
        row.label(text=f"{what}: {found}", icon=icon, translate=False)
        aside = row.row()
        aside.alignment = "RIGHT"
        aside.label(text=words, translate=False)
    draw_notes(layout, looked.notes)


def _certainty(sure: float | None) -> tuple[str, str]:
    if sure is None:
        return "", "BLANK1"
    if not sure:
        return "", "QUESTION"
    words, icon = next((words, icon) for least, words, icon in CERTAIN if sure >= least)
    return f"{words}, {sure:.0%}", icon


def draw_corrections(
    layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings, own: MODELSHEET_PG_scene, looked: Looked
) -> None:
    """Front, head and eyes, for the user to say: folded away while all is sure, open where there is a question."""
    asked = {"facing": settings.facing != "found", "head": bool(settings.head)}
    unsure = any(looked.questions.get(pick) and not answered for pick, answered in asked.items())
    if settings.source == "scene":
        layout.prop(own, "overlay")
    unfolded = own.correct or any(asked.values()) or own.has_eyes
    if not unsure:
        fold = layout.row()
        fold.use_property_split, fold.alignment = False, "LEFT"
        fold.prop(own, "correct", icon="DOWNARROW_HLT" if unfolded else "RIGHTARROW", emboss=False)
        if not unfolded:
            return
    box = layout.box()
    for pick, answered in asked.items():
        if (question := looked.questions.get(pick)) and not answered:
            alarm = box.column()
            alarm.alert = True
            draw_text(alarm, question, "QUESTION")
        if pick == "head" and settings.source == "scene":
            row = box.row(align=True)
            row.prop(settings, pick)
            row.operator(MODELSHEET_OT_head_here.bl_idname, text="", icon="EYEDROPPER")
        else:
            box.prop(settings, pick)
    if settings.source == "scene":
        draw_eyes(box, own)
    if any(asked.values()) or own.has_eyes:
        draw_text(box, "Corrections hold for the pictures. Look again to see what follows from them.", "INFO")


def draw_eyes(layout: bpy.types.UILayout, own: MODELSHEET_PG_scene) -> None:
    """Both eyes, placed at the 3D cursor."""
    layout.label(text="Eyes at the 3D cursor:", icon="PIVOT_CURSOR", translate=False)
    row = layout.row(align=True)
    for side in ("left", "right"):
        row.operator(MODELSHEET_OT_eye_here.bl_idname, text=side.capitalize()).side = side
    if own.has_eyes:
        row.operator(MODELSHEET_OT_eyes_found.bl_idname, text="", icon="LOOP_BACK")


CLASSES = (MODELSHEET_PT_character,)
