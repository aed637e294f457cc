# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user decides about captions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..common.errors import InputError
from .trigger import check_class, check_trigger

#: tags: the guide's comma form; natural: a sentence; danbooru: that site's tags; trigger: the trigger alone.
STYLES = ("tags", "natural", "danbooru", "trigger")
MAX_FIELD = 60
MAX_NOTES = 160


@dataclass(frozen=True)
class CaptionOptions:
    """Checked on making; raises InputError.

    class_word: None takes the character's own word, or `person`. age, ethnicity: said only if given.
    style_notes: comma list; None says that it is a 3D render, "" says nothing. identity: name what is constant about
    the character too (hair, eyes, clothing, a feature), which otherwise is left for the trigger to learn.
    """

    trigger: str
    class_word: str | None = None
    style: str = "tags"
    age: str | None = None
    ethnicity: str | None = None
    style_notes: str | None = None
    identity: bool = False

    def __post_init__(self) -> None:
        tidy = object.__setattr__
        tidy(self, "trigger", check_trigger(self.trigger))
        tidy(self, "class_word", check_class(self.class_word) if self.class_word else None)
        tidy(self, "age", _field("age", self.age, MAX_FIELD).replace(",", ""))
        tidy(self, "ethnicity", _field("ethnicity", self.ethnicity, MAX_FIELD).replace(",", ""))
        if self.style_notes is not None:
            tidy(self, "style_notes", _field("style notes", self.style_notes, MAX_NOTES))
        if self.trigger in (self.class_word or "").split():
            raise InputError(f"trigger {self.trigger!r}: is the class word too. Use a word such as {self.trigger}_syn.")
        if self.style not in STYLES:
            raise InputError(f"style {self.style!r}: not a style of captions. Choose one of {', '.join(STYLES)}.")

    @classmethod
    def from_job(cls, job: dict[str, Any]) -> CaptionOptions:
        """The options that OUT/job.yaml holds."""
        names = ("class_word", "age", "ethnicity", "style_notes")
        texts = {name: None if job.get(name) is None else str(job[name]) for name in names}
        style = job.get("style") or STYLES[0]
        trigger = job.get("trigger")
        if not trigger:
            raise InputError("trigger: none given, and captions begin with it. Add --trigger WORD.")
        return cls(trigger=str(trigger), style=style, identity=bool(job.get("identity")), **texts)


def _field(name: str, text: str | None, limit: int) -> str:
    plain = " ".join("".join(c for c in text or "" if c.isprintable() or c.isspace()).split())
    if len(plain) > limit:
        raise InputError(f"{name}: longer than {limit} characters. Shorten it; a caption holds about 50 words in all.")
    return plain.strip(" ,.;:").replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")
