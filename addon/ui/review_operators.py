# SPDX-License-Identifier: GPL-3.0-or-later
"""Review in the sidebar: one picture after the other, its caption, a yes or a no."""

from __future__ import annotations

from typing import Any

import bpy

from .book import Book, Page
from .finish_operators import NO_SET
from .light import finished_folder
from .pressable import Pressable, Starts

LOADING = "The set is being read."


class _Reviews(Pressable):
    """For an open page."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Where there is none."""
        folder = finished_folder(context)
        if folder is None:
            return NO_SET
        book = cls.desk.book(folder) if cls.desk is not None else None
        return LOADING if book is None else book.problem

    def book(self, context: bpy.types.Context) -> Book:
        """The open set."""
        return self.desk.book(finished_folder(context)) or Book()

    def page(self, context: bpy.types.Context) -> Page:
        """The open page."""
        page = self.desk.reader.page(self.book(context))
        assert page is not None
        return page


class MODELSHEET_OT_review_step(_Reviews, bpy.types.Operator):
    """Go to another picture"""

    bl_idname = "modelsheet.review_step"
    bl_label = "Another picture"

    by: bpy.props.IntProperty(name="By", default=1)

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: Any) -> str:
        """By where it goes."""
        return "Next picture" if properties.by > 0 else "Previous picture"

    def press(self, context: bpy.types.Context) -> None:
        """Turn the page."""
        self.desk.reader.turn(finished_folder(context), self.book(context), self.by)


class MODELSHEET_OT_review_verdict(_Reviews, bpy.types.Operator):
    """Say yes or no to this picture"""

    bl_idname = "modelsheet.review_verdict"
    bl_label = "Accept or reject"

    verdict: bpy.props.EnumProperty(
        items=(("accepted", "Accept", ""), ("rejected", "Reject", ""), ("none", "Not decided", ""))
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: Any) -> str:
        """By what it says."""
        return {
            "accepted": "This picture is good; go to the next one",
            "rejected": "Leave this picture out of the dataset; its file stays. Go to the next one",
            "none": "Take back what was said of this picture",
        }[properties.verdict]

    def press(self, context: bpy.types.Context) -> None:
        """Write it, and go on."""
        said = None if self.verdict == "none" else self.verdict
        self.desk.reader.say(finished_folder(context), self.page(context), {"verdict": said})
        if said is not None:
            self.desk.reader.turn(finished_folder(context), self.book(context), 1)


class MODELSHEET_OT_review_edit(_Reviews, bpy.types.Operator):
    """Write this picture's caption in your own words. They are never overwritten; empty it to go back to ours"""

    bl_idname = "modelsheet.review_edit"
    bl_label = "Edit caption"

    text: bpy.props.StringProperty(name="", description="The caption", options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[Any]:
        """Ask."""
        page = self.page(context)
        said = self.desk.reader.review(finished_folder(context)).text(page.id)
        self.text = said if said is not None else page.caption
        return context.window_manager.invoke_props_dialog(self, width=900)

    def draw(self, _context: bpy.types.Context) -> None:
        """One long line."""
        self.layout.prop(self, "text", text="")

    def press(self, context: bpy.types.Context) -> None:
        """Write it."""
        page = self.page(context)
        text = self.text.strip()
        said = text if text and text != page.caption else None
        self.desk.reader.say(finished_folder(context), page, {"text": said})


class MODELSHEET_OT_review_undo(_Reviews, bpy.types.Operator):
    """Take back the last thing that you said in the sidebar"""

    bl_idname = "modelsheet.review_undo"
    bl_label = "Undo"

    def press(self, context: bpy.types.Context) -> None:
        """Take it back."""
        if not self.desk.reader.undo(finished_folder(context)):
            self.report({"INFO"}, "There is nothing to take back.")


class MODELSHEET_OT_review_apply(Starts, bpy.types.Operator):
    """Make dataset, packages and report anew with your captions and without the pictures that you rejected"""

    bl_idname = "modelsheet.review_apply"
    bl_label = "Put it into the dataset"

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Where there is no set."""
        return "" if finished_folder(context) is not None else NO_SET

    def press(self, context: bpy.types.Context) -> None:
        """Start the child: the captions' command makes all that follows from them."""
        self.runner.start(["caption", str(finished_folder(context)), "--json"], "Putting the review into the dataset …")


CLASSES = (
    MODELSHEET_OT_review_step,
    MODELSHEET_OT_review_verdict,
    MODELSHEET_OT_review_edit,
    MODELSHEET_OT_review_undo,
    MODELSHEET_OT_review_apply,
)
