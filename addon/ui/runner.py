# SPDX-License-Identifier: GPL-3.0-or-later
"""The one job that the interface can run: started, followed by a timer, cancelled, and gone on unregister."""

from __future__ import annotations

import time
from collections.abc import Sequence

import bpy

from ..farm.blender import command_line
from .child import Child
from .looked import Looked, look
from .progress import Progress

#: Seconds between two looks at the child; how long a stopping one may take; how long the closing words stay.
INTERVAL = 0.25
GRACE = 5.0
LINGER = 12.0


class Runner:
    """Holds the child and its progress. Only `tick` changes what the panel shows while a job runs."""

    def __init__(self) -> None:
        self.progress = Progress()
        self.looked: Looked | None = None
        self._file = ""
        self._child: Child | None = None
        self._deadline = 0.0
        self._timer = self.tick  # one object: Blender knows a timer by its identity

    def start(self, arguments: Sequence[str], words: str = "Starting …") -> None:
        """Run `modelsheet ARGUMENTS`: a command and its character. Raises OSError if no process can be started."""
        self._forget_timer()
        self._child = Child(command_line(arguments))
        self._file = arguments[1] if len(arguments) > 1 else ""
        self.progress = Progress("running", words)
        bpy.app.timers.register(self._timer, first_interval=INTERVAL, persistent=True)

    def tick(self) -> float | None:
        """Called by Blender's timer: seconds until the next call, None to end."""
        child = self._child
        if child is None:
            self._show(None)
            return None
        status = child.status()
        for event in child.news():
            self.progress.take(event)
            if event["event"] in ("inspected", "found"):
                self.looked = look(self._file, event)
        if status is None:
            if self.progress.state == "stopping" and time.monotonic() > self._deadline:
                child.kill()
            self._show(self.progress.words)
            return INTERVAL
        self.progress.end(status, child.complaint())
        self._child = None
        self._show(self.progress.words)
        return LINGER

    def cancel(self) -> None:
        """Ask the job to stop; the timer sees it end."""
        if self._child is not None:
            self.progress.state, self.progress.words = "stopping", "Stopping …"
            self._deadline = time.monotonic() + GRACE
            self._child.interrupt()

    def close(self) -> None:
        """End everything now: the extension is being switched off."""
        self._forget_timer()
        if self._child is not None:
            self._child.close()
            self._child = None
        self.progress, self.looked = Progress(), None
        self._show(None)

    def _forget_timer(self) -> None:
        if bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)

    def _show(self, words: str | None) -> None:
        """Words in the status bar of every window (None gives it back), and the sidebars drawn again."""
        for window in bpy.context.window_manager.windows:
            window.workspace.status_text_set(None if words is None else f"Modelsheet: {words}")
            for area in window.screen.areas:
                if area.type == "VIEW_3D":
                    area.tag_redraw()
