# SPDX-License-Identifier: GPL-3.0-or-later
"""What captions say, and the review of a finished set, picture by picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...captioners.environment import READY, look
from ...captioners.table import TRUTH, captioner
from ...common.errors import InputError
from ..book import Book, Page, tally, waiting
from ..desk import Desk
from ..drawing import draw_text, room, split_props, ui_scale
from ..finish_operators import (
    NO_SET,
    OFFLINE,
    MODELSHEET_OT_caption,
    MODELSHEET_OT_review_page,
    MODELSHEET_OT_setup_captioning,
)
from ..light import finished_folder
from ..review_operators import (
    MODELSHEET_OT_review_apply,
    MODELSHEET_OT_review_edit,
    MODELSHEET_OT_review_step,
    MODELSHEET_OT_review_undo,
    MODELSHEET_OT_review_verdict,
)
from .base import Closed
from .main import MODELSHEET_PT_main

if TYPE_CHECKING:
    from ...dataset.review.form import Review
    from ..settings import MODELSHEET_PG_settings

#: Pixels of the picture that is reviewed, and of Blender's unit for icons.
SIDE, UNIT = 256, 20


class MODELSHEET_PT_captions(Closed, bpy.types.Panel):
    """Trigger, style, captioner."""

    bl_idname = "MODELSHEET_PT_captions"
    bl_parent_id = MODELSHEET_PT_main.bl_idname
    bl_label = "Captions"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        settings = context.scene.modelsheet
        picks = self.layout.column()
        picks.enabled = not self.runner.progress.busy
        draw_captions(picks, settings)
        if finished_folder(context) is not None:
            self.layout.operator(MODELSHEET_OT_caption.bl_idname, icon="FILE_TEXT")


class MODELSHEET_PT_caption_words(Closed, bpy.types.Panel):
    """What is said of the character."""

    bl_idname = "MODELSHEET_PT_caption_words"
    bl_parent_id = MODELSHEET_PT_captions.bl_idname
    bl_label = "What is said of the character"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        split_props(self.layout)
        self.layout.enabled = not self.runner.progress.busy
        for name in ("class_word", "age", "ethnicity", "style_notes", "template", "identity"):
            self.layout.prop(context.scene.modelsheet.captions, name)


class MODELSHEET_PT_review(Closed, bpy.types.Panel):
    """Picture by picture."""

    bl_idname = "MODELSHEET_PT_review"
    bl_parent_id = MODELSHEET_PT_captions.bl_idname
    bl_label = "Review"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        folder = finished_folder(context)
        book = self.desk.book(folder) if folder is not None else Book(problem=NO_SET)
        if book is None or book.problem:
            draw_text(self.layout, "Reading the set …" if book is None else book.problem, "INFO")
            return
        try:
            review = self.desk.reader.review(folder)
        except InputError as error:
            draw_text(self.layout, str(error), "ERROR")
            return
        page = self.desk.reader.page(book)
        assert page is not None
        draw_page(self.layout, self.desk, page, review, len(book.pages))
        draw_tally(self.layout, self.desk, book, review)


def draw_captions(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The trigger, the form, and who writes."""
    split_props(layout)
    layout.prop(settings, "trigger")
    layout.prop(settings.captions, "style")
    layout.prop(settings.captions, "captioner")
    if settings.captions.captioner != TRUTH:
        draw_captioner(layout, settings)


def draw_captioner(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """What a model needs."""
    row = captioner(settings.captions.captioner)
    standing = look()
    if standing.state != READY:
        draw_text(layout, f"{row.name} runs in an environment of its own, which is {standing.words}.", "INFO")
        layout.operator(MODELSHEET_OT_setup_captioning.bl_idname, text="Set up captioning …", icon="IMPORT")
    if not bpy.app.online_access:
        draw_text(layout, f"A model that isn't on this computer can't be downloaded: {OFFLINE}", "INFO")
        return
    layout.prop(settings.captions, "fetch")
    draw_text(layout, f"{row.download / 1000:.1f} GB, {row.licence}", "BLANK1")


def draw_page(layout: bpy.types.UILayout, desk: Desk, page: Page, review: Review, count: int) -> None:
    """One picture, what is said of it, and the buttons."""
    verdict = review.verdict(page.id, page.made)
    row = layout.row(align=True)
    row.operator(MODELSHEET_OT_review_step.bl_idname, text="", icon="TRIA_LEFT").by = -1
    middle = row.row()
    middle.alignment = "CENTER"
    middle.label(text=f"{desk.reader.at + 1} of {count}", translate=False)
    row.operator(MODELSHEET_OT_review_step.bl_idname, text="", icon="TRIA_RIGHT").by = 1
    icon = desk.icon(page.picture, SIDE)
    if icon:
        layout.template_icon(icon_value=icon, scale=max(4.0, (room() / ui_scale() + 20) / UNIT))
    else:
        draw_text(layout, "The picture is being read …", "SORTTIME")
    said = review.text(page.id)
    text = said if said is not None else page.caption
    if not page.there:
        draw_text(layout, "This picture is left out of the dataset. Accept it to have it again.", "INFO")
    if text or page.there:
        draw_text(layout, text or "No caption yet.", "GREASEPENCIL" if said is not None else "FILE_TEXT")
    row = layout.row(align=True)
    for word, name, icon_name in (("accepted", "Accept", "CHECKMARK"), ("rejected", "Reject", "X")):
        pressed = verdict == word
        button = row.operator(
            MODELSHEET_OT_review_verdict.bl_idname,
            text=f"{name}ed" if pressed else name,
            icon=icon_name,
            depress=pressed,
        )
        button.verdict = "none" if pressed else word
    row = layout.row(align=True)
    row.operator(MODELSHEET_OT_review_edit.bl_idname, text="Edit caption …", icon="GREASEPENCIL")
    row.operator(MODELSHEET_OT_review_undo.bl_idname, text="", icon="LOOP_BACK")


def draw_tally(layout: bpy.types.UILayout, desk: Desk, book: Book, review: Review) -> None:
    """How far the review is, and the way into the dataset."""
    draw_text(layout, tally(book, review), "INFO")
    left = waiting(book, review)
    if left:
        draw_text(layout, f"{left} change{'' if left == 1 else 's'} not in the dataset yet", "ERROR")
        layout.operator(MODELSHEET_OT_review_apply.bl_idname, icon="FILE_REFRESH")
    layout.operator(MODELSHEET_OT_review_page.bl_idname, icon="URL")
    if desk.server.words:
        draw_text(layout, desk.server.words, "INFO")


CLASSES = (MODELSHEET_PT_captions, MODELSHEET_PT_caption_words, MODELSHEET_PT_review)
