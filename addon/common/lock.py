# SPDX-License-Identifier: GPL-3.0-or-later
"""One job at a time in one output folder: two would take each other's half-written files away."""

from __future__ import annotations

import os
import sys
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


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
