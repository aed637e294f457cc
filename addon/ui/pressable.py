# SPDX-License-Identifier: GPL-3.0-or-later
"""What buttons share: pressed only where they can do something, and a reason where not."""

from __future__ import annotations

from typing import Any, ClassVar

import bpy

from ..common.errors import ModelsheetError
from .desk import Desk
from .runner import Runner

BUSY = "Wait until the present job is done, or cancel it."


class Pressable:
    """A button that works at once. Subclasses say `why_not` and do `press`, which may raise ModelsheetError."""

    runner: ClassVar[Runner | None] = None
    desk: ClassVar[Desk | None] = None

    @classmethod
    def why_not(cls, _context: bpy.types.Context) -> str:
        """Why it can't be pressed, "" where it can."""
        return ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether it can be pressed; if not, its tooltip says why."""
        if cls.runner is None or cls.desk is None:
            return False
        reason = cls.why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Do it, or say why not in the status bar."""
        try:
            self.press(context)
        except (ModelsheetError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def press(self, context: bpy.types.Context) -> None:
        """What it does."""
        raise NotImplementedError


class Starts(Pressable):
    """A button that starts a command, of which there is one at a time."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Not while another runs."""
        if cls.runner is not None and cls.runner.progress.busy:
            cls.poll_message_set(BUSY)
            return False
        return super().poll(context)
