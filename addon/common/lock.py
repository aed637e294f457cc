# SPDX-License-Identifier: GPL-3.0-or-later
"""One job at a time in one output folder: two would take each other's half-written files away. And short turns."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import InputError, WorkError
from .files import describe_os_error

LOCK_FILE = ".modelsheet.lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. The system gives it back however the process ends, so a stale file locks nobody out.

    Raises InputError where another job is at work there, WorkError where the lock can't be made.
    """
    path = folder / LOCK_FILE
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise WorkError(describe_os_error(path, error), fatal=True) from error
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise InputError(f"{folder}: another Modelsheet job is at work here. Wait for it or stop it.") from error
        try:
            yield
        finally:
            with suppress(OSError):  # Windows keeps a file that is open; empty and hidden, it harms nobody
                path.unlink()
    finally:
        os.close(handle)


@contextmanager
def turn(path: Path, patience: float = 30.0) -> Iterator[None]:
    """Wait for one's turn at a file of its own, which stays: for writers who hold it for moments, threads too.

    Raises WorkError after `patience` seconds, or where the file can't be made.
    """
    until = time.monotonic() + patience
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise WorkError(describe_os_error(path, error), fatal=True) from error
    try:
        while True:
            try:
                _lock(handle)
                break
            except OSError as error:
                if time.monotonic() > until:
                    words = f"{path.parent}: another program has been writing here for {patience:.0f} s. Close it."
                    raise WorkError(words) from error
                time.sleep(0.002)
        try:
            yield
        finally:
            _unlock(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _unlock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
