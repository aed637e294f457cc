# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that a caption is made of: their names, their order, and a person's own template for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from ..common.errors import InputError

#: Part -> what it says. `person` is age, ethnicity and class together, in good English or as the tag sites count.
PARTS = {
    "trigger": "the trigger word",
    "person": "class, age and ethnicity together",
    "class": "woman, man, robot …",
    "age": "the age, if given",
    "ethnicity": "the ethnicity, if given",
    "identity": "what never changes: hair, eyes, clothes",
    "expression": "the expression",
    "pose": "the pose",
    "angle": "from where it is seen",
    "framing": "how much is seen",
    "lighting": "the light",
    "background": "what is behind",
    "seen": "what a captioning model saw beside all this",
    "notes": "the style notes",
}
#: Which parts a caption has, and in which order, where nobody says otherwise: the guide's, and a sentence's.
LISTED = (
    *("person", "ethnicity", "identity", "expression", "pose", "angle", "framing", "lighting", "background"),
    *("seen", "notes"),
)
SPOKEN = ("person", "identity", "framing", "angle", "expression", "pose", "lighting", "background", "seen", "notes")
MAX_TEMPLATE = 400
#: Brackets around nothing.
_NOTHING = re.compile(r"\(\s*\)|\[\s*\]")


@dataclass(frozen=True)
class Word:
    """A piece of a caption and where it comes from: origin truth, model or person; axis: its part, None for glue;
    captioner: the model's name, for a model's words."""

    text: str
    origin: str = "truth"
    axis: str | None = None
    captioner: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """As the manifest has it."""
        said: dict[str, str | None] = {"text": self.text, "origin": self.origin, "axis": self.axis}
        return {**said, "captioner": self.captioner} if self.captioner else said


@dataclass(frozen=True)
class Piece:
    """Words between two placeholders of a template, or a placeholder."""

    text: str
    part: str = ""


@dataclass(frozen=True)
class Template:
    """A person's own form of captions, cut at its commas: a stretch all of whose placeholders are empty is left out."""

    stretches: tuple[tuple[Piece, ...], ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that it names."""
        return tuple(piece.part for stretch in self.stretches for piece in stretch if piece.part)


def check_parts(names: str | Iterable[str]) -> tuple[str, ...]:
    """Parts in the order in which they are to stand, without the trigger, which is always first.

    names: a comma list or a sequence. Raises InputError for unknown ones, with the list of names, and doubles.
    """
    given = names.split(",") if isinstance(names, str) else [str(name) for name in names]
    chosen = [name.strip().lower() for name in given if name.strip()]
    for name in chosen:
        _check_part(name, "--parts")
    if len(set(chosen)) < len(chosen):
        raise InputError(f"--parts {','.join(chosen)}: names a part twice. Name each once.")
    chosen = [name for name in chosen if name != "trigger"]
    if "person" in chosen and {"class", "age", "ethnicity"} & set(chosen):
        raise InputError("--parts: person is class, age and ethnicity together. Name it, or some of the three.")
    return tuple(chosen)


def check_template(text: str) -> Template:
    """A template such as `{trigger}, {age}, {expression} shot of a {class}`. The trigger is put first where it is
    not named. Raises InputError for unknown names, with the list of names, and for what is no template."""
    plain = " ".join(_NOTHING.sub(" ", text).split())
    if len(plain) > MAX_TEMPLATE:
        raise InputError(f"--template: longer than {MAX_TEMPLATE} characters. Shorten it; captions hold 50 words.")
    try:
        pieces = [piece for found in Formatter().parse(plain) for piece in _pieces(*found)]
    except ValueError as error:
        raise InputError(f"--template {plain!r}: a {{ or }} is alone ({error}). Write {{expression}}.") from error
    if "trigger" not in [piece.part for piece in pieces]:
        pieces = [Piece("", "trigger"), Piece(", "), *pieces]
    if pieces[0].part != "trigger" or sum(piece.part == "trigger" for piece in pieces) > 1:
        raise InputError(f"--template {plain!r}: the trigger stands first, and once. Begin with {{trigger}},")
    rest = pieces[1:]
    if rest and (rest[0].part or not rest[0].text.startswith(",")):
        raise InputError(f"--template {plain!r}: a comma must follow {{trigger}}, for trainers keep it by that.")
    if len(pieces) > 1 and not any(piece.part for piece in rest):
        raise InputError(f"--template {plain!r}: says the same of all pictures. Name a part: {', '.join(PARTS)}.")
    return Template(tuple(_stretches(pieces)))


def _pieces(text: str, name: str | None, form: str | None, turn: str | None) -> list[Piece]:
    found = [Piece(text)] if text else []
    if name is None:
        return found
    if form or turn:
        raise InputError(f"--template {{{name}}}: only names stand in braces. Choose of {', '.join(PARTS)}.")
    _check_part(name.strip().lower(), "--template")
    return [*found, Piece("", name.strip().lower())]


def _check_part(name: str, where: str) -> None:
    if name not in PARTS:
        shown = name[:40] or "{}"
        raise InputError(f"{where}: {shown!r} is no part of captions. The parts: {', '.join(PARTS)}.")


def _stretches(pieces: Iterable[Piece]) -> list[tuple[Piece, ...]]:
    """Cut at commas; no stretch is without words or placeholders."""
    cut: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.part:
            cut[-1].append(piece)
            continue
        first, *others = piece.text.split(",")
        cut[-1].append(Piece(first))
        cut += [[Piece(text)] for text in others]
    return [tuple(stretch) for stretch in cut if any(piece.part or piece.text.strip(" .;") for piece in stretch)]
