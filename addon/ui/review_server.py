# SPDX-License-Identifier: GPL-3.0-or-later
"""The review page: its server runs beside Blender, and its address is opened when it listens."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..common.errors import WorkError
from ..farm.blender import command_line
from .child import Child

INTERVAL = 0.3


class ReviewServer:
    """One page at a time; gone with the extension."""

    def __init__(self) -> None:
        self.words = ""
        self._child: Child | None = None
        self._folder: Path | None = None
        self._url = ""
        self._timer = self._tick

    def open(self, folder: Path) -> None:
        """Open the page of a folder, starting its server where it doesn't run. Raises WorkError."""
        if self._child is not None and self._folder == folder and self._child.status() is None and self._url:
            bpy.ops.wm.url_open(url=self._url)
            return
        self.close()
        try:
            self._child = Child(command_line(["review", str(folder), "--json"]))
        except OSError as error:
            raise WorkError(f"The review page can't be started ({error.strerror}).") from error
        self._folder, self._url, self.words = folder, "", "Opening the page in your browser …"
        bpy.app.timers.register(self._timer, first_interval=INTERVAL)

    def close(self) -> None:
        """End the server."""
        if bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)
        if self._child is not None:
            self._child.close()
        self._child, self._url, self.words = None, "", ""

    def _tick(self) -> float | None:
        child = self._child
        if child is None:
            return None
        for event in child.news():
            if event["event"] == "listening" and str(event.get("url", "")).startswith("http://127.0.0.1:"):
                self._url, self.words = str(event["url"]), "The page is open in your browser."
                bpy.ops.wm.url_open(url=self._url)
        if child.status() is not None:
            self.words = child.complaint() or "The review page was closed."
            return None
        return None if self._url else INTERVAL
