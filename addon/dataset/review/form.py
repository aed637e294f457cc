# SPDX-License-Identifier: GPL-3.0-or-later
"""The person's word on each picture, and what may be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from ...common.errors import InputError

VERDICTS = ("accepted", "rejected")
#: Letters of a caption, and of a picture's id: a path below a folder at the longest.
MAX_TEXT = 4000
MAX_ID = 500


class Keep(Enum):
    """The field of an edit that changes nothing."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True)
class Edit:
    """What is to become of one picture's word; a field that is not given stays. None takes the word back.

    print: hash of the print that a verdict is about; seen: hash of the caption file that a text was written over.
    """

    text: str | Keep | None = KEEP
    verdict: str | Keep | None = KEEP
    print: str | None = None
    seen: str | None = None

    def fields(self) -> dict[str, str | None]:
        """What it changes, checked and tidied. Raises InputError."""
        given: dict[str, str | None] = {}
        if not isinstance(self.text, Keep):
            given["text"] = self.text if self.text is None else checked_text(self.text)
        if not isinstance(self.verdict, Keep):
            if self.verdict not in (None, *VERDICTS):
                raise InputError(f"verdict {self.verdict!r}: not one. Use {' or '.join(VERDICTS)}.")
            given["verdict"] = self.verdict
        return given


@dataclass(frozen=True)
class Entry:
    """One picture's word. *_at: the revision in which it was last changed; print, seen: as in Edit."""

    text: str | None = None
    verdict: str | None = None
    print: str | None = None
    seen: str | None = None
    text_at: int = 0
    verdict_at: int = 0

    def changed_at(self, name: str) -> int:
        """When a field was last changed."""
        return self.text_at if name == "text" else self.verdict_at

    def to_json(self) -> dict[str, Any]:
        """As review.json has it."""
        marks = {"print": self.print, "seen": self.seen}
        at = {"at": {"text": self.text_at, "verdict": self.verdict_at}}
        return {"text": self.text, "verdict": self.verdict, **{k: v for k, v in marks.items() if v}, **at}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        """Of review.json. Raises ValueError, TypeError or KeyError for anything else."""
        at = data.get("at", {})
        word = Edit(data["text"], data["verdict"]).fields()
        changed = {name: int(at.get(name, 0)) for name in word}
        marks = _hash(data, "print"), _hash(data, "seen")
        return cls(word["text"], word["verdict"], *marks, changed["text"], changed["verdict"])


@dataclass(frozen=True)
class Review:
    """All that a person has said of a set; `revision` counts the changes. Nothing said: revision 0."""

    revision: int = 0
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The caption in the person's own words, one line; None where they left it to us."""
        return self.entries[name].text if name in self.entries else None

    def verdict(self, name: str, made: str | None = None) -> str | None:
        """`accepted`, `rejected` or None. made: hash of the present print, since a verdict is about one print."""
        entry = self.entries.get(name)
        if entry is None or (made and entry.print and made != entry.print):
            return None
        return entry.verdict


def checked_text(text: Any) -> str | None:
    """A caption as trainers read it: one line without control characters; None for an empty one. Raises InputError."""
    if not isinstance(text, str):
        raise InputError("caption: not a text. Write it in words.")
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " for sign in text.replace("\ufeff", ""))
    plain = " ".join(text.split())
    if len(plain) > MAX_TEXT:
        raise InputError(f"caption: longer than {MAX_TEXT} letters. Shorten it; trainers read about 75 words.")
    return plain or None


def check_name(name: Any) -> str:
    """A picture's id. Raises InputError."""
    if not isinstance(name, str) or not 0 < len(name) <= MAX_ID or not name.isprintable():
        raise InputError("picture: not the name of one. Load the page again.")
    return name


def _hash(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is not a hash")
    return value
