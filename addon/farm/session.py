# SPDX-License-Identifier: GPL-3.0-or-later
"""A warm Blender for one job: started when first asked, its character loaded when first photographed."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from .child import Worker

Event = dict[str, Any]


@dataclass
class Session:
    """A context manager. `spent`: CPU-seconds by stage of all that was asked of it."""

    file: str
    overrides: dict[str, str | None]
    sitter: dict[str, str]
    spent: dict[str, float] = field(default_factory=dict)
    _loaded: Event | None = None
    _worker: Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        worker, self._worker, self._loaded = self._worker, None, None
        if worker is not None:
            worker.__exit__(kind, error, at)

    @property
    def running(self) -> bool:
        """Whether a Blender is running."""
        return self._worker is not None

    @property
    def worker(self) -> Worker:
        """The Blender, without a character at first."""
        if self._worker is None:
            self._worker = Worker().__enter__()
        return self._worker

    def character(self) -> Event:
        """What the worker says of the character, which it has loaded now. Raises InputError for an unusable file."""
        if self._loaded is None:
            self._loaded = self.worker.load(self.file, self.overrides, self.sitter)
            self.note({"load": self._loaded.get("seconds", 0.0)})
        return self._loaded

    def renew(self, error: BaseException | None = None) -> None:
        """End this Blender, because of `error` if there is one (its log is then kept); the next request starts anew."""
        self.__exit__(None if error is None else type(error), error, None)

    def note(self, spent: dict[str, float]) -> None:
        """Add to `spent`."""
        for stage, seconds in spent.items():
            self.spent[stage] = round(self.spent.get(stage, 0.0) + seconds, 4)
