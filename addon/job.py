# SPDX-License-Identifier: GPL-3.0-or-later
"""One job: a character, a preset and an output folder; runs the stages in order.

Every stage reads the files that the one before it wrote, so a job can be stopped anywhere and run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from .captioning import check_captioner, look
from .common.errors import InputError, ModelsheetError
from .common.lock import alone_in
from .dataset.build import build
from .dataset.caption_style import caption_options, chosen_style
from .dataset.checks import check, write_checks
from .dataset.checks.again import check_captions, mark
from .dataset.layout import read_job
from .dataset.output import Output
from .dataset.packages import check_fits, check_trainer, package, refresh
from .dataset.process import process
from .dataset.report import report
from .dataset.rights import check_asked
from .farm.session import Session
from .outcome import Outcome
from .photography import render, subject_hash
from .request import Request, check_picture, request_of, write_job
from .sidecar import corrections

Event = dict[str, Any]
Tell = Callable[[Event], None]


def inspect(file: str, overrides: dict[str, str | None], sitter: dict[str, str], picture: Path | None = None) -> Event:
    """What is found in a character file: the worker's "loaded" event, and what corrected it.

    picture: where to write the quick picture (PNG). Raises InputError for an unusable file or place.
    """
    subject_hash(file, sitter)
    known = corrections(file, overrides)
    if picture is not None:
        check_picture(picture)
    with Session(file, known.values, sitter) as session:
        loaded = session.character()
        if picture is not None:
            session.worker.picture(str(picture))
        return {**loaded, "sidecar": str(known.path) if known.used else None}


def make(request: Request, out: Path, tell: Tell, online: bool = False) -> Outcome:
    """All of it: photographs, dataset, packages, report. Raises InputError before anything is begun.

    online: a yes to downloading a captioner's weights. A captioner that fails is told when all the rest is done.
    """
    for line in check_request(request, online):
        tell({"event": "note", "text": line})
    outcome = render(request, out, tell)
    if outcome.shots > len(outcome.failed):
        refused = _looked(request, out, tell, online)
        finish(out, request.trainers, tell, outcome)
        if refused is not None:
            raise refused
    return outcome


def _looked(request: Request, out: Path, tell: Tell, online: bool) -> ModelsheetError | None:
    try:
        look(out, request, tell, online)
    except ModelsheetError as error:
        return error
    return None


def check_request(request: Request, online: bool = False) -> list[str]:
    """Complain now of what would be refused after an hour of photographs; lines on what will be left out.

    Raises InputError; touches no file.
    """
    trainers = tuple(check_trainer(trainer) for trainer in request.trainers)
    check_fits(trainers, request.base)
    notes = check_asked(request.source, request.purpose, request.reason, trainers, sitter=request.is_sitter)
    if request.trigger is None:
        raise InputError("No trigger word. Add --trigger WORD, a rare word such as mara_syn that will call the LoRA.")
    caption_options(asdict(request))
    check_captioner(request, online)
    Output.from_job(asdict(request)).check_enlarging(request.resolution)
    return notes


def finish(
    out: Path, trainers: tuple[str, ...], tell: Tell, outcome: Outcome | None = None, checked: bool = False
) -> Outcome:
    """From prints to dataset, packages and report; needs no Blender. checked: the pictures just were."""
    outcome = outcome or Outcome(out)
    read_job(out)
    with alone_in(out):
        _finish(out, trainers, tell, outcome, checked)
    return outcome


def _finish(out: Path, trainers: tuple[str, ...], tell: Tell, outcome: Outcome, checked: bool) -> None:
    start = time.monotonic()
    tell({"event": "stage", "stage": "backgrounds"})
    process(out)
    tell({"event": "stage", "stage": "dataset"})
    tell({"event": "captions", **chosen_style(read_job(out)).to_json()})
    outcome.dataset = build(out, outcome.notes.append)
    if not checked:
        tell({"event": "stage", "stage": "checks"})
        found = check_captions(out) or check(out)
        write_checks(found, mark(out))
        tell({"event": "checks", **found.counts()})
    refused = _package(out, trainers, outcome)
    tell({"event": "stage", "stage": "report"})
    outcome.report = report(out)
    outcome.seconds += time.monotonic() - start
    if refused is not None:
        raise refused


def _package(out: Path, trainers: tuple[str, ...], outcome: Outcome) -> InputError | None:
    """Make the packages, and those of earlier runs that no longer hold the set; a refusal (rights, say) is returned, so
    that the report is written before it is told."""
    base, refused = read_job(out).get("base"), None
    try:
        packed = [package(out, trainers, base)] if trainers else []
    except InputError as error:
        packed, refused = [], error
    made = [path for each in packed for path in each.files]
    for each in (*packed, refresh(out, made, base)):
        outcome.packages += each.files
        outcome.notes += each.notes
    return refused


def change(out: Path, **words: Any) -> Request:
    """Change words of a job (style, age, size ...) and note it in job.yaml; the request as it is now.

    None leaves a word as it is. Style `auto`, empty parts and an empty template take back what was asked.
    """
    job = read_job(out)
    given = {key: value for key, value in words.items() if value is not None}
    given |= {key: None for key in ("style", "parts", "template") if given.get(key) in ("auto", "", ())}
    if given.get("parts") or given.get("template"):
        given = {"parts": None, "template": None, **given}
    request = replace(request_of(job), **given)
    request = replace(request, trigger=caption_options({**job, **asdict(request)}).trigger)
    Output.from_job(asdict(request)).check_enlarging(request.resolution)
    asked = set(asdict(request)) | {"for", "modelsheet"}
    write_job(out, request, {key: value for key, value in job.items() if key not in asked})
    return request
