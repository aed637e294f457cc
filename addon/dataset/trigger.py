# SPDX-License-Identifier: GPL-3.0-or-later
"""The trigger word and the class word: safe as file names, as caption chunks and on every upload page."""

from __future__ import annotations

import re
import unicodedata

from ..common.errors import InputError

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
    if not word.strip():
        return "empty"
    if len(word) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    if not _WORD.fullmatch(word):
        return "only letters a-z, digits, - and _ are allowed, with a letter or digit at both ends"
    if not re.search("[a-z]", word):
        return "needs a letter"
    if word in _RESERVED:
        return "a name that Windows keeps for itself"
    return None
