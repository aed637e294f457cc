# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands as jobs: a few at a time, their output told one job after the other, and none that hangs for ever."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import _setup

#: Seconds after which a job counts as hanging.
PATIENCE = 1800

#: Exit status of a job that could not be done here; its last line says why.
SKIPPED = 77

#: So many jobs at once: much of a test keeps one processor core busy and leaves the others, but each needs memory.
HANDS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Result:
    """One line of the summary. status: 0 passed, None skipped, anything else failed."""

    title: str
    status: int | None
    words: str
    seconds: float = 0.0

    def __str__(self) -> str:
        verdict = {0: "passed", None: "SKIPPED"}.get(self.status, "FAILED")
        return f"{verdict:8} {self.title:36} {self.words} ({self.seconds:.0f} s)"


@dataclass(frozen=True, eq=False)
class Job:
    """A command to run in `folder`, once the job that it `needs` has passed. quiet: its output matters if it fails."""

    title: str
    command: tuple[str, ...]
    folder: Path
    needs: Job | None = None
    quiet: bool = False
    result: concurrent.futures.Future[Result] = field(default_factory=concurrent.futures.Future)
    #: Its output as it comes, None at the end.
    pieces: queue.SimpleQueue[bytes | None] = field(default_factory=queue.SimpleQueue)


class Crew:
    """Runs jobs beside one another in the order in which they were added; ends what still runs when it is left."""

    def __init__(self, hands: int = HANDS) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(hands)
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in list(self._running):
            end(child)

    def add(self, *jobs: Job) -> None:
        """Run each as soon as there is a hand free and what it needs is there."""
        for job in jobs:
            if job.needs is None:
                self._pool.submit(self._finish, job)
            else:
                job.needs.result.add_done_callback(functools.partial(self._begin, job))

    def _begin(self, job: Job, _needed: object) -> None:
        """What the job needs is there, or will never be."""
        with contextlib.suppress(RuntimeError):  # all is over
            self._pool.submit(self._finish, job)

    def _finish(self, job: Job) -> None:
        """Give the job its result, whatever happens."""
        try:
            job.result.set_result(self._run(job))
        except BaseException as error:
            job.result.set_exception(error)
        finally:
            job.pieces.put(None)

    def _run(self, job: Job) -> Result:
        if job.needs is not None and job.needs.result.result().status != 0:
            return Result(job.title, 1, f"not run: {job.needs.title} failed")
        start = time.monotonic()
        child = subprocess.Popen(
            job.command, cwd=job.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        self._running.append(child)
        hanging = threading.Event()

        def give_up() -> None:
            hanging.set()
            end(child)

        alarm = threading.Timer(PATIENCE, give_up)
        alarm.start()
        try:
            closing = pass_on(child, job.pieces)
            status = child.wait()
        except BaseException:
            end(child)
            raise
        finally:
            alarm.cancel()
            self._running.remove(child)
        if hanging.is_set():
            status, closing = 1, f"ended after {PATIENCE} s without a result"
        elif status == SKIPPED:
            return Result(job.title, None, closing.removeprefix("SKIPPED: "), time.monotonic() - start)
        elif status < 0:
            closing = f"died of {signal.Signals(-status).name} ({closing})"
        return Result(job.title, status, closing, time.monotonic() - start)


def follow(job: Job) -> Result:
    """Wait for a job and tell of it on standard output: as it comes, or if it is quiet a line, and more if it fails."""
    kept = b""
    if not job.quiet:
        tell(f"\n{job.title}\n".encode())
    while True:
        try:
            piece = job.pieces.get(timeout=1)  # Windows hears Ctrl-C between two waits only
        except queue.Empty:
            continue
        if piece is None:
            break
        if job.quiet:
            kept += piece
        else:
            tell(piece)
    result = job.result.result()
    if job.quiet:
        tell(kept if result.status else b"")
        tell(f"{result}\n".encode())
    return result


def tell(data: bytes) -> None:
    """Write to standard output, in its place behind what Python has printed."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def pass_on(child: subprocess.Popen[bytes], pieces: queue.SimpleQueue[bytes | None]) -> str:
    """Pass the child's output on piece by piece; returns its last line, without colours and rules."""
    assert child.stdout is not None
    tail = b""
    with child.stdout as stream:
        while piece := os.read(stream.fileno(), 65536):
            pieces.put(piece)
            tail = (tail + piece)[-4000:]
    text = re.sub(r"\x1b\[[0-9;]*m", "", tail.decode("utf-8", errors="replace"))
    return _setup.last_line(text).strip("= ")


def end(child: subprocess.Popen[bytes]) -> None:
    """End the child and, where the system has process groups, what it started."""
    if sys.platform == "win32":
        child.kill()
    elif child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
