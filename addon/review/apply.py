# SPDX-License-Identifier: GPL-3.0-or-later
"""The person's word put into the dataset: captions, metadata, manifest, packages and report made anew as a whole.

Until then it stands in the review's own file, so a kill at any moment leaves both whole: the dataset as it was, or as
it will be.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .. import job
from ..common.errors import InputError, ModelsheetError
from ..common.files import sha256_bytes, write_bytes
from ..common.lock import alone_in
from ..dataset.backup import keep_original
from ..dataset.checks.drops import Drops, read_drops, write_drops
from ..dataset.folder import RECORD
from ..dataset.layout import BACKUP, FINAL, read_job, read_json
from ..dataset.review.form import Edit, Review
from ..request import request_of
from .album import REJECTED, Album

Event = dict[str, Any]


def note_verdicts(album: Album, review: Review) -> None:
    """Write OUT/dropped.json, where checks and builds look: the rejected are out, the accepted are in.

    Raises InputError where nothing would be left.
    """
    prints = {name: card.made for name, card in album.cards.items()}
    verdicts = {name: review.verdict(name, made) for name, made in prints.items()}
    if verdicts and all(verdict == "rejected" for verdict in verdicts.values()):
        raise InputError("Every picture is rejected, so none would be left. Accept at least one.")
    before = read_drops(album.folder)
    dropped = {
        name: row
        for name, row in before.dropped.items()
        if verdicts.get(name) != "accepted" and (row["why"] != REJECTED or verdicts.get(name) == "rejected")
    }
    back = [name for name in before.dropped if verdicts.get(name) == "accepted"]
    new = {
        name: {"why": REJECTED, "print": prints[name]}
        for name, verdict in verdicts.items()
        if verdict == "rejected" and name not in dropped
    }
    kept = tuple(name for name in dict.fromkeys((*before.kept, *back)) if verdicts.get(name) != "rejected")
    after = Drops({**dropped, **new}, kept)
    if after != before:
        write_drops(album.folder, after)


def apply(album: Album, tell: Callable[[Event], None]) -> Event:
    """Make the dataset of a set of ours anew with the person's word; returns the job's last event.

    Raises InputError (another job is at work there, nothing left) and WorkError (a full disk).
    """
    with album.lock:
        album.refresh()
        review = album.store.get()
        with alone_in(album.folder):
            note_verdicts(album, review)
            # Where a file and the review differ now, the file is the older one: `refresh` has taken over what is newer.
            marks = {
                name: Edit(seen=album.texts.digest(name))
                for name in album.cards
                if review.text(name) is not None and album.texts.now.get(name, review.text(name)) != review.text(name)
            }
            album.store.change(marks, by="apply")
            for name, card in album.cards.items():
                if review.text(name) is None and card.there and album.texts.now.get(name) not in (None, card.own):
                    _restore(album, name)
    trainers = request_of(read_job(album.folder)).trainers
    album.busy = True
    try:
        outcome = job.finish(album.folder, trainers, tell, checked=True)
    finally:
        album.busy = False
    album.refresh()
    return outcome.to_json()


def _restore(album: Album, name: str) -> None:
    """A caption that was edited in its file and then taken back here: ours as it last was, or none until the build."""
    path = album.cards[name].entry.caption
    if path is None or not path.is_file():
        return
    keep_original(album.folder, path)
    place = path.relative_to(album.folder)
    with suppress(InputError, KeyError, TypeError):
        wanted = read_json(album.folder / FINAL / RECORD)["files"][path.relative_to(album.folder / FINAL).as_posix()]
        kept = (album.folder / BACKUP / place).with_name(f"{place.stem}.{wanted['sha256'][:8]}{place.suffix}")
        with suppress(OSError):
            data = kept.read_bytes()
            if sha256_bytes(data) == wanted["sha256"]:
                write_bytes(path, data)
                return
    path.unlink(missing_ok=True)


class Applying:
    """`apply` in a thread of its own, one at a time, and how far it is."""

    def __init__(self, album: Album) -> None:
        self._album = album
        self._thread: threading.Thread | None = None
        self._begin = threading.Lock()
        self.state: Event = {"running": False, "stage": None, "error": None, "done": None, "number": 0}

    def start(self) -> None:
        """Begin, unless it is under way."""
        with self._begin:
            if self._thread is not None and self._thread.is_alive():
                return
            number = self.state["number"] + 1
            self.state = {"running": True, "stage": "words", "error": None, "done": None, "number": number}
            self._thread = threading.Thread(target=self._run, name="apply", daemon=True)
            self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end; whether it has come."""
        if self._thread is not None:
            self._thread.join(seconds)
            return not self._thread.is_alive()
        return True

    def _run(self) -> None:
        done: Event | None = None
        error: str | None = None
        try:
            done = apply(self._album, self._tell)
        except ModelsheetError as refusal:
            error = str(refusal)
        except Exception as fault:  # the page must be told, whatever it is
            error = f"{type(fault).__name__}: {fault}"
        self.state = {**self.state, "running": False, "stage": None, "error": error, "done": done}

    def _tell(self, event: Event) -> None:
        if event["event"] == "stage":
            self.state = {**self.state, "stage": event["stage"]}
