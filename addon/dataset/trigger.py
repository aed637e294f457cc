# SPDX-License-Identifier: GPL-3.0-or-later
"""The trigger word and the class word: safe as file names, as caption chunks and on every upload page."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ..common.errors import InputError
from ..plan.settings import axis_settings
from ..plan.shots import AXES
from .caption_words import WORDS

#: Long enough for any name; short enough for file names and for the text encoder.
MAX_LENGTH = 40
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_CLASS = re.compile(r"[a-z0-9][a-z0-9 -]*")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def check_trigger(text: str) -> str:
    """The trigger in lower case: one word of a-z, 0-9, - and _. Raises InputError with a suggestion."""
    word = text.lower()
    reason = _trigger_fault(word)
    if reason:
        shown = text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH] + "..."
        raise InputError(f"trigger {shown!r}: {reason}. Use one word such as {suggest(text)}.")
    return word


def check_class(text: str) -> str:
    """The class word (`woman`, `old man`) in lower case, safe in a folder's name. Raises InputError."""
    word = " ".join(text.lower().split())
    if len(word) > MAX_LENGTH or not _CLASS.fullmatch(word):
        raise InputError(f"class {text[:MAX_LENGTH]!r}: letters, digits, spaces and - only. Use a word such as woman.")
    return word


def suggest(text: str) -> str:
    """A trigger that check_trigger takes, as near to `text` as its letters allow: `Mara Syn` -> `mara_syn`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    parts = re.findall(r"[a-z0-9-]*[a-z0-9]", plain.lower().replace("'", ""))
    word = "_".join(part.strip("-") for part in parts)[:MAX_LENGTH].strip("_-")
    if not word:
        return "my_character"
    return word if _trigger_fault(word) is None else f"{word[: MAX_LENGTH - 4].rstrip('_-')}_syn"


def _trigger_fault(word: str) -> str | None:
    faults = (
        (not word.strip(), "empty"),
        (len(word) > MAX_LENGTH, f"longer than {MAX_LENGTH} characters"),
        (not _WORD.fullmatch(word), "only letters a-z, digits, - and _ are allowed, a letter or digit at both ends"),
        (not re.search("[a-z]", word), "needs a letter"),
        (word in _RESERVED, "a name that Windows keeps for itself"),
        (word in _ordinary_words(), "an ordinary word of captions, which models know already"),
    )
    return next((reason for found, reason in faults if found), None)


@cache
def _ordinary_words() -> frozenset[str]:
    """Every word that captions use beside the trigger."""
    settings = [item for axis in AXES for item in axis_settings(axis).values()]
    texts = [text for item in settings for text in (item.name, item.tag, item.phrase, *item.danbooru, *item.e621)]
    texts += [text for counts in WORDS["count"].values() for text in (*counts, *counts.values())]
    texts += [*WORDS["persons"], *WORDS["behind"]]
    texts += [*WORDS["style_notes"].values(), *WORDS["class_word"].values(), "a an and is shown in with style solo"]
    words = (word for text in texts for word in (text, *re.split(r"[\s,_-]+", text)))
    return frozenset(word.lower() for word in words)
