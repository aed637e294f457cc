# SPDX-License-Identifier: GPL-3.0-or-later
"""One warm Blender in a child process, as a thing one can ask."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..common.errors import InputError, ModelsheetError, WorkError
from ..common.events import Event, read_event
from .blender import child_environment, worker_command

#: Seconds after which reading a file counts as hanging: a 20 MB character takes five.
PATIENCE = 600.0


class WorkerDied(WorkError):
    """Blender itself stopped: the next request needs a new Worker."""


class Worker:
    """A context manager: the process starts on entering and is gone on leaving, whatever happens.

    `blender` is its version. What Blender prints goes to a log, which is kept, and named in the error, if it dies.
    Its temporary files lie beside the log: a Blender that is ended leaves its own behind, so we remove them.
    """

    def __init__(self) -> None:
        self.blender = ""
        self._process: subprocess.Popen[str] | None = None
        self._folder = Path()

    def __enter__(self) -> Self:
        command = worker_command()
        self._folder = Path(tempfile.mkdtemp(prefix="modelsheet-"))
        self._temporary.mkdir()
        environment = child_environment() | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary))
        with self._log.open("wb") as handle:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=handle,
                env=environment,
                encoding="utf-8",
            )
        try:
            self.blender = next(self._events())["blender"]
        except BaseException as error:
            self._end(keep_log=isinstance(error, WorkerDied))
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end(keep_log=isinstance(error, WorkerDied))

    def load(self, file: str, overrides: dict[str, str | None], sitter: dict[str, str]) -> Event:
        """Have a character loaded; the worker's "loaded" event. Raises InputError for an unusable file."""
        late = threading.Event()
        alarm = threading.Timer(PATIENCE, self._give_up, (late,))
        alarm.start()
        try:
            return next(self._ask({"do": "load", "file": file, "overrides": overrides, "sitter": sitter}))
        except WorkerDied as error:
            if file == "sitter":
                raise
            if late.is_set():
                raise InputError(
                    f"{file}: Blender was still busy reading it after {PATIENCE / 60:.0f} minutes. "
                    "Export it with fewer modifiers or fewer faces."
                ) from error
            # Blender's own readers can end the whole program over damage that no check beforehand sees.
            raise InputError(
                f"{file}: Blender itself stopped while reading it, so it is damaged or too large. "
                "Export it or download it again."
            ) from error
        finally:
            alarm.cancel()

    def take(
        self,
        shots: list[Event],
        lightings: list[str],
        orders: list[Event],
        options: Event,
        negative: Event | None,
        control: dict[str, str],
    ) -> Iterator[Event]:
        """Have a take photographed and prints made of it; yields its "print" events as they come, last its "taken"."""
        request = {"shots": shots, "lightings": lightings, "orders": orders, "options": options, "negative": negative}
        return self._prints({"do": "take", **request, "control": control})

    def develop(self, negative: Event, orders: list[Event], control: dict[str, str]) -> Iterator[Event]:
        """Have prints made from a negative alone; yields as take() does."""
        return self._prints({"do": "develop", "negative": negative, "orders": orders, "control": control})

    def _prints(self, request: Event) -> Iterator[Event]:
        for event in self._ask(request):
            yield event
            if event["event"] == "taken":
                return

    def picture(self, path: str) -> None:
        """Have the quick picture of the loaded character written to `path`."""
        next(self._ask({"do": "picture", "path": path}))

    def stage(self, path: str) -> None:
        """Have the character alone written to a .blend."""
        next(self._ask({"do": "stage", "path": path}))

    def stand(self, shot: Event, size: tuple[int, int], path: str) -> None:
        """Have it written to a file how all stands for a shot."""
        next(self._ask({"do": "stand", "shot": shot, "size": list(size), "path": path}))

    @property
    def _temporary(self) -> Path:
        return self._folder / "temporary"

    @property
    def _log(self) -> Path:
        return self._folder / "blender.log"

    def _ask(self, request: dict[str, Any]) -> Iterator[Event]:
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        except (OSError, ValueError):  # gone, or ended by a renewal that failed
            raise self._died() from None
        for event in self._events():
            if event["event"] == "error":
                kinds: dict[int, type[ModelsheetError]] = {1: WorkError, 2: InputError}
                raise kinds[event["status"]](event["message"], fatal=event["fatal"])
            yield event

    def _events(self) -> Iterator[Event]:
        process = self._running()
        assert process.stdout is not None
        for line in process.stdout:
            event = read_event(line)
            if event is not None:
                yield event
        raise self._died()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("enter the Worker first")
        return self._process

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        self._running().kill()

    def _died(self) -> WorkerDied:
        status = self._running().wait()
        return WorkerDied(f"Blender stopped unexpectedly (status {status}). What it printed is in {self._log}.")

    def _end(self, keep_log: bool) -> None:
        process = self._running()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # a line that the dead process no longer took
        # Windows may hold a file of an ended process a moment longer: not worth failing for.
        shutil.rmtree(self._temporary if keep_log else self._folder, ignore_errors=True)
