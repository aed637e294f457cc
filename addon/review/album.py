# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the page shows of a folder: pictures, captions by everybody who wrote one, flags, the person's word."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..common.errors import InputError, ModelsheetError
from ..common.files import sha256_bytes
from ..dataset.checks.captioned import caption_findings, common_trigger, without_trigger
from ..dataset.checks.drops import read_drops
from ..dataset.checks.entry import Collection, Entry
from ..dataset.checks.run import CHECKS
from ..dataset.checks.sources import collect, home, with_caption
from ..dataset.folder import RECORD
from ..dataset.layout import FINAL, RAW, read_json
from ..dataset.review.form import Edit, Review
from ..dataset.review.store import Store
from .texts import Texts, caption_file
from .written import Written, read_written

Json = dict[str, Any]
#: Why a picture is left out that the person rejected.
REJECTED = "Rejected in the review."


@dataclass(frozen=True)
class Card:
    """One picture with what is known before the person says anything.

    own: the caption that the dataset has without them; said: who wrote which caption; made: hash of its print;
    there: whether it is in the dataset as it was last written; shown: what the manifest says of its words.
    """

    entry: Entry
    own: str
    said: tuple[tuple[str, str], ...]
    flags: tuple[Json, ...]
    made: str | None
    there: bool
    out_why: str | None
    shown: Json


class Album:
    """A folder open for review. Several threads may ask; one at a time is answered."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError where there is nothing to review."""
        self.folder = home(Path(folder))
        self.store = Store(self.folder)
        self.lock = threading.RLock()
        self.warnings: tuple[str, ...] = ()
        self._can: tuple[Any, tuple[bool, bool]] | None = None
        #: The dataset is being made anew by ourselves: what is on the disk is half of it.
        self.busy = False
        self._load()

    def _load(self) -> None:
        collection = collect(self.folder)
        self._stamp = self._made_stamp()
        self.ours = collection.ours
        entries = [
            replace(entry, caption=caption_file(entry)) if self._takes_text(entry, collection) else entry
            for entry in collection.entries
        ]
        self.texts = Texts(self.folder, entries, self.ours, self.store)
        self.texts.look()
        self.texts.adopt()
        self.warnings = tuple(self.texts.settle(self.store.get())) + collection.left_out
        self.cards = {card.entry.id: card for card in self._cards(entries)}
        self.trigger = self._trigger(entries)
        self.generation = sha256_bytes(repr((self._stamp, len(self.cards))).encode())[:12]

    def _takes_text(self, entry: Entry, collection: Collection) -> bool:
        """In anybody's folder, captions may be written where there are none yet."""
        return not collection.ours and entry.caption is None

    def refresh(self) -> None:
        """Take in what changed on the disk since: another process, a caption made in an editor, a dataset made anew."""
        with self.lock:
            if self.busy:
                return
            try:
                if self._made_stamp() != self._stamp:
                    self._load()
                elif self.texts.look():
                    self.texts.adopt()
                    self.warnings = tuple(self.texts.settle(self.store.get()))
            except (ModelsheetError, OSError) as error:  # somebody is at work there: what was read before still serves
                self.warnings = (str(error),)

    def change(self, edits: dict[str, Edit], revision: int, by: str, step: str) -> Review:
        """As Store.change, for pictures that are here. Raises InputError for others, Stale."""
        with self.lock:
            self.refresh()
            strange = [name for name in edits if name not in self.cards]
            if strange:
                raise InputError(f"{strange[0]}: no picture of this set any more. Load the page again.")
            full = {name: self._marked(name, edit) for name, edit in edits.items()}
            review = self.store.change(full, revision, by, step)
            self.warnings = tuple(self.texts.settle(review))
            return review

    def _marked(self, name: str, edit: Edit) -> Edit:
        """An edit with what it is about; a text that is the dataset's own word for word is no word of the person's."""
        same = isinstance(edit.text, str) and edit.text.split() == self.cards[name].own.split()
        marks = {"print": self.cards[name].made, "seen": self.texts.digest(name)}
        return replace(edit, text=None if same else edit.text, **marks)

    def back(self, kind: str, by: str) -> Review | None:
        """Undo or redo the last change of somebody. Raises Stale."""
        with self.lock:
            self.refresh()
            try:
                return self.store.undo(by) if kind == "undo" else self.store.redo(by)
            finally:
                self.warnings = tuple(self.texts.settle(self.store.get()))

    @property
    def has_dataset(self) -> bool:
        """Whether there is a dataset to put the person's word into."""
        return self.ours and (self.folder / FINAL).is_dir()

    def can(self, by: str) -> tuple[bool, bool]:
        """Whether somebody can undo, redo; the log is read only after it changed."""
        stamp = (self.store.stamp(), by)
        if self._can is None or self._can[0] != stamp:
            self._can = (stamp, self.store.can(by))
        return self._can[1]

    def pending(self, review: Review) -> int:
        """How many pictures of a set of ours are not yet in the dataset as the person has them."""
        return sum(self._pends(card, review) for card in self.cards.values()) if self.has_dataset else 0

    def _pends(self, card: Card, review: Review) -> bool:
        name = card.entry.id
        out = review.verdict(name, card.made) == "rejected"
        stays_out = card.out_why is not None and review.verdict(name, card.made) != "accepted"
        if out or stays_out or not card.there:
            return card.there if out else not (stays_out or card.there)
        text = review.text(name) or card.own
        return bool(text) and text != self.texts.now.get(name)

    def looks(self, names: Iterable[str], review: Review) -> list[Json]:
        """What the page needs of these pictures."""
        return [self._look(self.cards[name], review) for name in names if name in self.cards]

    def _look(self, card: Card, review: Review) -> Json:
        entry, name = card.entry, card.entry.id
        word = review.entries.get(name)
        text = review.text(name)
        told = with_caption(entry, text if text is not None else card.own)
        found = caption_findings(told, self.texts.faults.get(name))
        if not self.ours and self.trigger and told.text:
            found = found + without_trigger(told, self.trigger)
        return {
            "id": name,
            "own": card.own,
            "text": text,
            "verdict": review.verdict(name, card.made),
            "at": [word.text_at, word.verdict_at] if word else [0, 0],
            "settings": told.seen or told.settings,
            "flags": [*card.flags, *map(_flag, found)],
            "there": card.there,
        }

    def fixed(self) -> list[Json]:
        """What does not change of each picture while the set stays as it is."""
        return [
            {
                "id": card.entry.id,
                "file": card.entry.file,
                "name": _short(card.entry),
                "size": list(card.entry.size) if card.entry.size else None,
                "v": _version(card.entry.picture),
                "said": [list(pair) for pair in card.said],
                "planned": card.entry.settings if card.entry.row else {},
                "out": card.out_why,
                **card.shown,
            }
            for card in self.cards.values()
        ]

    def _cards(self, entries: list[Entry]) -> list[Card]:
        record, drops, flags = self._record(), read_drops(self.folder).dropped, self._flags()
        written = Written({}, {}, {})
        if self.ours:
            rows = [entry.row for entry in entries if entry.row is not None]
            written = read_written(self.folder, rows)
            self.warnings += written.warnings
        self.captioner = written.captioner
        cards = []
        for entry in entries:
            name = entry.id
            made = entry.row["sha256"] if entry.row else None
            row, drop = record.get(name, {}), drops.get(name)
            out = drop is not None and drop["print"] in (None, made) and drop["why"] != REJECTED
            shown = row if isinstance(row.get("words"), list) else written.words.get(name, {})
            cards.append(
                Card(
                    entry,
                    self._own(entry, row, written),
                    written.said.get(name, ()),
                    (*flags.get(name, ()), *_stale(row)),
                    made,
                    bool(row),
                    str(drop["why"]) if drop is not None and out else None,
                    {key: shown[key] for key in ("words", "dropped") if isinstance(shown.get(key), list)},
                )
            )
        return cards

    def _own(self, entry: Entry, row: Json, written: Written) -> str:
        if not self.ours:
            return self.texts.own(entry.id)
        untouched = bool(row) and not row.get("caption_edited") and self.texts.as_written(entry.id)
        return (self.texts.now.get(entry.id) if untouched else None) or written.own.get(entry.id, "")

    def _record(self) -> dict[str, Json]:
        path = self.folder / FINAL / RECORD
        if not self.ours or not path.is_file():
            return {}
        return {str(row["id"]): row for row in read_json(path).get("pictures", [])}

    def _flags(self) -> dict[str, list[Json]]:
        """What `modelsheet check` found in the pictures; captions are looked at here, as they are edited."""
        path = self.folder / CHECKS
        found: dict[str, list[Json]] = {}
        with suppress(InputError, KeyError, TypeError, AttributeError):
            for row in read_json(path)["pictures"] if path.is_file() else ():
                findings = [one for one in row["findings"] if not str(one["check"]).startswith("caption")]
                found[str(row["id"])] = [
                    {key: str(one[key]) for key in ("check", "severity", "sentence")} for one in findings
                ]
        return found

    def _trigger(self, entries: list[Entry]) -> str:
        if self.ours:
            return next((entry.trigger for entry in entries if entry.trigger), "")
        return common_trigger([with_caption(entry, self.texts.now.get(entry.id, "")) for entry in entries]) or ""

    def _made_stamp(self) -> tuple[Any, ...]:
        """Another one when the set itself was made anew, checked, or captioned by a model."""
        models = self.folder / "captions" / "models"
        files = [
            self.folder / FINAL / RECORD,
            self.folder / CHECKS,
            self.folder / "dropped.json",
            self.folder / RAW / "shots.jsonl",
            self.folder / "job.yaml",
        ]
        return tuple(_stamp(path) for path in [*files, *(sorted(models.glob("*.jsonl")) if models.is_dir() else ())])


def _stale(row: Json) -> list[Json]:
    """Of a caption that a person wrote before its picture was changed."""
    axes = row.get("changed_since")
    if not isinstance(axes, list) or not axes:
        return []
    words = " and ".join(str(axis) for axis in axes)
    sentence = f"You wrote this caption before the picture got another {words}. Look it over."
    return [{"check": "caption_older", "severity": "look", "sentence": sentence}]


def _flag(finding: Any) -> Json:
    return {"check": finding.check, "severity": finding.severity, "sentence": finding.sentence}


def _short(entry: Entry) -> str:
    return f"{entry.row['number']:04d}" if entry.row else Path(entry.file).name


def _version(path: Path) -> str:
    return sha256_bytes(repr(_stamp(path)).encode())[:10]


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (path.name, 0, 0)
    return (path.name, found.st_mtime_ns, found.st_size)
