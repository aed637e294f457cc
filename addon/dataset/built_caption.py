# SPDX-License-Identifier: GPL-3.0-or-later
"""The caption file of one picture: ours, unless a person has written another, in the review or in the file itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..common.files import sha256_bytes, sha256_value
from .caption_parts import Word
from .captioned import Captioned
from .intake import MAX_CAPTION
from .layout import Row
from .review.form import Entry, Review
from .writer import Writer

#: How else a caption may have been written: by Windows' editors of old.
_OTHER_ENCODING = "cp1252"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass
class CaptionFiles:
    """Writes the captions of a set. review: the person's words; before: the manifest that was there, {} for none;
    notes: what to tell of the files, one sentence each."""

    writer: Writer
    trigger: str
    style: str
    review: Review
    before: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._entries = {entry.get("id"): entry for entry in self.before.get("pictures", ()) if isinstance(entry, dict)}
        self._stale: list[tuple[str, str]] = []

    def add(self, path: str, row: Row, made: Captioned) -> dict[str, Any]:
        """Add the caption of one picture; returns what manifest and metadata say of it.

        A person's text stays through new light, another style and another trigger, which is put in place of the old.
        """
        ours = made.captions[self.style]
        said = self.review.entries.get(row["id"], Entry())
        wanted = f"{said.text or ours.text}\n".encode()
        settings = {axis: name for axis, name in row["settings"].items() if axis not in ("lighting", "background")}
        origin = sha256_value(["caption", row["id"], settings])
        data = self.writer.add(path, wanted, origin, lambda found: self._tidy(path, found, said))
        text = data.decode().strip()
        edited = text != ours.text
        return {
            "text": text,
            "caption_edited": edited,
            "captions": made.texts,
            "words": [word.to_json() for word in (_words(text, ours.words) if edited else ours.words)],
            "dropped": [gone.to_json() for gone in made.dropped],
            **({"spoken": made.spoken} if made.spoken else {}),
            **(self._edited(row, text) if edited else {}),
        }

    def close(self) -> list[str]:
        """What to tell of all captions together."""
        notes = list(self.notes)
        if self._stale:
            named = ", ".join(sorted({axis for _name, axes in self._stale for axis in axes.split(", ")}))
            shown = ", ".join(name.partition("_")[0] for name, _axes in self._stale[:5])
            more = f" and {len(self._stale) - 5} more" if len(self._stale) > 5 else ""
            notes.append(
                f"{len(self._stale)} caption(s) that you wrote stay as they are, but their pictures have another "
                f"{named} since ({shown}{more}). Look them over; delete a caption's file to get ours."
            )
        return notes

    def _tidy(self, path: str, found: bytes, said: Entry) -> bytes:
        """A person's file as trainers read it: UTF-8 without BOM, one line; b"" where it is not to count."""
        if said.text is not None and sha256_bytes(found) == said.seen:
            return b""  # what they have written over since, in the review
        if len(found) > MAX_CAPTION or (b"\0" in found[2:] and not found.startswith(tuple(_MARKS))):
            self.notes.append(f"{path}: is no text, so ours takes its place; the file lies in `backup`.")
            return b""
        line = " ".join(_decoded(found).replace("\0", " ").split())
        if not _is_utf8(found):
            self.notes.append(f"{path}: was not UTF-8; read as {_encoding(found)} and saved as UTF-8.")
        old = str(self.before.get("trigger") or self.trigger)
        line = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", self.trigger, line, flags=re.IGNORECASE)
        return f"{line}\n".encode() if line else b""

    def _edited(self, row: Row, text: str) -> dict[str, Any]:
        """What the truth was when a person wrote the caption, and on which axes it is another now."""
        now = {"settings": row["settings"], **({"relit": row["relit"]} if row.get("relit") else {})}
        mark = sha256_bytes(text.removeprefix(self.trigger).encode())
        before = self._entries.get(row["id"], {})
        kept = before.get("written") == mark and isinstance(before.get("written_on"), dict)
        then = before["written_on"] if kept else {key: before[key] for key in ("settings", "relit") if key in before}
        then = then if isinstance(then.get("settings"), dict) else now
        changed = [axis for axis, name in row["settings"].items() if then["settings"].get(axis, name) != name]
        if then.get("relit") != now.get("relit") and "lighting" not in changed:
            changed.append("lighting")
        if changed:
            self._stale.append((row["id"], ", ".join(changed)))
        return {"written": mark, "written_on": then, **({"changed_since": changed} if changed else {})}


def _words(text: str, ours: tuple[Word, ...]) -> list[Word]:
    """Where the words of a person's caption come from: a stretch that is ours word for word is ours still."""
    known = {word.text.strip(" .").lower(): word for word in ours if word.text.strip(" .")}
    stretches = (stretch.strip() for stretch in re.split(r",|(?<=[.;])\s", text))
    return [known.get(words.strip(" .").lower(), Word(words, "person")) for words in stretches if words]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(_encoding(data), errors="replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding(data: bytes) -> str:
    return _MARKS.get(data[:2], _OTHER_ENCODING)
