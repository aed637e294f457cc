# SPDX-License-Identifier: GPL-3.0-or-later
"""What captioning models and their environment tell, as lines and bars for people: a part of console.py's Console."""

from __future__ import annotations

import sys
import time
from typing import Any

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
        name, model = event["captioner"], event["model"]
        if event["device"] is None:
            self.note(f"Loading {name} ({model}) …")
            return
        where = {"cpu": "the processor", "cuda": "the graphics card", "mps": "Apple's graphics (Metal)"}[
            event["device"]
        ]
        left = event["total"] - event["done"]
        before = f", {event['done']} from before" if event["done"] else ""
        self.note(
            f"{name} looks at {left} pictures{before}, on {where}, in {event['dtype']}, {event['batch']} at a time."
        )

    def _on_captioned(self, event: Event) -> None:
        if event["id"] is None:
            self.note(f"{event['captioner']} has looked at all {event['total']} pictures before.")
        else:
            self._meter("Captioning", event["done"], event["total"], "", event["seconds_left"])

    def _on_uncaptioned(self, event: Event) -> None:
        self.note(f"{event['captioner']} has nothing on {event['id']}: {event['message']}")

    def _on_halved(self, event: Event) -> None:
        self.note(
            f"{event['captioner']}: memory did not hold so many pictures at a time; {event['batch']} from here on."
        )

    def _on_would_fetch(self, event: Event) -> None:
        self.note("This would fetch:")
        for thing in event["things"]:
            self.note(f"  {thing}")

    def _on_setting_up(self, event: Event) -> None:
        self._meter(event["step"], event["done"], event["total"], " MB", event["seconds_left"])

    def _on_fetching(self, event: Event) -> None:
        words = f"Fetching the weights of {event['captioner']}"
        self._meter(words, event["done"], event["total"], " MB", event["seconds_left"])

    def _on_set_up(self, event: Event) -> None:
        self.say(f"Ready: {event['folder']}")

    def _on_standing(self, event: Event) -> None:
        works = event["works"]
        how = f", torch {works['torch']} on {works['device']}, transformers {works['transformers']}" if works else ""
        self.say(f"{event['folder']}: {event['words']}{how}.")
        for row in event["captioners"]:
            there = "here" if row["there"] else f"{row['download']} MB to fetch"
            self.say(f"  {row['name']:17} {there:18} {row['about']} ({row['licence']})")

    def _meter(self, words: str, done: float, total: float, unit: str, left: float | None) -> None:
        """A bar on a terminal; elsewhere a line for each new step, and one now and then."""
        if not sys.stderr.isatty():
            now = time.monotonic()
            if words != self._step or now - self._step_told > QUIET or (done == total and self._step_told):
                self._step, self._step_told = words, 0.0 if done == total else now
                self.note(f"{words} [{done}/{total}{unit}]")
            return
        full = round(BAR * done / max(total, 1))
        rest = "" if left is None else f"about {_duration(left)} left"
        line = f"{'█' * full}{'░' * (BAR - full)} {done}/{total}{unit}  {words}  {rest}"
        sys.stderr.write(f"\r\x1b[K{line[:110]}")
        sys.stderr.flush()
        self._bar_shown = True


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"
