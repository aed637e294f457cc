# SPDX-License-Identifier: GPL-3.0-or-later
"""File names that every system can hold: what Windows reserves, what climbs out of its folder, what differs in
capitals only."""

from __future__ import annotations

import re
import unicodedata

#: Names that Windows keeps for devices, whatever follows their first dot (learn.microsoft.com, "Naming Files, Paths").
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
#: Of one name in bytes, as Linux file systems have it; of a whole path in characters, so that it fits Windows' 260.
MAX_NAME = 255
MAX_PATH = 200


def name_fault(path: str) -> str | None:
    """Why a relative path with `/` can't be used on every system, in words that follow its name; None if it can."""
    if not path or len(path) > MAX_PATH:
        return "has no name" if not path else f"has a path of more than {MAX_PATH} letters"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or "\\" in path:
        return "names a place outside its folder, or has a backslash"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "climbs out of its folder"
        fault = _part_fault(part)
        if fault:
            return fault
    return None


def _part_fault(part: str) -> str | None:
    if _DEVICES.match(part):
        return "has a name that Windows keeps for a device"
    if _FORBIDDEN.search(part):
        return "has a character in its name that Windows can't hold"
    if part[-1] in ". ":
        return "has a name that ends in a dot or a space, which Windows drops"
    try:
        size = len(part.encode("utf-8"))
    except UnicodeEncodeError:
        return "has a name that is not Unicode text"
    return "has too long a name" if size > MAX_NAME else None


def folded(path: str) -> str:
    """What two paths have in common that are one file on Windows or macOS: without capitals, accents composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def safe_name(text: str, fallback: str = "picture") -> str:
    """One file name (no folders) near to `text` that every system can hold."""
    plain = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    name = _FORBIDDEN.sub("-", plain.replace("/", "-")).strip(". ")[:100].strip(". ") or fallback
    return f"{fallback}-{name}" if _DEVICES.match(name) else name
