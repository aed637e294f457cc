# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a job is, as the panel shows it: made from the job's events. Never imports bpy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..captioners import told
from ..console import STAGES, Pace, duration
from ..findings import describe_character, describe_licence
from .looked import in_panel

State = Literal["idle", "running", "stopping", "paused", "done", "stopped", "failed"]

#: What is said of a job that was stopped in order, by how it was stopped.
STOPPED = {
    "paused": "Paused{at}. Resume goes on from here, also after Blender was closed.",
    "stopped": "Stopped{at}. What is done stays; Make dataset goes on from here.",
}


@dataclass
class Progress:
    """state, one line of words, pictures done of total, notes for the user, and the results once there are some.

    ending: what a job becomes that is being stopped. out: the folder that it works in, where it has one. verb: the
    command, by which each panel knows its own.
    """

    state: State = "idle"
    words: str = ""
    done: int = 0
    total: int = 0
    notes: list[str] = field(default_factory=list)
    results: dict[str, Path] = field(default_factory=dict)
    ending: Literal["paused", "stopped"] = "stopped"
    out: Path | None = None
    verb: str = ""
    _pace: Pace = field(default_factory=lambda: Pace(0), repr=False, compare=False)

    @property
    def busy(self) -> bool:
        """Whether a job runs."""
        return self.state in ("running", "stopping")

    @property
    def factor(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 0.0

    def take(self, event: dict[str, Any]) -> None:
        """Note one event of the job."""
        match event["event"]:
            case "stage":
                self.words = STAGES.get(event["stage"], event["stage"])
            case "found":
                told = [describe_character(event["facts"]), describe_licence(event["facts"].get("licence"))]
                self.notes += [*told, *map(in_panel, event["warnings"])]
            case "inspected":
                self.words = "Looked at the character."
            case "plan":
                self.total = event["shots"]
                self.notes += event["left_out"]
            case "progress":
                self._pace = Pace(event["done"])
                self._count(event)
            case "shot":
                self._count(event)
            case "staged":
                self._pace = Pace(0)
                self.total = event["total"]
                self.words = f"Posing {self.total} shots …"
            case "stood":
                self.done, self.total = event["done"], event["total"]
                self.words = f"{self.done} of {self.total} shots are ready to look at."
            case "failed":
                told = in_panel(event["message"])
                self.notes.append(f"Could not photograph {', '.join(event['ids'])}: {told}")
            case "done":
                self._finish(event)
            case _:
                self._captioning(event)

    def end(self, status: int, complaint: str) -> None:
        """The job's process has ended."""
        if self.state == "stopping":
            at = f" at {self.done} of {self.total} pictures" if self.total else ""
            self.state, self.words = self.ending, STOPPED[self.ending].format(at=at)
        elif status == 0:
            self.state = "done"
        else:
            self.state = "failed"
            self.words = (
                in_panel(complaint) or f"Ended with status {status} and no word. Run it in a terminal to see more."
            )

    def _count(self, event: dict[str, Any]) -> None:
        self.done, self.total = event["done"], event["total"]
        self.words = f"{self.done} of {self.total} pictures, {self._pace.left(self.done, self.total)}"

    def _captioning(self, event: dict[str, Any]) -> None:
        """What captioning models and their environment tell; nothing of any other event."""
        state, note = told.state(event), told.note(event)
        if note is not None:
            self.notes.append(in_panel(note))
        if state is None:
            return
        self.words = state
        if event.get("total") and "seconds_left" in event:
            self.done, self.total = event["done"], event["total"]
            rest = told.left(event["seconds_left"])
            self.words = f"{state}: {self.done} of {self.total}{told.unit(event)}{f', {rest}' if rest else ''}"

    def _finish(self, event: dict[str, Any]) -> None:
        pictures = event["shots"] - len(event["failed"])
        self.notes += map(in_panel, event.get("notes", []))
        took = duration(event["seconds"])
        self.words = f"{pictures} pictures in {took}." if event["shots"] else f"Done in {took}."  # captions, packages
        places = {
            "report": event["report"],
            "dataset": event["dataset"],
            "packages": next(iter(event["packages"]), None),
        }
        self.results = {name: Path(path) for name, path in places.items() if path}
