# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found in the character that is picked, as far as the panel asks about it. Never imports bpy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..findings import BODIES, describe_character, describe_licence
from ..plan.facts import SURE

#: What the panel asks when it is not sure: the pick that answers, and the question.
QUESTIONS = {
    "facing": "Not sure which way it looks ({sure}). Where is its front?",
    "head": "Not sure what its head is ({sure}). Which bone or mesh?",
}

#: The directions that a facing can be told as.
AXES = {"+X": (1, 0, 0), "-X": (-1, 0, 0), "+Y": (0, 1, 0), "-Y": (0, -1, 0), "+Z": (0, 0, 1), "-Z": (0, 0, -1)}

#: What the panel calls the command line's options.
OPTIONS = {
    "--facing": "Front",
    "--head": "Head",
    "--character": "Which one",
    "--eyes": "the eyes",
    "--only": "Pictures",
    "Add --render": "Tick Photograph again",
    "with --source": "with Source, under Package",
    "with --reason": "with Reason, under Package",
    "--source": "Source",
    "--reason": "Reason",
    "--purpose": "Purpose",
    "--backgrounds": "Own backgrounds",
    "--resolution": "Resolution",
    "--size": "Size",
    "--base": "Base model",
    "--trigger": "Trigger",
    "--axis": "Shots",
    "--for kohya": "kohya sd-scripts",
    "--for": "Package",
}


@dataclass(frozen=True)
class Looked:
    """file: which character was looked at. words: one line of what was found. questions: pick -> question, for what
    is not sure, "" where only a note speaks of it. names: the characters in the file, parts: the bones and meshes that
    could be the head. facts: of the one that is photographed, as `inspect --json` has them. handles: the names of its
    armature, head bone and meshes. standing: where the open scene's objects stood then: name -> matrix, 16 numbers.
    notes: its licence, and what else is to be known."""

    file: str
    words: str
    questions: dict[str, str]
    names: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    handles: dict[str, Any] = field(default_factory=dict)
    standing: dict[str, tuple[float, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def objects(self) -> set[str]:
        """The names of the objects that are this character."""
        armature = self.handles.get("armature")
        return {*self.handles.get("meshes", ()), *([armature] if armature else [])}

    def rows(self) -> list[tuple[str, str, float | None]]:
        """(what, what was found, how sure), for a table."""
        facts, sure = self.facts, self.facts.get("confidence", {})
        rows = [("Body", _body(facts), sure.get("kind"))]
        if "facing" in facts:
            rows.append(("Front", axis_name(facts["facing"]), sure.get("facing")))
        if "head" in facts:
            rows.append(("Head", self.handles.get("head") or "found by its shape", sure.get("head")))
        if "eyes" in facts:
            rows.append(("Eyes", "found" if facts["eyes"] else "not found", sure.get("eyes") if facts["eyes"] else 0.0))
        return rows


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:]


def _body(facts: dict[str, Any]) -> str:
    body = BODIES.get(facts.get("body", ""), "")
    return body if facts.get("kind") == "humanoid" else f"{body}, not a person"


def axis_name(facing: Sequence[float]) -> str:
    """`-Y`, or the nearest axis and how far it is off: `-Y, 12° off`."""
    angles = {name: math.degrees(math.acos(max(-1.0, min(1.0, _dot(facing, way))))) for name, way in AXES.items()}
    name = min(angles, key=lambda axis: angles[axis])
    return name if angles[name] < 1 else f"{name}, {angles[name]:.0f}° off"


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def look(
    file: str,
    event: dict[str, Any],
    standing: dict[str, tuple[float, ...]] | None = None,
    before: Looked | None = None,
) -> Looked:
    """From the "inspected" event of `inspect`, or the "found" event of `make`. standing: see Looked.

    before: what was known until now; of the same character it tells which objects it is, where the event does not.
    """
    if "handles" not in event and before is not None and before.file == file:
        event = {**event, "handles": before.handles, "parts": before.parts}
        standing = before.standing
    characters = event.get("characters") or [event["facts"]]
    facts = characters[0]
    notes = " ".join(event["warnings"])
    questions = {}
    for pick, question in QUESTIONS.items():
        sure = facts["confidence"].get(pick, 0.0)
        if sure < SURE or f"--{pick}" in notes:
            questions[pick] = question.format(sure=f"{sure:.0%}") if sure < SURE else ""
    return Looked(
        file=file,
        words=describe_character(facts),
        questions=questions,
        names=tuple(row["name"] for row in characters),
        parts=tuple(event.get("parts", ())),
        facts=facts,
        handles=event.get("handles") or {},
        standing=standing or {},
        notes=(describe_licence(facts.get("licence")), *map(_sentence, map(in_panel, event["warnings"]))),
    )


def in_panel(note: str) -> str:
    """A note in the panel's words."""
    for option, name in OPTIONS.items():
        note = note.replace(option, name)
    return note
