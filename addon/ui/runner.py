# SPDX-License-Identifier: GPL-3.0-or-later
"""The one job that the interface can run: started, followed by a timer, paused, cancelled, gone on unregister."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import bpy

from ..farm.blender import command_line
from . import remember
from .child import Child
from .looked import Looked, look
from .places import user_folder
from .progress import Progress
from .remember import Job
from .scene_copy import discard

#: Seconds between two looks at the child; how long a stopping one may take; how long the closing words stay.
INTERVAL = 0.25
GRACE = 5.0
LINGER = 12.0
#: Seconds between two notes of how far a job is.
NOTED = 5.0
#: So many events are taken at once: a flood must not hold the window up.
AT_ONCE = 40

Event = dict[str, Any]


class Runner:
    """Holds the child and its progress. Only `tick` changes what the panel shows while a job runs.

    job: what runs or ran last, where it is one to be remembered. listeners: told each event, by what they wait for.
    """

    def __init__(self) -> None:
        self.progress = Progress()
        self.looked: Looked | None = None
        self.job: Job | None = None
        self.listeners: dict[str, Callable[[Event], None]] = {}
        self._subject = ""
        self._standing: dict[str, tuple[float, ...]] = {}
        self._child: Child | None = None
        self._deadline = 0.0
        self._noted = 0.0
        self._begun = False
        self._timer = self.tick  # one object: Blender knows a timer by its identity

    def start(
        self,
        arguments: Sequence[str],
        words: str = "Starting …",
        subject: str | None = None,
        standing: dict[str, tuple[float, ...]] | None = None,
        job: Job | None = None,
    ) -> None:
        """Run `modelsheet ARGUMENTS`: a command and its character. Raises OSError if no process can be started.

        subject: what the character is known by (settings.picked()); the second argument where that is the same.
        standing: see Looked. job: where it is to be remembered.
        """
        self._forget_timer()
        self._child = Child(command_line(arguments))
        self._subject = subject if subject is not None else (arguments[1] if len(arguments) > 1 else "")
        self._standing = standing or {}
        self.job, self._begun = job, False
        self.progress = Progress(
            "running", words, out=job.out if job is not None else None, verb=arguments[0] if arguments else ""
        )
        bpy.app.timers.register(self._timer, first_interval=INTERVAL, persistent=True)

    def refuse(self, words: str, verb: str = "") -> None:
        """What was asked can't be begun: the panel says why, as the status bar does."""
        self.progress = Progress("failed", words, verb=verb)

    def tick(self) -> float | None:
        """Called by Blender's timer: seconds until the next call, None to end."""
        child = self._child
        if child is None:
            self._show(None)
            return None
        status = child.status()
        flooded = False
        for number, event in enumerate(child.news(), 1):
            self._take(event)
            if number == AT_ONCE:
                flooded = True
                break
        if status is None or flooded:
            if self.progress.state == "stopping" and time.monotonic() > self._deadline:
                child.kill()
            self._show(self.progress.words)
            return 0.0 if flooded else INTERVAL
        self.progress.end(status, child.complaint())
        self._child = None
        self._note(state=self.progress.state)
        if self.job is not None and self.progress.state == "failed":
            discard(self.job.out)
        self._show(self.progress.words)
        return LINGER

    def cancel(self) -> None:
        """Ask the job to stop for good; the timer sees it end. One that is paused already is only let go."""
        if self._child is None and self.progress.state == "paused":
            self.progress.state, self.progress.ending = "stopping", "stopped"
            self.progress.end(0, "")
            self._note(state="stopped")
        self._stop("stopped", "Stopping …")

    def pause(self) -> None:
        """Ask the job to stop in order, to go on later."""
        self._stop("paused", "Pausing: the picture in work is left …")

    def close(self) -> None:
        """End everything now: the extension is being switched off. What was at work counts as paused."""
        self._forget_timer()
        if self._child is not None:
            self._child.close()
            self._child = None
            self._note(state="paused")
        self.progress, self.looked, self.job = Progress(), None, None
        self._show(None)

    def _take(self, event: Event) -> None:
        self.progress.take(event)
        kind = event["event"]
        if kind in ("inspected", "found"):
            self.looked = look(self._subject, event, self._standing, self.looked)
        elif kind == "plan" and self.job is not None:  # now its folder is there
            self._begun = True
            remember.enlist(user_folder(""), self.job)
            self._note(state="running")
        elif kind == "shot" and time.monotonic() - self._noted > NOTED:
            self._note()
        if kind in self.listeners:
            self.listeners[kind](event)

    def _note(self, **changed: Any) -> None:
        if self.job is not None and self._begun:
            self._noted = time.monotonic()
            counted = {"done": self.progress.done, "total": self.progress.total} if self.progress.total else {}
            self.job = remember.note(self.job, **counted, **changed)

    def _stop(self, ending: Any, words: str) -> None:
        if self._child is not None:
            self.progress.state, self.progress.ending, self.progress.words = "stopping", ending, words
            self._deadline = time.monotonic() + GRACE
            self._child.interrupt()

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
