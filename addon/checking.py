# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet check` from end to end: look, decide what is left out, write it down, make the dataset anew."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from . import job
from .common.errors import WorkError
from .common.lock import alone_in
from .dataset.checks import Checked, check, write_checks
from .dataset.checks.decide import decide
from .dataset.checks.drops import read_drops
from .dataset.checks.run import Progress
from .dataset.checks.sources import home
from .dataset.layout import FINAL, read_job
from .dataset.report import report
from .outcome import Outcome
from .request import request_of


@dataclass(frozen=True)
class Answer:
    """What a check has come to: what was found; whether any of it was bad and not decided upon before; where it is
    written (None: the folder can't be written); a set's report, and what making its dataset anew has come to."""

    checked: Checked
    bad: bool
    written: Path | None
    report: Path | None = None
    outcome: Outcome | None = None


def check_folder(
    folder: Path, drop: bool, keep: Sequence[str], tell: job.Tell, progress: Progress | None = None
) -> Answer:
    """Check an OUT of ours or a stranger's folder; `drop`: the bad pictures are left out; `keep` are taken in again.

    A folder inside a finished dataset of ours stands for its OUT. Raises InputError where there is nothing to check.
    """
    folder = home(folder)
    with ExitStack() as stack:
        if (folder / "job.yaml").is_file():
            stack.enter_context(alone_in(folder))
        checked = check(folder, progress)
        before = read_drops(folder)
        if keep:
            checked = decide(checked, False, keep)
        bad = checked.bad
        if drop:
            checked = decide(checked, True, ())
        written = _written(checked, needed=checked.ours)
        page = report(folder) if checked.ours else None
    if read_drops(folder).dropped == before.dropped or not (folder / FINAL).is_dir():
        return Answer(checked, bad, written, page)
    request = request_of(read_job(folder))
    outcome = job.finish(folder, request.trainers, tell, checked=True)
    return Answer(checked, bad, written, outcome.report, outcome)


def _written(checked: Checked, needed: bool) -> Path | None:
    """Where the findings were written; a stranger's folder may be one that can only be read."""
    try:
        return write_checks(checked)
    except WorkError:
        if needed:
            raise
        return None
