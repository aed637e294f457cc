# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels share beside the job: what the picks would come to, the contact sheet, the open review page.

Drawings only look at it; threads work, and a short timer draws the sidebar again while they do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy

from ..common.errors import InputError
from .book import Book, Edition, Reader, edition, read_book
from .later import Later
from .outlook import Outlook, Question, work_out
from .pace import Estimate, Stopwatch, way_of
from .places import user_folder
from .review_server import ReviewServer
from .runner import Runner
from .sheet import Sheet
from .shot_settings import choices
from .thumbnails import Thumbnails

#: Seconds between two looks whether a thread is done.
INTERVAL = 0.1
PACES = "paces.json"


class Desk:
    """One for all windows, made when the extension is switched on."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.outlooks: Later[Question, Outlook] = Later(work_out)
        self.books: Later[Edition, Book] = Later(read_book, remembered=4)
        self.thumbnails = Thumbnails()
        self.sheet = Sheet()
        self.reader = Reader()
        self.server = ReviewServer()
        self.stopwatch = Stopwatch(user_folder("") / PACES)
        self._last: Outlook | None = None
        self._last_book: tuple[Path, Book] | None = None
        self._timer = self._tick
        for kind in ("progress", "shot", "done"):
            runner.listeners[kind] = self.hear
        choices()  # read now, not in the first drawing

    def hear(self, event: dict[str, Any]) -> None:
        """An event of the job that runs."""
        if event["event"] == "progress":
            self.stopwatch.begin(way_of(self.runner.job.words) if self.runner.job is not None else None)
        self.stopwatch.take(event)
        if self.sheet.take(event):
            progress = self.runner.progress  # a sheet is no dataset: nothing of it is told but that it is there
            progress.words, progress.notes = f"The contact sheet has {len(self.sheet.pictures)} pictures.", []

    def outlook(self, settings: Any) -> tuple[Outlook, bool]:
        """What the picks come to, and whether that is up to date; what was known last, while it is worked out."""
        try:
            question = self.question(settings)
        except InputError as error:
            return Outlook(problem=str(error)), True
        found = self.outlooks.ask(question)
        if found is None:
            self.watch()
            return self._last or Outlook(), False
        self._last = found
        return found, True

    def problem(self, settings: Any) -> str:
        """Why the job that is picked can't be begun, as far as is known by now; "" where it can. Never waits."""
        found, _fresh = self.outlook(settings)
        return found.problem

    def question(self, settings: Any) -> Question:
        """What the picks ask. Raises InputError for picks that no command can be made of."""
        words = settings.arguments()
        words[1] = words[1] or "scene.blend"  # the open scene is copied only when a job begins
        looked = settings.looked()
        facts = json.dumps(looked.facts, sort_keys=True) if looked is not None and looked.facts else ""
        preset = settings.picked_preset()
        return Question(tuple(words), facts, () if preset is None else (preset.budget, len(preset.shots), id(preset)))

    def estimate(self, outlook: Outlook) -> Estimate | None:
        """How long it will take."""
        return outlook.estimate(self.stopwatch.measured)

    def book(self, out: Path) -> Book | None:
        """The set in a folder, as it was known last while it is read anew; None before."""
        found = self.books.ask(edition(out))
        if found is None:
            self.watch()
            return self._last_book[1] if self._last_book is not None and self._last_book[0] == out else None
        self._last_book = (out, found)
        return found

    def icon(self, path: Path, side: int) -> int:
        """A picture's icon, 0 while it is read."""
        found = self.thumbnails.icon(path, side)
        if not found and self.thumbnails.busy:
            self.watch()
        return found

    def watch(self) -> None:
        """Draw the sidebars again when the threads are done."""
        if not bpy.app.background and not bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.register(self._timer, first_interval=INTERVAL)

    def close(self) -> None:
        """The extension is being switched off."""
        if bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)
        self.server.close()
        for thread in (self.outlooks, self.books, self.thumbnails):
            thread.close()

    def _tick(self) -> float | None:
        redraw()
        return INTERVAL if self.outlooks.busy or self.books.busy or self.thumbnails.busy else None


def redraw() -> None:
    """Draw the sidebars of all windows again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
