# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found in the character that is picked, as far as the panel asks about it. Never imports bpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..findings import describe_character
from ..plan.facts import SURE

#: What the panel asks when it is not sure: the pick that answers, and the question.
QUESTIONS = {
    "facing": "Not sure which way it looks ({sure}). Where is its front?",
    "head": "Not sure what its head is ({sure}). Which bone or mesh?",
}

#: What the panel calls the command line's options.
OPTIONS = {
    "--facing": "Front",
    "--head": "Head",
    "--character": "Which one",
    "--only": "Pictures",
    "Add --render": "Tick Photograph again",
}


@dataclass(frozen=True)
class Looked:
    """file: which character was looked at. words: one line of what was found. questions: pick -> question, for what
    is not sure, "" where only a note speaks of it. names: the characters in the file, parts: the bones and meshes that
    could be the head."""

    file: str
    words: str
    questions: dict[str, str]
    names: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def look(file: str, event: dict[str, Any]) -> Looked:
    """From the "inspected" event of `inspect`, or the "found" event of `make`."""
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
    )


def in_panel(note: str) -> str:
    """A note in the panel's words."""
    for option, name in OPTIONS.items():
        note = note.replace(option, name)
    return note
