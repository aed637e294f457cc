# SPDX-License-Identifier: GPL-3.0-or-later
"""What captioning models and their environment tell, as lines and bars for people: a part of console.py's Console."""

from __future__ import annotations

import sys
import time
from typing import Any

from .captioners import told

Event = dict[str, Any]

BAR = 28
#: Seconds between two lines about the same step where no bar can be drawn.
QUIET = 10.0


class CaptionerLines:
    """Events of addon/captioners; the Console that inherits this has note, say and _bar_shown."""

    _bar_shown: bool
    _step = ""
    _step_told = 0.0

    def note(self, line: str) -> None:
        """A line about the work on standard error."""
        raise NotImplementedError

    def say(self, line: str) -> None:
        """A line of result on standard output."""
        raise NotImplementedError

    def _on_captioner(self, event: Event) -> None:
        self.note(str(told.state(event)))

    def _on_captioned(self, event: Event) -> None:
        if event["id"] is None:
            self.note(str(told.state(event)))
        else:
            self._meter(event)

    def _on_uncaptioned(self, event: Event) -> None:
        self.note(str(told.note(event)))

    def _on_halved(self, event: Event) -> None:
        self.note(str(told.note(event)))

    def _on_would_fetch(self, event: Event) -> None:
        self.note("This would fetch:")
        for thing in event["things"]:
            self.note(f"  {thing}")

    def _on_setting_up(self, event: Event) -> None:
        self._meter(event)

    def _on_fetching(self, event: Event) -> None:
        self._meter(event)

    def _on_set_up(self, event: Event) -> None:
        self.say(str(told.state(event)))

    def _on_standing(self, event: Event) -> None:
        works = event["works"]
        how = f", torch {works['torch']} on {works['device']}, transformers {works['transformers']}" if works else ""
        self.say(f"{event['folder']}: {event['words']}{how}.")
        for row in event["captioners"]:
            there = "here" if row["there"] else f"{row['download']} MB to fetch"
            self.say(f"  {row['name']:17} {there:18} {row['about']} ({row['licence']})")

    def _meter(self, event: Event) -> None:
        """A bar on a terminal; elsewhere a line for each new step, and one now and then."""
        words, done, total = str(told.state(event)), event["done"], event["total"]
        count = f"{done}/{total}{told.unit(event)}"
        if not sys.stderr.isatty():
            now = time.monotonic()
            if words != self._step or now - self._step_told > QUIET or (done == total and self._step_told):
                self._step, self._step_told = words, 0.0 if done == total else now
                self.note(f"{words} [{count}]")
            return
        full = round(BAR * done / max(total, 1))
        line = f"{'█' * full}{'░' * (BAR - full)} {count}  {words}  {told.left(event['seconds_left'])}"
        sys.stderr.write(f"\r\x1b[K{line[:110]}")
        sys.stderr.flush()
        self._bar_shown = True
