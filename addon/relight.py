# SPDX-License-Identifier: GPL-3.0-or-later
"""New light or background over finished pictures: decisions noted, prints made from negatives, the dataset brought up
to date. Nothing is rendered unless that is asked for, and nothing is changed before it is known to be possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .common.errors import InputError
from .common.files import write_json
from .common.fingerprint import code_fingerprint
from .common.lock import alone_in
from .dataset.backgrounds import photos
from .dataset.layout import FINAL, RAW, read_facts, read_job, read_plan
from .farm import blender
from .farm.keys import rendered
from .farm.local import NEGATIVES, Studio
from .farm.session import Session
from .job import finish
from .outcome import Outcome
from .photography import How, make_prints, options_of, studio_of, subject_hash
from .plan.control import DEFAULT
from .plan.gains import GROUPED
from .plan.lamps import ALL
from .plan.relight import (
    Relights,
    Wish,
    apply,
    chosen,
    doubles,
    plan_json,
    planned_of,
    read_relights,
    renderings,
    taken_back,
    wished,
    write_relights,
)
from .plan.rigs import lamps
from .plan.shots import Plan, Shot
from .request import Request, request_of

Event = dict[str, Any]
Tell = Callable[[Event], None]

ADD_RENDER = "Add --render to photograph {them} again."
#: Up to so many pictures are named by their whole names.
WHOLE_NAMES = 3


@dataclass(frozen=True)
class Asked:
    """The command's words. only: ids, numbers or patterns, () for all; undo: take decisions back; render: photograph
    again what lacks a lamp or its negative."""

    wish: Wish = field(default_factory=Wish)
    only: tuple[str, ...] = ()
    undo: bool = False
    render: bool = False


def relight(out: Path, asked: Asked, tell: Tell) -> Outcome:
    """Make the pictures of a finished job what is asked, and the dataset where there is one.

    Raises InputError, with nothing changed, for what can't be: unknown names, no negatives, lamps that they lack.
    A take whose negative turns out damaged keeps the light that it had, and is named in the outcome's `failed`.
    """
    start = time.monotonic()
    if asked.undo and not asked.wish.empty:
        raise InputError("--undo takes decisions back, and the rest makes new ones. Do one after the other.")
    job = read_job(out)
    request = request_of(job)
    with alone_in(out), Session(request.file, request.overrides, request.sitter) as session:
        desk = Desk(out, request, _how(out, job, request), session, _planned(out))
        outcome = desk.relight(asked, tell)
    outcome.seconds = time.monotonic() - start
    return finish(out, request.trainers, tell, outcome) if (out / FINAL).is_dir() else outcome


@dataclass(frozen=True)
class Desk:
    """One job whose pictures are relit. planned: the plan before any decision."""

    out: Path
    request: Request
    how: How
    session: Session
    planned: Plan

    def relight(self, asked: Asked, tell: Tell) -> Outcome:
        """All but the dataset."""
        shots = chosen(self.planned.shots, asked.only)
        before = read_relights(self.out)
        if asked.wish.empty and not asked.undo and not before:
            raise InputError(
                "Nothing to change. Say what: --lighting NAME, --temperature K, --exposure STOPS, "
                "--intensity LAMP=FACTOR or --background NAME."
            )
        after = taken_back(before, shots) if asked.undo else wished(before, shots, asked.wish)
        self._check_engine(after)
        self._check_photos(after)
        wanted = self._wanted(shots, after)
        self._check_negatives(wanted, after, asked.render)
        tell({"event": "stage", "stage": "light"})
        outcome = self._make(wanted, after, asked.render, tell)
        if outcome.failed:
            self._make([], self._without(outcome.failed, before, after), False, lambda _event: None)
        outcome.notes += _notes(apply(self.planned, after).shots, after)
        return outcome

    def _studio(self, relights: Relights) -> Studio:
        return studio_of(self.session, self.out, self.planned, relights, self.how)

    def _wanted(self, shots: Iterable[Shot], relights: Relights) -> list[Shot]:
        """The prints, as they are to be, that must be made: of all takes that have one of `shots`."""
        meant = {rendered(shot) for shot in shots}
        return [shot for shot in self._studio(relights).ledger.foreseen() if rendered(shot) in meant]

    def _check_negatives(self, wanted: list[Shot], relights: Relights, render: bool) -> None:
        """Every wanted print has its negative, or may be rendered."""
        studio = self._studio(relights)
        absent = [shot for shot in wanted if not studio.negative(studio.exposures[rendered(shot)]).is_file()]
        if not absent:
            return
        if render:
            self._check_character()
            return
        takes = renderings(self.planned, relights, self._grouped)
        lacking = [shot for shot in absent if takes[rendered(shot)].lacked]
        if lacking:
            lighting = next(name for shot in lacking for name in takes[rendered(shot)].lacked)
            alike = [shot for shot in lacking if lighting in takes[rendered(shot)].lacked]
            raise InputError(f"{lighting}: {self._lacked(lighting, alike)} {_mend(alike)}")
        gone = f"{self.out / NEGATIVES}: no negative of {_named(absent)}, or one of another version."
        raise InputError(f"{gone} {_mend(absent)}")

    def _lacked(self, lighting: str, shots: list[Shot]) -> str:
        """Which lamps the negatives of some shots do not hold."""
        if not self._grouped:
            return f"{self.request.engine} keeps each lighting by itself, and the negative of {_named(shots)} lacks it."
        held = [lamps(take.lightings) for take in self._planned_takes(shots)]
        names = [name for name, lamp in lamps((lighting,)).items() if any(one.get(name) != lamp for one in held)]
        words = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        said = f"lamp {words} was" if len(names) == 1 else f"lamps {words} were"
        return f"its {said} not lit when {_named(shots)} {_were(shots)} taken."

    def _planned_takes(self, shots: list[Shot]) -> list[Any]:
        takes = renderings(self.planned, {})
        return [takes[key].planned for key in dict.fromkeys(rendered(shot) for shot in shots)]

    @property
    def _grouped(self) -> bool:
        return self.request.engine in GROUPED

    def _check_engine(self, relights: Relights) -> None:
        """Single lamps can be changed only where negatives hold them."""
        if self._grouped:
            return
        single = {name for relight in relights.values() for name in dict(relight.adjust.intensity)} - {ALL}
        if single:
            raise InputError(
                f"--intensity {min(single)}: {self.request.engine} keeps a lighting as a whole, without its single "
                f"lamps. Use {ALL}=FACTOR, or render with cycles."
            )

    def _check_photos(self, relights: Relights) -> None:
        if any(relight.background == "folder" for relight in relights.values()):
            photos(self.request.background_folder)

    def _check_character(self) -> None:
        """What is photographed again is the same character, in the same Blender."""
        if subject_hash(self.request.file, self.request.sitter) != self.how.subject["sha256"]:
            raise InputError(
                f"{self.request.file}: has changed since these pictures were taken. "
                "Run `modelsheet make` with it again."
            )
        if blender.version() not in (None, self.how.blender):
            raise InputError(
                f"{self.out}: was made with Blender {self.how.blender}, and this is {blender.version()}. "
                "Run `modelsheet make` again, which photographs all anew, or use that Blender."
            )

    def _make(self, wanted: list[Shot], relights: Relights, render: bool, tell: Tell) -> Outcome:
        """Note the decisions, take up the prints that there are, make the wanted ones."""
        relit = apply(self.planned, relights)
        write_relights(self.out, relights)
        write_json(self.out / RAW / "plan.json", plan_json(self.planned, relit))
        studio = self._studio(relights)
        studio.ledger.open()
        outcome = Outcome(self.out, shots=len(relit.shots), takes=len(studio.exposures), reused=len(studio.ledger.rows))
        if wanted:
            row = read_facts(self.out).row(self.how.subject["sha256"])
            make_prints(studio, row, outcome, _counting(tell, outcome.reused, len(wanted)), wanted, anew=render)
        return outcome

    def _without(self, failed: list[str], before: Relights, after: Relights) -> Relights:
        """The decisions, with those about failed takes as they were."""
        takes = {rendered(shot) for shot in self.planned.shots if shot.id in failed}
        ids = {shot.id for shot in self.planned.shots if rendered(shot) in takes}
        kept = {name: relight for name, relight in after.items() if name not in ids}
        return kept | {name: relight for name, relight in before.items() if name in ids}


def _how(out: Path, job: Event, request: Request) -> How:
    """As it was photographed. Raises InputError for a job of other code: its negatives would give other pictures."""
    if job.get("code") != code_fingerprint() or not job.get("sha256") or not job.get("blender"):
        raise InputError(
            f"{out}: these pictures were made by another version of Modelsheet (or not to the end). "
            "Run the same `modelsheet make` or `render` again first."
        )
    subject = {"sha256": job["sha256"], "overrides": request.overrides, "sitter": request.sitter}
    control = tuple(job.get("preset_resolved", {}).get("control", DEFAULT))
    return How(subject, options_of(request), job["blender"], request.negatives, control)


def _planned(out: Path) -> Plan:
    try:
        return planned_of(read_plan(out))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{out / RAW / 'plan.json'}: not a plan ({error}). Run `modelsheet make` again.") from error


def _counting(tell: Tell, kept: int, total: int) -> Tell:
    """Tells of the new prints alone: those that stay are not counted, and those that fail stay."""

    def tell_of_new(event: Event) -> None:
        if event["event"] == "failed":
            event = event | {"message": f"{event['message']} Until then the light stays as it was."}
        tell(event | {"done": event["done"] - kept, "total": total} if "done" in event else event)

    return tell_of_new


def _notes(shots: Iterable[Shot], relights: Relights) -> list[str]:
    return [
        f"{' and '.join(names)} are the same picture now: they differed only in what was changed."
        for names in doubles(shots, relights)
    ]


def _mend(shots: list[Shot]) -> str:
    return ADD_RENDER.format(them="it" if len(shots) == 1 else "them")


def _were(shots: list[Shot]) -> str:
    return "was" if len(shots) == 1 else "were"


def _named(shots: list[Shot]) -> str:
    """The shots' names; of many only their numbers, in runs: `0001-0012, 0015`."""
    if len(shots) <= WHOLE_NAMES:
        return ", ".join(shot.id for shot in shots)
    runs: list[list[int]] = []
    for shot in shots:
        if runs and runs[-1][-1] == shot.number - 1:
            runs[-1] = [runs[-1][0], shot.number]
        else:
            runs.append([shot.number])
    return ", ".join("-".join(f"{number:04d}" for number in run) for run in runs)
