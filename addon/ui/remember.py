# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that outlive Blender: how each goes on stands in its output folder, and a list of the folders in the user's.

Nothing of it is needed to make a dataset: it is what lets the sidebar offer to go on after Blender was closed, crashed
or lost its child. The pictures themselves are found by the job's own ledger. Never imports bpy.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..common.errors import ModelsheetError
from ..common.files import write_json

#: In the output folder; a name with a dot counts as none of its contents.
FILE = ".modelsheet.json"
LIST = "jobs.json"
FORMAT = 1
#: The list holds no more than that many folders, the latest first.
MOST = 40
#: Larger is no record of ours.
MOST_BYTES = 1 << 20
#: How a job can stand. "running" with nobody running it was interrupted.
OPEN = ("running", "paused", "failed")
STATES = (*OPEN, "stopped", "done")


@dataclass(frozen=True)
class Job:
    """One job: where it goes, its command's words, of which .blend it is ("" for one never saved), since when (a
    time.time()), how it stands, and how many pictures there are."""

    out: Path
    words: tuple[str, ...]
    blend: str = ""
    began: float = 0.0
    state: str = "running"
    done: int = 0
    total: int = 0

    @property
    def unfinished(self) -> bool:
        """Whether going on with it is worth an offer."""
        return self.state in OPEN

    def told(self) -> str:
        """`12 of 40 pictures, begun on 23 Nov at 03:10`."""
        pictures = f"{self.done} of {self.total} pictures" if self.total else "no picture yet"
        return f"{pictures}, begun on {time.strftime('%d %b at %H:%M', time.localtime(self.began))}"


def read(out: Path) -> Job | None:
    """The job of an output folder, None where none of ours is or its record is damaged."""
    data = _load(out / FILE)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return None
    words, state = data.get("words"), data.get("state")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words) or state not in STATES:
        return None
    began, done, total = (data.get(key) for key in ("began", "done", "total"))
    if not all(isinstance(number, int | float) for number in (began, done, total)):
        return None
    return Job(out, tuple(words), str(data.get("blend", "")), float(began), state, int(done), int(total))


def keep(job: Job) -> None:
    """Write the record of a job whose folder is there. What can't be written is not worth stopping a job for."""
    row = {key: value for key, value in asdict(job).items() if key != "out"}
    try:
        if job.out.is_dir():
            write_json(job.out / FILE, {"format": FORMAT, **row, "words": list(job.words)})
    except (OSError, ModelsheetError):
        return


def note(job: Job, **changed: Any) -> Job:
    """The job with what has changed, kept."""
    job = replace(job, **changed)
    keep(job)
    return job


def enlist(folder: Path, job: Job) -> None:
    """Put a job at the head of the list in the user's folder."""
    rows = [{"out": str(job.out), "blend": job.blend}]
    rows += [row for row in _rows(folder) if row["out"] != str(job.out)]
    try:
        write_json(folder / LIST, rows[:MOST])
    except (OSError, ModelsheetError):
        return


def unfinished(folder: Path, blend: str) -> list[Job]:
    """The jobs of a .blend ("": of none that was saved) that are not done, the latest first."""
    jobs = (read(Path(row["out"])) for row in _rows(folder) if row["blend"] == blend)
    return [job for job in jobs if job is not None and job.unfinished]


def _rows(folder: Path) -> list[dict[str, str]]:
    data = _load(folder / LIST)
    rows = data if isinstance(data, list) else []
    return [
        row
        for row in rows[:MOST]
        if isinstance(row, dict) and isinstance(row.get("out"), str) and isinstance(row.get("blend"), str)
    ]


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
