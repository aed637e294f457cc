# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page may ask, as plain functions from JSON to JSON. Who may ask is guard.py's matter."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ..common.errors import InputError
from ..dataset.review.form import KEEP, Edit, Review
from ..dataset.review.store import Stale
from .album import Album
from .apply import Applying, note_verdicts
from .aside import aside, put_aside
from .guard import Refused
from .vocabulary import axes, vocabulary

Json = dict[str, Any]
#: A tab's own name, which it makes itself.
TAB = re.compile(r"[0-9a-z]{8,40}")
#: Answers that say more pictures than this say "load all again".
MAX_NEWS = 5000


class Api:
    """Answers of one album. tab: who asks, for undo."""

    def __init__(self, album: Album, applying: Applying, finish: Callable[[], None]) -> None:
        self._album = album
        self._applying = applying
        self._finish = finish
        self.finishing = False

    def set(self, tab: str, _asked: Json) -> Json:
        """Everything."""
        album = self._album
        with album.lock:
            album.refresh()
            review = album.store.get()
            looks = album.looks(album.cards, review)
            pictures = [{**fixed, **look} for fixed, look in zip(album.fixed(), looks, strict=True)]
            found = {
                "folder": str(album.folder),
                "name": album.folder.resolve().name,
                "ours": album.ours,
                "aside": str(aside(album.folder)),
                "trigger": album.trigger,
                "captioner": album.captioner,
                "axes": axes(),
                "vocabulary": vocabulary(),
                "pictures": pictures,
            }
            return {**found, **self._state(tab, review)}

    def since(self, tab: str, asked: Json) -> Json:
        """What changed since a revision; `reload` where the set itself is another."""
        album = self._album
        with album.lock:
            album.refresh()
            review = album.store.get()
            state = self._state(tab, review)
            revision = _number(asked, "revision")
            if asked.get("generation") != album.generation or revision > review.revision:
                return {**state, "reload": True}
            names = _later(review, revision)
            return {**state, "pictures": album.looks(names, review)}

    def change(self, tab: str, asked: Json) -> Json:
        """Edits of pictures; all are made or, where another tab was quicker, none (`conflict`, with what holds)."""
        edits = _edits(asked.get("edits"))
        step = asked.get("step", "")
        if not isinstance(step, str) or len(step) > 100:
            raise Refused(HTTPStatus.BAD_REQUEST, "step: not a name.")
        return self._answer(tab, lambda: self._album.change(edits, _number(asked, "revision"), tab, step), asked)

    def undo(self, tab: str, asked: Json) -> Json:
        """Take this tab's last change back."""
        return self._answer(tab, lambda: self._album.back("undo", tab), asked)

    def redo(self, tab: str, asked: Json) -> Json:
        """Make it again."""
        return self._answer(tab, lambda: self._album.back("redo", tab), asked)

    def apply(self, tab: str, _asked: Json) -> Json:
        """Put everything into the dataset; how far it is comes with `since`."""
        if self._album.has_dataset:
            self._applying.start()
        return self._state(tab, self._album.store.get())

    def finish(self, tab: str, asked: Json) -> Json:
        """Apply what is not applied and end the review. `aside`: move the rejected pictures out of anybody's folder."""
        album = self._album
        with album.lock:
            review = album.store.get()
            place = put_aside(album, review) if asked.get("aside") is True else None
            self.finishing = True
            self._finish()
            return {**self._state(tab, review), "aside": None if place is None else str(place)}

    def _answer(self, tab: str, act: Callable[[], Review | None], asked: Json) -> Json:
        album, revision = self._album, _number(asked, "revision")
        with album.lock:
            try:
                review = act()
            except Stale as stale:
                looks = album.looks(_later(stale.review, revision), stale.review)
                told = {"error": str(stale), "ids": list(stale.ids), "pictures": looks, "conflict": True}
                return {**self._state(tab, stale.review), **told}
            if review is None:
                review = album.store.get()
                return {**self._state(tab, review), "nothing": True, "pictures": []}
            if not album.ours:
                try:
                    note_verdicts(album, review)
                except InputError as error:
                    album.warnings = (*album.warnings, str(error))
            return {
                **self._state(tab, review),
                "pictures": album.looks(_later(review, revision), review),
            }

    def _state(self, tab: str, review: Review) -> Json:
        undo, redo = self._album.can(tab)
        return {
            "revision": review.revision,
            "generation": self._album.generation,
            "dataset": self._album.has_dataset,
            "pending": self._album.pending(review),
            "undo": undo,
            "redo": redo,
            "warnings": list(self._album.warnings)[:50],
            "apply": self._applying.state,
            "finishing": self.finishing,
        }


def _later(review: Review, revision: int) -> list[str]:
    return [name for name, entry in review.entries.items() if max(entry.text_at, entry.verdict_at) > revision]


def _number(asked: Json, name: str) -> int:
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise Refused(HTTPStatus.BAD_REQUEST, f"{name}: not a number.")
    return value


def _edits(asked: Any) -> dict[str, Edit]:
    """Raises Refused for anything but {id: {"text": text or null, "verdict": …}}, with at least one of both."""
    if not isinstance(asked, dict) or not asked:
        raise Refused(HTTPStatus.BAD_REQUEST, "edits: none given.")
    edits: dict[str, Edit] = {}
    for name, row in asked.items():
        if not isinstance(row, dict) or not row or set(row) - {"text", "verdict"}:
            raise Refused(HTTPStatus.BAD_REQUEST, "edits: each says text, verdict or both.")
        edit = Edit(row.get("text", KEEP), row.get("verdict", KEEP))
        edit.fields()
        edits[name] = edit
    return edits
