# SPDX-License-Identifier: GPL-3.0-or-later
"""The caption files beside the pictures: what stands in them now, and what a person or another program wrote there.

A set of ours: final_dataset is only made anew as a whole (apply.py); a caption that somebody edited there counts as a
person's word and is taken over. Anybody's folder: a word is written to the picture's .txt at once; what was there
before is kept in FOLDER/backup and, as text, in FOLDER/captions/originals.json.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..common.errors import InputError, WorkError
from ..common.files import sha256_bytes, write_json, write_text
from ..dataset.backup import keep_original
from ..dataset.checks.entry import Entry
from ..dataset.folder import RECORD
from ..dataset.intake import MAX_CAPTION, caption_lines, read_bytes
from ..dataset.layout import FINAL, read_json
from ..dataset.review import journal
from ..dataset.review.form import MAX_TEXT, Edit, Review, checked_text
from ..dataset.review.store import FOLDER, LOG, Store

ORIGINALS = "originals.json"
#: Who a change is by that was made in a caption file itself.
ELSEWHERE = "file"


class Texts:
    """The caption files of one folder."""

    def __init__(self, folder: Path, entries: Iterable[Entry], ours: bool, store: Store) -> None:
        self._folder = folder
        self._entries = {entry.id: entry for entry in entries}
        self._ours = ours
        self._store = store
        self._stamps: dict[str, tuple[int, int]] = {}
        self._digests: dict[str, str] = {}
        self._originals = {} if ours else _read_originals(folder)
        self._recorded = _recorded(folder) if ours else {}
        #: id -> the caption in the file, where there is one; why it can't be read, where it can't.
        self.now: dict[str, str] = {}
        self.faults: dict[str, str] = {}

    def look(self) -> set[str]:
        """Read the files that changed since the last look; their pictures."""
        changed = set()
        for name, entry in self._entries.items():
            stamp = _stamp(entry.caption)
            if stamp == self._stamps.get(name):
                continue
            changed.add(name)
            for known in (self.now, self.faults, self._stamps, self._digests):
                known.pop(name, None)
            if entry.caption is None or stamp is None:
                continue
            self._stamps[name] = stamp
            try:
                self.now[name] = " ".join(" ".join(caption_lines(entry.caption, self._folder)).split())
                self._digests[name] = sha256_bytes(read_bytes(entry.caption, MAX_CAPTION, self._folder))
            except InputError as error:
                self.faults[name] = str(error)
        return changed

    def adopt(self) -> Review:
        """Take over, as the person's word, what other hands wrote into the files; returns what holds then."""
        review = self._store.get()
        found = {name: text for name, text in self.now.items() if text and text != review.text(name)}
        if self._ours:
            found = {name: text for name, text in found.items() if not self.as_written(name)}
        else:
            found = {name: text for name, text in found.items() if name in review.entries}
        if not found:
            return review
        said = _ever_said(self._folder, set(found))
        edits = {}
        for name, text in found.items():
            entry, digest = review.entries.get(name), self.digest(name)
            older = {*said.get(name, ()), self._originals.get(name)}
            # A word of which is not known over what it was written (the sidebar's) is the later one.
            later = entry is not None and (entry.seen == digest or (entry.seen is None and entry.text is not None))
            if not later and text not in older and checked_text(text[:MAX_TEXT]):
                edits[name] = Edit(text=text[:MAX_TEXT], seen=digest)
        return self._store.change(edits, by=ELSEWHERE) if edits else review

    def settle(self, review: Review) -> list[str]:
        """Write into anybody's files what holds and is not there yet; a sentence for each that can't be written.

        Call it only after `look` and `adopt`: whatever differs then is an older word.
        """
        if self._ours:
            return []
        names = [name for name in review.entries if name in self._entries and self._differs(name, review)]
        new = {name: self.now.get(name) for name in names if name not in self._originals}
        if new:
            self._originals.update(new)
            write_json(self._folder / FOLDER / ORIGINALS, {"format": 1, "texts": self._originals})
        return [fault for name in names if (fault := self._write(self._entries[name], self._wanted(name, review)))]

    def own(self, name: str) -> str:
        """What stands in the file without the person's word: in anybody's folder, the caption as it first was."""
        return (self._originals[name] or "") if name in self._originals else self.now.get(name, "")

    def as_written(self, name: str) -> bool:
        """Whether a caption of ours is still what the last build wrote."""
        return name in self._recorded and self.digest(name) == self._recorded[name]

    def digest(self, name: str) -> str | None:
        """Hash of the caption file as it is, for Edit.seen."""
        return self._digests.get(name)

    def _wanted(self, name: str, review: Review) -> str | None:
        text = review.text(name)
        return text if text is not None else self._originals.get(name, self.now.get(name))

    def _differs(self, name: str, review: Review) -> bool:
        return name not in self.faults and self._wanted(name, review) != self.now.get(name)

    def _write(self, entry: Entry, text: str | None) -> str | None:
        path = caption_file(entry)
        try:
            if not path.resolve().is_relative_to(self._folder.resolve()):
                return f"{path.name}: a link that leads out of the folder. Put the file itself there."
            if path.is_file():
                keep_original(self._folder, path)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                write_text(path, f"{text}\n")
        except (OSError, WorkError) as error:
            return f"{path.name}: can't be written ({error}). Your words are kept in {FOLDER}/review.json."
        self.now.pop(entry.id, None)
        if text is not None:
            self.now[entry.id] = text
            self._stamps[entry.id] = _stamp(path) or (0, 0)
            self._digests[entry.id] = sha256_bytes(f"{text}\n".encode())
        return None


def caption_file(entry: Entry) -> Path:
    """Where a picture's caption is, or will be."""
    return entry.caption or entry.picture.with_suffix(".txt")


def _stamp(path: Path | None) -> tuple[int, int] | None:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size)


def _recorded(out: Path) -> dict[str, str]:
    """By picture, the hash of the caption that we wrote last."""
    path = out / FINAL / RECORD
    record = read_json(path) if path.is_file() else {}
    try:
        files = record.get("files", {})
        return {row["id"]: files[row["caption"]]["sha256"] for row in record.get("pictures", [])}
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not the record of a dataset of ours. Run `modelsheet caption` again.") from error


def _ever_said(folder: Path, names: set[str]) -> dict[str, set[str]]:
    """Every text that the log has of these pictures: what it has in a file is no news."""
    said: dict[str, set[str]] = {}
    for line in journal.read_lines(folder / FOLDER / LOG):
        for name in names & set(line.changes):
            said.setdefault(name, set()).update(text for text in line.changes[name].get("text", ()) if text)
    return said


def _read_originals(folder: Path) -> dict[str, str | None]:
    path = folder / FOLDER / ORIGINALS
    if not path.is_file():
        return {}
    data: Any = read_json(path)
    texts = data.get("texts") if isinstance(data, dict) else None
    if not isinstance(texts, dict) or not all(isinstance(text, str | None) for text in texts.values()):
        raise InputError(f"{path}: not a file of ours. Move it away and run again.")
    return texts
