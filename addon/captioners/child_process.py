# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that holds a captioning model, as a thing one can ask; see child/serve.py for what is said."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..common.errors import InputError, WorkError
from ..common.events import Event, read_event
from . import process

ENTRY = Path(__file__).parent.parent / "entry.py"

#: What the libraries are told. No network, no pickles, no words of their own, and threads of torch
#: that sleep while they wait: spinning ones take the processor from the rest of the machine.
QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "PYTORCH_ENABLE_MPS_FALLBACK": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "MODELSHEET_LIBRARIES": "[]",
}
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}

#: Words that a process leaves when its memory was at an end.
_NO_MEMORY = ("MemoryError", "bad_alloc", "out of memory", "Cannot allocate memory")


class ChildDied(WorkError):
    """The process ended, or was ended because it hung. `hung` says which; `memory` whether it looks like too little."""

    def __init__(self, message: str, hung: bool, memory: bool) -> None:
        super().__init__(message)
        self.hung = hung
        self.memory = memory


def command(python: Path) -> list[str]:
    """How the process is started: apart from the user's own Python settings."""
    return [str(python), "-I", "-X", "utf8", str(ENTRY), "--", "captioner"]


class Child:
    """A context manager: the process is there on entering and gone on leaving, whatever happens."""

    def __init__(self, start: Sequence[str], silent: float, stuck: float, online: bool = False) -> None:
        """start: its command line. silent, stuck: seconds without any sign, and without an event that gets on, after
        which it is ended."""
        self._start = start
        self._patience = (silent, stuck)
        self._environment = process.plain_environment(**QUIET, **({} if online else OFFLINE))
        self._said: deque[str] = deque(maxlen=60)
        self._events: queue.Queue[Event | None] = queue.Queue()

    def __enter__(self) -> Self:
        try:
            self._process = process.start(self._start, self._environment, listens=True)
        except OSError as error:
            raise InputError(
                f"{self._start[0]}: can't be started ({error.strerror}). Run `modelsheet setup captioning` again."
            ) from error
        self._threads = [
            threading.Thread(target=self._read_events, args=(self._process,), daemon=True),
            threading.Thread(target=self._read_words, args=(self._process,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        process.end(self._process)
        for thread in self._threads:
            thread.join(timeout=5)
        process.close(self._process)

    def ask(self, request: dict[str, Any]) -> Iterator[Event]:
        """Yields the answer's events up to "end". Raises InputError and WorkError as the child does, and ChildDied."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._died() from None
        while (event := self._next()) is not None:
            if event["event"] == "end":
                return
            if event["event"] == "error":
                kinds: dict[int, type[InputError | WorkError]] = {1: WorkError, 2: InputError}
                raise kinds[event["status"]](event["message"])
            yield event
        raise self._died()

    def words(self) -> str:
        """The last line that the libraries printed."""
        return next((line.strip() for line in reversed(self._said) if line.strip()), "it said nothing")

    def _next(self) -> Event | None:
        """The next event that gets on, None at the end of the output. Raises ChildDied for a child that hangs."""
        silent, stuck = self._patience
        deadline = time.monotonic() + stuck
        while True:
            try:
                event = self._events.get(timeout=min(silent, max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                process.end(self._process)
                raise ChildDied("the captioner hung and was ended.", hung=True, memory=False) from None
            if event is None or event["event"] != "alive":
                return event

    def _died(self) -> ChildDied:
        status = self._process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        memory = status == -9 or any(sign in line for line in self._said for sign in _NO_MEMORY)
        why = "very likely for want of memory" if memory else f"status {status}: {self.words()[:160]}"
        return ChildDied(f"the captioner stopped unexpectedly ({why}).", hung=False, memory=memory)

    def _read_events(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        for line in child.stdout:
            event = read_event(line)
            if event is not None:
                self._events.put(event)
        self._events.put(None)

    def _read_words(self, child: subprocess.Popen[str]) -> None:
        assert child.stderr is not None
        self._said.extend(child.stderr)
