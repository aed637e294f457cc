# SPDX-License-Identifier: GPL-3.0-or-later
"""A command of ours in a process of its own, asked for news without ever waiting for it. Never imports bpy."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO

from ..common.events import Event, read_event
from ..farm.blender import child_environment

#: How the command line begins its one line of complaint.
COMPLAINT = "modelsheet: "

#: Seconds that it may take to leave in order.
MOMENT = 2.0


class Child:
    """One running command. Its JSON lines are read by a thread; `news` hands on what has come so far."""

    def __init__(self, command: Sequence[str]) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._words: deque[str] = deque(maxlen=40)
        # A group of its own, so that what it started ends with it.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=child_environment(),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read_events, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_words, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def news(self) -> Iterator[Event]:
        """The events that have come since the last time."""
        while not self._events.empty():
            yield self._events.get_nowait()

    def status(self) -> int | None:
        """Exit status, None while it runs or while its last words are still being read."""
        status = self._process.poll()
        if status is None or any(reader.is_alive() for reader in self._readers):
            return None
        return status

    def complaint(self) -> str:
        """The line with which it ended, "" if it said nothing."""
        lines = [line.strip() for line in self._words if line.strip()]
        ours = [line.removeprefix(COMPLAINT) for line in lines if line.startswith(COMPLAINT)]
        return (ours or lines or [""])[-1]

    def interrupt(self) -> None:
        """Ask it to stop: what it has done stays."""
        if sys.platform == "win32":
            self.kill()
        elif self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)

    def close(self) -> None:
        """Give it a moment to leave in order, then end it."""
        self.interrupt()
        try:
            self._process.wait(timeout=MOMENT)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it, and what it started, at once."""
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":
            taskkill = ["taskkill", "/F", "/T", "/PID", str(self._process.pid)]
            subprocess.run(taskkill, capture_output=True, check=False)
        else:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for reader in self._readers:
            reader.join(timeout=5)

    def _read_events(self, stream: IO[str]) -> None:
        """Blender itself prints here too: only our events count."""
        with stream:
            for line in stream:
                event = read_event(line)
                if event is not None:
                    self._events.put(event)

    def _read_words(self, stream: IO[str]) -> None:
        with stream:
            self._words.extend(stream)
