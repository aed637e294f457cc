# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that were begun and not ended: those of the file that was opened, and the one in the output folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import bpy

from ..common.errors import InputError
from . import remember
from .places import user_folder
from .remember import Job

#: More offers than this are no help.
MOST = 3


class Offers:
    """Found when a file is opened; how far they are is read again where their record has changed."""

    def __init__(self) -> None:
        self._folders: list[Path] = []

    def look(self) -> None:
        """Find the jobs of the file that is open now."""
        self._folders = [job.out for job in remember.unfinished(user_folder(""), bpy.data.filepath)][:MOST]

    def now(self, scene: bpy.types.Scene, own: Job | None) -> list[Job]:
        """What can be gone on with. own: the job that runs here, which the panel shows anyway."""
        folders = list(self._folders)
        try:
            picked = scene.modelsheet.folder()
        except InputError:
            picked = None
        if picked is not None and picked not in folders:
            folders.insert(0, picked)
        jobs = [job for job in map(record, folders) if job is not None and job.unfinished]
        return [job for job in jobs if own is None or job.out != own.out]


def record(out: Path) -> Job | None:
    """The job of a folder. Asked at every drawing: read only when it has changed."""
    try:
        changed = (out / remember.FILE).stat().st_mtime_ns
    except OSError:
        return None
    return _read(out, changed)


@lru_cache(maxsize=16)
def _read(out: Path, _changed: int) -> Job | None:
    return remember.read(out)
