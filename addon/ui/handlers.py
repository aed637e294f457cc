# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens when a file is opened, saved or undone: settings migrated, jobs found, the shot preview put away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import bpy

from .migrate import migrate, stamp
from .offers import Offers
from .runner import Runner
from .shot_preview import ShotPreview


class Handlers:
    """Registered with Blender by `add`, taken back by what it pushes on the stack."""

    def __init__(self, runner: Runner, offers: Offers, preview: ShotPreview) -> None:
        self._runner, self._offers, self._preview = runner, offers, preview
        self._timer = self._now  # one object: Blender knows a timer by its identity

    def add(self, undo: ExitStack) -> None:
        """Begin to listen; `undo` ends it."""
        rows: dict[str, Callable[..., None]] = {
            "load_pre": self.leave,
            "load_post": self.opened,
            "save_pre": self.saving,
            "undo_pre": self.leave,
            "redo_pre": self.leave,
            "undo_post": self.undone,
            "redo_post": self.undone,
        }
        for name, method in rows.items():
            listeners = getattr(bpy.app.handlers, name)
            # Only what is marked persistent outlives the opening of a file; a bound method can't be marked.
            handler = bpy.app.handlers.persistent(_function(method))
            listeners.append(handler)
            undo.callback(listeners.remove, handler)
        if not bpy.app.background:
            # Switched on in a Blender that has a file open already; while we are registered nothing may be touched.
            bpy.app.timers.register(self._timer, first_interval=0.0)
            undo.callback(self._forget_timer)

    def leave(self) -> None:
        """The scene as the user has it, before Blender takes it away, keeps it or goes back in it."""
        self._preview.leave()

    def saving(self) -> None:
        """Nothing of ours but the settings goes into the user's file."""
        self._preview.leave()
        stamp()

    def opened(self) -> None:
        """A file was opened: what was found in the last one holds no more."""
        self._preview.sweep()
        self._runner.looked = None
        migrate()
        self._offers.look()

    def undone(self) -> None:
        """A state that Blender kept while shots were shown brings their scene back."""
        self._preview.sweep()

    def _now(self) -> None:
        migrate()
        self._offers.look()

    def _forget_timer(self) -> None:
        if bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)


def _function(method: Callable[[], None]) -> Callable[..., None]:
    def handler(*_given: Any) -> None:
        method()

    return handler
