# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the takes of a job on this machine, in one warm Blender that is renewed if it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from ..common.errors import ModelsheetError
from ..plan.shots import Shot, Take, takes
from .child import Worker, WorkerDied
from .ledger import Ledger

Event = dict[str, Any]

#: A take that brings Blender down is tried once more in a fresh process, then reported, and the others go on.
ATTEMPTS = 2


@dataclass
class Session:
    """A warm Blender with one character in it. `loaded` is what the worker said of the character."""

    file: str
    overrides: dict[str, str | None]
    sitter: dict[str, str]
    loaded: Event = field(default_factory=dict)
    worker: Worker = field(default_factory=Worker)

    def __enter__(self) -> Self:
        self.worker.__enter__()
        try:
            self.loaded = self.worker.load(self.file, self.overrides, self.sitter)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.worker.__exit__(kind, error, at)

    def renew(self) -> None:
        """Start a fresh Blender and load the character again."""
        self.__exit__(None, None, None)
        self.worker = Worker()
        self.__enter__()


def photograph(session: Session, ledger: Ledger, options: dict[str, Any], character: Event) -> Iterator[Event]:
    """Photograph whatever the ledger misses.

    Yields {"event": "shot", "shot", "shared"} for each finished print (shared: a copy of one that differs only in
    background) and {"event": "failed", "shots", "message"} for a take that could not be made. `character` goes into
    every truth row.
    """
    for take in takes(ledger.missing()):
        try:
            for shot, shared in _photograph_take(session, take, ledger, options, character):
                yield {"event": "shot", "shot": shot, "shared": shared}
        except ModelsheetError as error:
            if error.fatal:
                raise
            left = [shot for shot in take.shots if shot not in ledger.rows]
            yield {"event": "failed", "shots": left, "message": str(error)}


def _photograph_take(
    session: Session, take: Take, ledger: Ledger, options: dict[str, Any], character: Event
) -> Iterator[tuple[Shot, bool]]:
    for attempt in range(1, ATTEMPTS + 1):
        left = [shot for shot in take.shots if shot not in ledger.rows]
        first = {shot["lighting"]: shot for shot in reversed(left)}
        files = {lighting: str(ledger.path(shot)) for lighting, shot in first.items()}
        try:
            for event in session.worker.take([shot.to_json() for shot in left], files, options):
                truth = {**event["truth"], "sha256": event["sha256"], "character": character}
                made = first[event["lighting"]]
                yield from ((shot, shot != made) for shot in ledger.enter(made, truth))
            return
        except WorkerDied:
            with suppress(ModelsheetError):  # the next take meets the same trouble and reports it
                session.renew()
            if attempt == ATTEMPTS:
                raise
