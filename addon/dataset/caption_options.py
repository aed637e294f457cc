# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user decides about captions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..common.errors import InputError
from ..plan.caption_styles import DEFAULT_STYLE, STYLES
from .caption_parts import Template, check_parts, check_template
from .trigger import check_class, check_trigger

__all__ = ["CAPTION_FIELDS", "STYLES", "TRUTH", "CaptionOptions"]

MAX_FIELD = 60
MAX_NOTES = 160
#: The captioner that is none: what is known is all that is said.
TRUTH = "truth"
#: The fields of a request that decide captions.
CAPTION_FIELDS = (
    *("trigger", "style", "class_word", "age", "ethnicity", "style_notes", "identity", "parts", "template"),
    "captioner",
)


@dataclass(frozen=True)
class CaptionOptions:
    """Checked on making; raises InputError.

    class_word: None takes the character's own word, or `person`. age, ethnicity: said only if given.
    style_notes: comma list; None says that it is a 3D render, "" says nothing. identity: name what is constant about
    the character too (hair, eyes, clothing, a feature), which otherwise is left for the trigger to learn.
    parts: which parts captions have, in order (see caption_parts.PARTS); None: the style's own. template: a form of
    one's own, for captions of `style` only. base: the base model to train, whose text encoder sets the length.
    captioner: whose words are joined with the truth; `truth`: nobody's.
    """

    trigger: str
    class_word: str | None = None
    style: str = DEFAULT_STYLE
    age: str | None = None
    ethnicity: str | None = None
    style_notes: str | None = None
    identity: bool = False
    parts: tuple[str, ...] | None = None
    template: Template | None = None
    base: str | None = None
    captioner: str = TRUTH

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
        if self.parts is not None and self.template is not None:
            raise InputError("--parts and --template: both say which parts captions have. Give one of them.")

    @property
    def names_identity(self) -> bool:
        """Whether captions name what never changes: asked for as such, or as a part."""
        named = self.template.parts if self.template else self.parts or ()
        return self.identity or "identity" in named

    @classmethod
    def from_job(cls, job: Mapping[str, Any], style: str | None = None) -> CaptionOptions:
        """The options that OUT/job.yaml holds. style: where the job asks for none (see caption_style.py)."""
        names = ("class_word", "age", "ethnicity", "style_notes")
        texts = {name: None if job.get(name) is None else str(job[name]) for name in names}
        trigger, parts, template = (job.get(name) for name in ("trigger", "parts", "template"))
        if not trigger:
            raise InputError("trigger: none given, and captions begin with it. Add --trigger WORD.")
        return cls(
            trigger=str(trigger),
            style=str(job.get("style") or style or DEFAULT_STYLE),
            identity=bool(job.get("identity")),
            parts=check_parts(parts if isinstance(parts, list | tuple) else str(parts)) if parts else None,
            template=check_template(_plain(str(template), str(trigger))) if template else None,
            base=str(job["base"]) if job.get("base") else None,
            captioner=str(job.get("captioner") or TRUTH),
            **texts,
        )


def _plain(text: str, trigger: str) -> str:
    """A template's text in printable letters, without the trigger written out: `{trigger}` stands for it, once."""
    plain = "".join(c for c in text if (c.isprintable() or c.isspace()) and c != "\N{ZERO WIDTH NO-BREAK SPACE}")
    words = f"(?<![\\w{{-]){re.escape(trigger)}(?![\\w}}-])"
    return re.sub(words, "", plain, flags=re.IGNORECASE)


def _field(name: str, text: str | None, limit: int) -> str:
    plain = " ".join("".join(c for c in text or "" if c.isprintable() or c.isspace()).split())
    if len(plain) > limit:
        raise InputError(f"{name}: longer than {limit} characters. Shorten it; a caption holds about 50 words in all.")
    return plain.strip(" ,.;:").replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")
