# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job tells: a progress bar and plain sentences for people, JSON lines for machines."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from .console_captioners import CaptionerLines
from .dataset.caption_style import ASKED
from .findings import describe_character, describe_licence

Event = dict[str, Any]

BAR = 28
STAGES = {
    "character": "Opening the character in Blender …",
    "light": "Mixing light …",
    "backgrounds": "Compositing backgrounds …",
    "dataset": "Writing captions, dataset and packages …",
    "checks": "Checking the pictures …",
    "report": "Writing the report …",
}


class Pace:
    """How long the rest will take, judged by the pictures made since `done` were there."""

    def __init__(self, done: int) -> None:
        self._done = done
        self._begun = time.monotonic()

    def left(self, done: int, total: int) -> str:
        """`about 1 min 15 s left`; a judgement needs one picture."""
        now = done - self._done
        return (
            f"about {duration((time.monotonic() - self._begun) / now * (total - done))} left"
            if now
            else "the first takes longest"
        )


class Console(CaptionerLines):
    """Receives a job's events. Progress goes to standard error, results to standard output."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._pace = Pace(0)
        self._bar_shown = False

    def tell(self, event: Event) -> None:
        """Show one event."""
        if self.as_json:
            self.say(json.dumps(event, ensure_ascii=False))
            return
        show = getattr(self, f"_on_{event['event']}", None)
        if show is not None:
            show(event)

    def say(self, line: str) -> None:
        """A line of result on standard output."""
        self._clear()
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def note(self, line: str) -> None:
        """A line about the work on standard error."""
        self._clear()
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _on_note(self, event: Event) -> None:
        self.note(f"  note: {event['text']}")

    def _on_stage(self, event: Event) -> None:
        self.note(STAGES[event["stage"]])

    def _on_found(self, event: Event) -> None:
        self.note(describe_character(event["facts"]))
        if event.get("corrections"):
            self.note(f"  note: corrected by the file beside it: {event['corrections']}.")
        self.note(f"  {describe_licence(event['facts'].get('licence'))}")
        for warning in event["warnings"]:
            self.note(f"  note: {warning}")

    def _on_plan(self, event: Event) -> None:
        self.note(f"{_count(event['shots'], 'picture')} planned, {_count(event['takes'], 'take')} to photograph.")
        for sentence in event["left_out"]:
            self.note(f"  note: {sentence}")

    def _on_sheet(self, event: Event) -> None:
        self.say(f"Sheet:    {event['path']}")

    def _on_relit(self, event: Event) -> None:
        pictures = _count(event["pictures"], "picture")
        self.note(f"{pictures} as relit after the render; `modelsheet relight DIR --undo` takes that back.")

    def _on_progress(self, event: Event) -> None:
        self._pace = Pace(event["done"])
        if event["done"]:
            self.note(f"{_count(event['done'], 'picture')} already there, going on.")
        self._bar(event["done"], event["total"], "")

    def _on_shot(self, event: Event) -> None:
        self._bar(event["done"], event["total"], Path(event["path"]).stem)

    def _on_stood(self, event: Event) -> None:
        if event["done"] == 1:
            self._pace = Pace(0)
        self._bar(event["done"], event["total"], "")

    def _on_failed(self, event: Event) -> None:
        self.note(f"Could not photograph {', '.join(event['ids'])}: {event['message']}")

    def _on_captions(self, event: Event) -> None:
        if event["because"] != ASKED:
            self.note(f"Captions: {event['style']}, because {event['because']}. --style asks for another form.")

    def _on_checks(self, event: Event) -> None:
        hint = f" `modelsheet check {event['out']}` says what." if event["bad"] or event["look"] else ""
        self.note(event["summary"] + hint)

    def _on_verified(self, event: Event) -> None:
        for fault in event["faults"]:
            self.say(f"{event['zip']}: {fault}")
        if not event["faults"]:
            self.say(f"{event['zip']}: whole and safe, {_count(event['files'], 'file')}.")

    def _on_done(self, event: Event) -> None:
        if event["shots"]:
            self.note(
                f"{_count(event['shots'] - len(event['failed']), 'picture')} in {duration(event['seconds'])}"
                f" ({event['rendered']} {_made(event)}, {event['reused']} from before)."
            )
        else:  # captions or packages alone
            self.note(f"Done in {duration(event['seconds'])}.")
        self.say(f"Pictures: {Path(event['out']) / 'raw_generated'}")
        if event["dataset"]:
            self.say(f"Dataset:  {event['dataset']}")
        for path in event["packages"]:
            self.say(f"Package:  {path}")
        for sentence in event["notes"]:
            self.note(f"  note: {sentence}")
        if event["report"]:
            self.say(f"Report:   {event['report']}")

    def _bar(self, done: int, total: int, name: str) -> None:
        if not sys.stderr.isatty():
            if name:
                self.note(f"[{done}/{total}] {name}")
            return
        full = round(BAR * done / max(total, 1))
        rest = self._pace.left(done, total) if done < total else ""
        line = f"{'█' * full}{'░' * (BAR - full)} {done}/{total}  {rest}  {name}"
        sys.stderr.write(f"\r\x1b[K{line[:110]}")
        sys.stderr.flush()
        self._bar_shown = True
        if done == total:
            self._clear(keep=True)

    def _clear(self, keep: bool = False) -> None:
        if self._bar_shown:
            sys.stderr.write("\n" if keep else "\r\x1b[K")
            self._bar_shown = False


def _made(event: Event) -> str:
    """How the new pictures of a "done" event came about."""
    return "photographed now" if event.get("exposed", 1) else "made from negatives now"


def duration(seconds: float) -> str:
    """`75` -> `1 min 15 s`."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
