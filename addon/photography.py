# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request to prints: load, plan, photograph. What exists is not made again.

Each step writes what it found before the next begins, so a job can be stopped anywhere and run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .common.errors import InputError
from .common.files import sha256_file, sha256_value, write_json
from .common.fingerprint import code_fingerprint
from .common.lock import alone_in
from .dataset.backgrounds import photos
from .dataset.layout import RAW, read_job
from .dataset.trigger import check_trigger
from .farm import blender
from .farm.keys import exposures, print_keys
from .farm.ledger import Ledger
from .farm.local import Studio, photograph
from .farm.session import Session
from .outcome import Outcome
from .plan.control import RENDERED_KINDS
from .plan.facts import CharacterFacts
from .plan.gains import GROUPED
from .plan.planner import make_plan
from .plan.presets import Preset, load_preset
from .plan.relight import Relights, adjustment, apply, plan_json, read_relights, renderings
from .plan.rigs import Adjust
from .plan.shots import Plan, Shot
from .plan.vary import vary
from .render.options import RenderOptions
from .request import Request, check_out, unless_begun, write_job
from .sidecar import corrections

Event = dict[str, Any]
Tell = Callable[[Event], None]


def render(request: Request, out: Path, tell: Tell) -> Outcome:
    """Load, plan and photograph. Raises InputError for what can't be used, before anything is begun."""
    start = time.monotonic()
    request = replace(request, trigger=None if request.trigger is None else check_trigger(request.trigger))
    preset = preset_of(request)
    options = options_of(request)
    sha256 = subject_hash(request.file, request.sitter)
    known = corrections(request.file, request.overrides)
    request = replace(request, overrides=known.values)
    check_out(out, request, sha256)
    subject = {"sha256": sha256, "overrides": request.overrides, "sitter": request.sitter}
    with unless_begun(out), alone_in(out), Session(request.file, request.overrides, request.sitter) as session:
        found = _known_character(out, subject)
        if found is None:
            tell({"event": "stage", "stage": "character"})
            found = _describe(session)
        facts = CharacterFacts.from_json(found["facts"])
        tell({"event": "found", **found, "corrections": known.spoken()})
        planned = make_plan(preset, facts, request.seed, request.budget)
        if request.background_folder is None and any(shot["background"] == "folder" for shot in planned.shots):
            raise InputError(f"preset {preset.name}: wants your own backgrounds. Name their folder with --backgrounds.")
        relights = read_relights(out)
        plan = apply(planned, relights)
        _write_begun(out, request, subject, found, plan_json(planned, plan), preset.to_json(), options)
        how = How(subject, options, found["blender"], request.negatives, preset.control)
        studio = studio_of(session, out, planned, relights, how)
        studio.ledger.open()
        outcome = Outcome(out, shots=len(plan.shots), takes=len(studio.exposures), reused=len(studio.ledger.rows))
        tell({"event": "plan", "shots": outcome.shots, "takes": outcome.takes, "left_out": list(plan.left_out)})
        if kept := sum(shot.id in relights for shot in planned.shots):
            tell({"event": "relit", "pictures": kept})
        if studio.ledger.missing():
            make_prints(studio, facts.row(sha256), outcome, tell)
    outcome.seconds = time.monotonic() - start
    return outcome


def preset_of(request: Request) -> Preset:
    """The preset that is asked for, with what was changed of it. Raises InputError."""
    preset = vary(load_preset(request.preset), request.axes, request.prints_per_take, request.budget)
    if request.background_folder is None:
        return preset
    photos(request.background_folder)
    return preset.with_folder()


def options_of(request: Request) -> RenderOptions:
    """How a request is rendered. Raises InputError for what is out of range."""
    samples = {} if request.samples is None else {"samples": request.samples}
    return RenderOptions(request.engine, request.resolution, device=request.device, **samples)


@dataclass(frozen=True)
class How:
    """What decides pixels beside the plan, whether negatives are kept, and the control pictures of each shot."""

    subject: Event
    options: RenderOptions
    blender: str
    keep: bool
    control: tuple[str, ...]


def studio_of(session: Session, out: Path, planned: Plan, relights: Relights, how: How) -> Studio:
    """What makes the prints of a plan as it was decided to be; its ledger is not open yet."""
    options = asdict(how.options)
    lightings = {
        take: one.lightings for take, one in renderings(planned, relights, options["engine"] in GROUPED).items()
    }
    exposed = exposures(lightings, how.subject, {**options, "blender": how.blender})

    def adjust(shot: Shot) -> Adjust:
        return adjustment(relights, shot)

    keys = print_keys(apply(planned, relights).shots, exposed, adjust)
    control = tuple(kind for kind in how.control if RENDERED_KINDS[kind])
    return Studio(session, Ledger(out, keys, control), exposed, adjust, options, how.keep, control)


def make_prints(
    studio: Studio,
    character: Event,
    outcome: Outcome,
    tell: Tell,
    shots: Iterable[Shot] | None = None,
    anew: bool = True,
) -> None:
    """Have the missing prints made, tell of each, and count them in `outcome`. shots, anew: see photograph()."""
    if anew and not studio.session.running:
        tell({"event": "stage", "stage": "character"})
    tell({"event": "progress", "done": outcome.reused, "total": outcome.shots})
    for event in photograph(studio, character, shots, anew):
        if event["event"] == "taken":
            outcome.exposed += event["rendered"]
            continue
        if event["event"] == "failed":
            outcome.failed += [shot.id for shot in event["shots"]]
            tell({"event": "failed", "ids": [shot.id for shot in event["shots"]], "message": event["message"]})
            continue
        shot = event["shot"]
        outcome.rendered += not event["shared"]
        outcome.reused += event["shared"]
        done = outcome.reused + outcome.rendered
        path = str(studio.ledger.path(shot))
        tell({"event": "shot", "id": shot.id, "path": path, "done": done, "total": outcome.shots})
    outcome.spent = studio.session.spent


def subject_hash(file: str, sitter: dict[str, str]) -> str:
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
    loaded = session.character()
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
    out: Path, request: Request, subject: Event, found: Event, plan: Event, preset: Event, options: RenderOptions
) -> None:
    """What was asked and found stands on disk before the first picture, so that a cut-off run can be understood."""
    write_json(out / RAW / "character.json", found["facts"])
    write_json(out / RAW / "plan.json", plan)
    resolved = {
        "sha256": subject["sha256"],
        "seed": plan["seed"],
        "samples": options.samples,
        "character": found["facts"]["name"],
        "preset_resolved": preset,
        "blender": found["blender"],
        "code": code_fingerprint(),
        "warnings": found["warnings"],
    }
    write_job(out, request, resolved)
