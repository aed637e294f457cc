# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of one picture, in the form in which statements are held against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...plan.facts import CharacterFacts
from ...plan.settings import Setting, setting
from ..backgrounds import trained_on
from ..caption_options import CaptionOptions
from ..caption_said import WHO, class_word
from ..layout import Row
from .lexicon import FILLER, normal

#: Degrees by which the head may be turned and the eyes still look ahead.
STRAIGHT = 8.0
_CARRIES_HEAD = ("hips", "spine", "chest", "neck", "head")


@dataclass(frozen=True)
class Known:
    """truth: axis -> what is so, None where nobody can tell; free: axes of which nothing is known, so that a model
    may speak of them; words: what is so in the captions' words; sex: female, male or "" where it is not said;
    own: what the character says of itself, by name; framing, hands, face: what of the person is in the picture."""

    truth: Mapping[str, str | None]
    framing: str
    hands: int
    face: bool
    eyes: int
    sex: str = ""
    free: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)


def known(row: Row, shown: Mapping[str, Setting], facts: CharacterFacts, options: CaptionOptions) -> Known:
    """Of a truth row. shown: what of it captions name (see seen.py)."""
    settings, visible = row["settings"], row["visible"]
    behind = trained_on(setting("background", settings["background"]))
    truth: dict[str, str | None] = {axis: settings[axis] for axis in ("angle", "framing", "pose")}
    truth |= {axis: settings[axis] if axis in shown else None for axis in ("expression", "lighting")}
    truth |= {"background": behind.name, "count": "one", "age": None, "medium": "render", "gaze": _gaze(row, shown)}
    truth["eyes"] = "open" if visible.get("eyes") and "expression" in shown else None
    if row["made"]["pose"]["method"] == "none":
        truth["pose"] = None
    return Known(
        truth=truth,
        framing=settings["framing"],
        hands=visible["hands"],
        face=bool(visible["face"]),
        eyes=int(visible.get("eyes") or 0),
        sex=sex_of(class_word(facts, options)),
        free=frozenset({"background"}) if behind.geometry["kind"] == "folder" else frozenset(),
        words={axis: shown.get(axis, setting(axis, name)).tag for axis, name in settings.items()},
        own={name: normal(words) for name, words in facts.words.items() if name not in WHO and words},
    )


def _gaze(row: Row, shown: Mapping[str, Setting]) -> str | None:
    """Where the eyes look, seen from the camera: straight ahead of the head, unless the expression lowers them; None
    where that can't be told, because the pose turns the head or the eyes can't be seen."""
    expression = shown.get("expression")
    if expression is None or not row["visible"].get("eyes") or _turned(row["settings"]["pose"]) > STRAIGHT:
        return None
    if expression.geometry.get("gaze", 0) > 0:
        return "down"
    angle = row["settings"]["angle"]
    if angle == "front":
        return "viewer"
    return "away" if angle.startswith(("three_quarter", "profile")) else None


def _turned(pose: str) -> float:
    """By how many degrees a pose turns the head to the side, with all that carries it."""
    turns = setting("pose", pose).geometry.get("turns", {})
    return abs(sum(turns[part].get("turn", 0) for part in _CARRIES_HEAD if part in turns))


def sex_of(word: str) -> str:
    """female or male, by the last word of what somebody is called; "" for words that don't say."""
    last = (normal(word).split() or [""])[-1]
    return next((sex for sex in ("female", "male") if last in FILLER["subjects"][sex]), "")
