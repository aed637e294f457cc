# SPDX-License-Identifier: GPL-3.0-or-later
"""What a finished set can be given anew without rendering: captions, packages. And the captioning environment."""

from __future__ import annotations

from typing import Any

import bpy

from ..captioners.environment import READY, look
from ..captioners.install import Order
from ..captioners.table import TRUTH
from ..dataset.trigger import check_trigger
from .light import finished_folder
from .pressable import Pressable, Starts

NO_SET = "Nothing is made in the output folder yet: Make dataset first."
OFFLINE = "Blender is set to work offline. Allow Online Access in its preferences, under System."


class _Finishes(Starts):
    """For a set that there is."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Where there is none."""
        return "" if finished_folder(context) is not None else NO_SET


class MODELSHEET_OT_caption(_Finishes, bpy.types.Operator):
    """Write the captions of the finished set again as chosen here. What you wrote yourself stays"""

    bl_idname = "modelsheet.caption"
    bl_label = "Write captions again"

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """A model needs its environment."""
        name = context.scene.modelsheet.captions.captioner
        if name != TRUTH and look().state != READY:
            return f"{name} needs the captioning environment. Set it up with the button above."
        return super().why_not(context)

    def press(self, context: bpy.types.Context) -> None:
        """Start the child."""
        settings = context.scene.modelsheet
        trigger = check_trigger(settings.trigger)
        words = ["caption", str(settings.folder()), "--json", "--trigger", trigger, *settings.captions.words()]
        self.runner.start(words, "Writing captions …")


class MODELSHEET_OT_package(_Finishes, bpy.types.Operator):
    """Package the finished set for the trainers that are switched on; pictures are not rendered again"""

    bl_idname = "modelsheet.package"
    bl_label = "Package again"

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Nothing to package for."""
        if not context.scene.modelsheet.package.trainers():
            return "Switch on at least one trainer."
        return super().why_not(context)

    def press(self, context: bpy.types.Context) -> None:
        """Start the child."""
        settings = context.scene.modelsheet
        words = ["package", str(settings.folder()), "--json", *settings.package.words()]
        self.runner.start(words, "Packaging …")


class MODELSHEET_OT_setup_captioning(Starts, bpy.types.Operator):
    """Make the environment that captioning models run in: a folder of its own, outside of Blender.
    It is downloaded, so you are asked first"""

    bl_idname = "modelsheet.setup_captioning"
    bl_label = "Set up captioning"

    @classmethod
    def why_not(cls, _context: bpy.types.Context) -> str:
        """Not without the network, nor where it is ready."""
        if not bpy.app.online_access:
            return OFFLINE
        return "It is ready." if look().state == READY else ""

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[Any]:
        """Say what would be fetched, and ask."""
        return context.window_manager.invoke_props_dialog(self, width=460, confirm_text="Download")

    def draw(self, _context: bpy.types.Context) -> None:
        """The question."""
        order = Order(look().folder)
        self.layout.label(text="This will be downloaded, from the Python package index:")
        for part in order.words.split(": ", 1):
            self.layout.label(text=part, translate=False)
        self.layout.label(text="No model is fetched yet. Nothing of Blender is changed.")

    def press(self, _context: bpy.types.Context) -> None:
        """Start the child."""
        self.runner.start(["setup", "captioning", "--yes", "--json"], "Setting up captioning …")


class MODELSHEET_OT_review_page(Pressable, bpy.types.Operator):
    """Open the page for reviewing in your browser: all pictures at once, search, filters. It stays on this computer"""

    bl_idname = "modelsheet.review_page"
    bl_label = "Open review page"

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Where there is nothing to review."""
        return "" if finished_folder(context) is not None else NO_SET

    def press(self, context: bpy.types.Context) -> None:
        """Start its server, and open it when it listens."""
        self.desk.server.open(finished_folder(context))


CLASSES = (
    MODELSHEET_OT_caption,
    MODELSHEET_OT_package,
    MODELSHEET_OT_setup_captioning,
    MODELSHEET_OT_review_page,
)
