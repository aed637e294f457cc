# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the takes of a job on this machine, in one warm Blender that is renewed if it dies or grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.errors import ModelsheetError, WorkError
from ..plan.rigs import Adjust
from ..plan.shots import Shot, Take, takes
from .child import WorkerDied
from .keys import Exposure, Rendered, rendered
from .ledger import Ledger, control_file
from .session import Session

Event = dict[str, Any]

#: A take that brings Blender down is tried once more in a fresh process, then reported, and the others go on.
ATTEMPTS = 2
NEGATIVES = "negatives"


@dataclass(frozen=True)
class Studio:
    """What the takes of a job share. options: a RenderOptions as a mapping; keep: whether negatives stay on disk;
    control: the kinds of control pictures that are rendered with each take."""

    session: Session
    ledger: Ledger
    exposures: Mapping[Rendered, Exposure]
    adjust: Callable[[Shot], Adjust]
    options: Event
    keep: bool
    control: tuple[str, ...] = ()

    def negative(self, exposure: Exposure) -> Path:
        """Where the negative of a take is kept."""
        return self.ledger.out / NEGATIVES / f"{exposure.key[:24]}.exr"

    def controls(self, exposure: Exposure) -> dict[str, str]:
        """Where the control pictures of a take are kept, by kind: all its prints share them."""
        return {kind: str(self.ledger.raw / control_file(kind, exposure.key)) for kind in self.control}


def photograph(
    studio: Studio, character: Event, shots: Iterable[Shot] | None = None, anew: bool = True
) -> Iterator[Event]:
    """Make whatever print the ledger misses: from its negative where there is one, photographed where not.

    shots: only these of them. anew: whether what has no sound negative may be photographed; else it fails.

    Yields {"event": "shot", "shot", "shared"} for each finished print (shared: a copy of one that differs only in
    background), {"event": "taken", "rendered"} after each take and {"event": "failed", "shots", "message"} for one
    that could not be made. `character` goes into every truth row.
    """
    missing = studio.ledger.missing()
    for take in takes(missing if shots is None else (shot for shot in shots if shot in missing)):
        try:
            yield from _make(studio, take, character, anew)
        except ModelsheetError as error:
            if error.fatal:
                raise
            left = [shot for shot in take.shots if shot not in studio.ledger.rows]
            yield {"event": "failed", "shots": left, "message": str(error)}


def _make(studio: Studio, take: Take, character: Event, anew: bool) -> Iterator[Event]:
    if not anew or studio.negative(studio.exposures[rendered(take.shots[0])]).is_file():
        try:
            yield from _make_once(studio, take, character, _develop)
            return
        except WorkError as error:  # damaged, or Blender fell over it: photographed anew
            if isinstance(error, WorkerDied):
                studio.session.renew()
            if error.fatal or not anew:
                raise
    for attempt in range(1, ATTEMPTS + 1):
        try:
            yield from _make_once(studio, take, character, _photograph)
            return
        except WorkerDied as error:
            studio.session.renew(error if attempt == ATTEMPTS else None)
            if attempt == ATTEMPTS:
                raise


#: What makes the prints that are ordered: studio, shots, orders -> the worker's events.
Maker = Callable[[Studio, list[Shot], list[Event]], Iterator[Event]]


def _make_once(studio: Studio, take: Take, character: Event, maker: Maker) -> Iterator[Event]:
    ledger = studio.ledger
    left = [shot for shot in take.shots if shot not in ledger.rows]
    if not left:  # Blender died behind the last of them
        return
    # One order for each print: shots that differ only in background share theirs.
    first = list({ledger.keys[shot]: shot for shot in reversed(left)}.values())[::-1]
    orders = [_order(studio, shot) for shot in first]
    for event in maker(studio, left, orders):
        if event["event"] == "taken":
            studio.session.note(event["spent"])
            yield {"event": "taken", "rendered": event["rendered"]}
            continue
        made = first[event["index"]]
        adjusted = {} if "adjust" not in orders[event["index"]] else {"relit": orders[event["index"]]["adjust"]}
        truth = {**event["truth"], **adjusted, "sha256": event["sha256"], "character": character}
        for kind, told in truth.get("control", {}).items():
            told["file"] = control_file(kind, studio.exposures[rendered(made)].key)
        for shot in ledger.enter(made, truth):
            yield {"event": "shot", "shot": shot, "shared": shot != made}


def _order(studio: Studio, shot: Shot) -> Event:
    order: Event = {"lighting": shot["lighting"], "file": str(studio.ledger.path(shot))}
    adjust = studio.adjust(shot)
    return order if adjust == Adjust() else {**order, "adjust": adjust.to_json()}


def _develop(studio: Studio, shots: list[Shot], orders: list[Event]) -> Iterator[Event]:
    exposure = studio.exposures[rendered(shots[0])]
    return studio.session.worker.develop(_kept(studio, exposure), orders, studio.controls(exposure))


def _photograph(studio: Studio, shots: list[Shot], orders: list[Event]) -> Iterator[Event]:
    exposure = studio.exposures[rendered(shots[0])]
    options = {**studio.options, "samples": exposure.samples}
    kept = _kept(studio, exposure) if studio.keep else None
    studio.session.character()
    return studio.session.worker.take(
        [shot.to_json() for shot in shots], list(exposure.lightings), orders, options, kept, studio.controls(exposure)
    )


def _kept(studio: Studio, exposure: Exposure) -> Event:
    return {"path": str(studio.negative(exposure)), "key": exposure.key}
