# SPDX-License-Identifier: GPL-3.0-or-later
"""One job: a character, a preset and an output folder; runs the stages in order.

Every stage reads the files that the one before it wrote, so a job can be stopped anywhere and run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .common.errors import InputError
from .common.files import sha256_file, sha256_value, write_json
from .common.fingerprint import code_fingerprint
from .common.lock import alone_in
from .dataset.backgrounds import photos
from .dataset.build import build
from .dataset.caption_options import CaptionOptions
from .dataset.layout import RAW, read_job
from .dataset.output import Output
from .dataset.packages import check_trainer, package
from .dataset.process import process
from .dataset.report import report
from .dataset.trigger import check_trigger
from .farm import blender
from .farm.keys import print_keys
from .farm.ledger import Ledger
from .farm.local import Session, photograph
from .plan.facts import CharacterFacts
from .plan.planner import make_plan
from .plan.presets import load_preset
from .plan.shots import Plan, takes
from .plan.table import plan_json
from .render.options import RenderOptions
from .request import Request, check_out, check_picture, request_of, unless_begun, write_job
from .sidecar import corrections

Event = dict[str, Any]
Tell = Callable[[Event], None]


@dataclass
class Outcome:
    """What a job has come to."""

    out: Path
    shots: int = 0
    takes: int = 0
    rendered: int = 0
    reused: int = 0
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)
    dataset: Path | None = None
    packages: list[Path] = field(default_factory=list)
    report: Path | None = None

    def to_json(self) -> Event:
        """The "done" event."""
        paths = {"dataset": self.dataset, "report": self.report, "out": self.out}
        return {
            "event": "done",
            **{key: value for key, value in asdict(self).items() if key not in paths},
            **{key: None if path is None else str(path) for key, path in paths.items()},
            "packages": [str(path) for path in self.packages],
            "seconds": round(self.seconds, 1),
        }


def inspect(file: str, overrides: dict[str, str | None], sitter: dict[str, str], picture: Path | None = None) -> Event:
    """What is found in a character file: the worker's "loaded" event, and what corrected it.

    picture: where to write the quick picture (PNG). Raises InputError for an unusable file or place.
    """
    _subject_hash(file, sitter)
    known = corrections(file, overrides)
    if picture is not None:
        check_picture(picture)
    with Session(file, known.values, sitter) as session:
        if picture is not None:
            session.worker.picture(str(picture))
        return {**session.loaded, "sidecar": str(known.path) if known.used else None}


def make(request: Request, out: Path, tell: Tell) -> Outcome:
    """All of it: photographs, dataset, packages, report. Raises InputError before anything is begun."""
    for trainer in request.trainers:
        check_trainer(trainer)
    if request.trigger is None:
        raise InputError("No trigger word. Add --trigger WORD, a rare word such as mara_syn that will call the LoRA.")
    CaptionOptions.from_job(asdict(request))  # complains now, not after an hour of photographs
    Output.from_job(asdict(request)).check_enlarging(request.resolution)
    outcome = render(request, out, tell)
    if outcome.shots > len(outcome.failed):
        finish(out, request.trainers, tell, outcome)
    return outcome


def render(request: Request, out: Path, tell: Tell) -> Outcome:
    """Load, plan and photograph; what exists is not rendered again."""
    start = time.monotonic()
    request = replace(request, trigger=None if request.trigger is None else check_trigger(request.trigger))
    preset = load_preset(request.preset)
    if request.background_folder is not None:
        photos(request.background_folder)
        preset = preset.with_folder()
    samples = {} if request.samples is None else {"samples": request.samples}
    options = RenderOptions(request.engine, request.resolution, device=request.device, **samples)
    sha256 = _subject_hash(request.file, request.sitter)
    known = corrections(request.file, request.overrides)
    request = replace(request, overrides=known.values)
    check_out(out, request, sha256)
    subject = {"sha256": sha256, "overrides": request.overrides, "sitter": request.sitter}
    with unless_begun(out), alone_in(out), ExitStack() as stack:
        session = Session(request.file, request.overrides, request.sitter)
        found = _known_character(out, subject)
        if found is None:
            tell({"event": "stage", "stage": "character"})
            found = _describe(stack.enter_context(session))
        facts = CharacterFacts.from_json(found["facts"])
        tell({"event": "found", **found, "corrections": known.spoken()})
        plan = make_plan(preset, facts, request.seed, request.budget)
        if request.background_folder is None and any(shot["background"] == "folder" for shot in plan.shots):
            raise InputError(f"preset {preset.name}: wants your own backgrounds. Name their folder with --backgrounds.")
        _write_begun(out, request, subject, found, plan, preset.to_json(), options)
        keys = print_keys(plan.shots, subject, {**asdict(options), "blender": found["blender"]})
        ledger = Ledger(out, keys)
        ledger.open()
        outcome = Outcome(out, shots=len(plan.shots), takes=len(takes(plan.shots)), reused=len(ledger.rows))
        tell({"event": "plan", "shots": outcome.shots, "takes": outcome.takes, "left_out": list(plan.left_out)})
        if ledger.missing():
            if not session.loaded:
                tell({"event": "stage", "stage": "character"})
                stack.enter_context(session)
            _photograph(session, ledger, options, facts.row(sha256), outcome, tell)
    outcome.seconds = time.monotonic() - start
    return outcome


def finish(out: Path, trainers: tuple[str, ...], tell: Tell, outcome: Outcome | None = None) -> Outcome:
    """From prints to dataset, packages and report; needs no Blender."""
    outcome = outcome or Outcome(out)
    read_job(out)
    with alone_in(out):
        _finish(out, trainers, tell, outcome)
    return outcome


def _finish(out: Path, trainers: tuple[str, ...], tell: Tell, outcome: Outcome) -> None:
    start = time.monotonic()
    tell({"event": "stage", "stage": "backgrounds"})
    process(out)
    tell({"event": "stage", "stage": "dataset"})
    outcome.dataset = build(out)
    for trainer in trainers:
        outcome.packages += package(out, trainer)
    tell({"event": "stage", "stage": "report"})
    outcome.report = report(out)
    outcome.seconds += time.monotonic() - start


def change(out: Path, **words: Any) -> Request:
    """Change words of a job (style, age, size ...) and note it in job.yaml; the request as it is now."""
    job = read_job(out)
    given = {key: value for key, value in words.items() if value is not None}
    request = replace(request_of(job), **given)
    request = replace(request, trigger=CaptionOptions.from_job(asdict(request)).trigger)
    Output.from_job(asdict(request)).check_enlarging(request.resolution)
    asked = set(asdict(request)) | {"for", "modelsheet"}
    write_job(out, request, {key: value for key, value in job.items() if key not in asked})
    return request


def _photograph(
    session: Session, ledger: Ledger, options: RenderOptions, character: Event, outcome: Outcome, tell: Tell
) -> None:
    tell({"event": "progress", "done": outcome.reused, "total": outcome.shots})
    for event in photograph(session, ledger, asdict(options), character):
        if event["event"] == "failed":
            outcome.failed += [shot.id for shot in event["shots"]]
            tell({"event": "failed", "ids": [shot.id for shot in event["shots"]], "message": event["message"]})
            continue
        shot = event["shot"]
        outcome.rendered += not event["shared"]
        outcome.reused += event["shared"]
        done = outcome.reused + outcome.rendered
        tell({"event": "shot", "id": shot.id, "path": str(ledger.path(shot)), "done": done, "total": outcome.shots})


def _subject_hash(file: str, sitter: dict[str, str]) -> str:
    """Content hash of the character. Raises InputError for a path that is no readable file."""
    if file == "sitter":
        return sha256_value({"sitter": sitter})
    path = Path(file)
    if path.is_dir():
        raise InputError(f"{file}: a folder, not a character file. Give the file itself.")
    try:
        return sha256_file(path)
    except OSError as error:
        raise InputError(f"{file}: can't be read ({error.strerror}). Check the path.") from error


def _describe(session: Session) -> Event:
    loaded = session.loaded
    return {"facts": loaded["facts"], "warnings": loaded["warnings"], "blender": session.worker.blender}


def _known_character(out: Path, subject: Event) -> Event | None:
    """What an earlier run of the same job found, so that a finished job needs no Blender to say so."""
    try:
        job = read_job(out)
        facts = json.loads((out / RAW / "character.json").read_text(encoding="utf-8"))
    except (InputError, OSError, ValueError):
        return None
    same = {"sha256", "overrides", "sitter"}
    fresh = {**subject, "code": code_fingerprint(), "blender": blender.version()}
    if {key: job.get(key) for key in [*same, "code", "blender"]} != fresh:
        return None
    return {"facts": facts, "warnings": job.get("warnings", []), "blender": job["blender"]}


def _write_begun(
    out: Path, request: Request, subject: Event, found: Event, plan: Plan, preset: Event, options: RenderOptions
) -> None:
    """What was asked and found stands on disk before the first picture, so that a cut-off run can be understood."""
    write_json(out / RAW / "character.json", found["facts"])
    write_json(out / RAW / "plan.json", plan_json(plan))
    resolved = {
        "sha256": subject["sha256"],
        "seed": plan.seed,
        "samples": options.samples,
        "character": found["facts"]["name"],
        "preset_resolved": preset,
        "blender": found["blender"],
        "code": code_fingerprint(),
        "warnings": found["warnings"],
    }
    write_job(out, request, resolved)
