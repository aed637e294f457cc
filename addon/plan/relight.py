# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions about light and background that are taken after the render, and stand in OUT/relight.yaml.

    shots:
      0007_portrait_front_happy: {lighting: rim, background: black, adjust: {exposure: 0.5, temperature: 3500}}

They are applied on top of the plan: the shots that come out name what the pictures then show, so that captions,
coverage and report stay true. What is not named stays as planned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from ..common.colour import NEUTRAL
from ..common.errors import InputError
from ..common.files import write_text
from ..common.tables import Table, read_table
from .coverage import recounted
from .lamps import ALL, WORLD
from .names import check_setting, unknown
from .rigs import Adjust, lamps
from .schema import MAX_BUDGET
from .shots import AXES, DEVELOPED, RENDERED, Plan, Shot, Take, takes

FILE = "relight.yaml"
HEAD = "# What `modelsheet relight` decided. `modelsheet relight DIR` makes it so; with --undo it is taken back.\n"
#: In a wish, the name that takes one decision back.
PLANNED = "planned"
KEYS = (*DEVELOPED, "adjust")
_ID = re.compile(r"\d{4,}_[a-z0-9_-]{1,200}")
#: Room for a decision about every shot of the largest plan.
MAX_BYTES = 4 << 20
#: Longer than any shot's id.
MAX_PATTERN = 250


@dataclass(frozen=True)
class Relight:
    """What one picture has in place of what was planned. None, and a neutral adjustment: as planned."""

    lighting: str | None = None
    background: str | None = None
    adjust: Adjust = field(default_factory=Adjust)

    def to_json(self) -> dict[str, Any]:
        """What stands in relight.yaml: only what is decided."""
        named = {"lighting": self.lighting, "background": self.background, "adjust": changes(self.adjust)}
        return {key: value for key, value in named.items() if value}


#: Shot id -> what was decided of it.
Relights = Mapping[str, Relight]


@dataclass(frozen=True)
class Wish:
    """What somebody wants changed; None, and a lamp not named: leave it as it is now; PLANNED: as it was planned.

    intensity: lamp (or "all", or "world") -> factor.
    """

    lighting: str | None = None
    background: str | None = None
    exposure: float | None = None
    temperature: float | None = None
    intensity: Mapping[str, float] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return self == Wish()


def read_relights(folder: Path) -> dict[str, Relight]:
    """The decisions in FOLDER/relight.yaml; none where there is no such file.

    Raises InputError (file, line, mend) for anything that is not one.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    table = read_table(path, "list of decisions", MAX_BYTES)
    shots = table.data.get("shots", {})
    if set(table.data) - {"shots"} or not isinstance(shots, dict) or len(shots) > MAX_BUDGET:
        raise InputError(f"{path}: must hold `shots:` and below it `ID: ...` lines. Mend it, or delete it to undo all.")
    return {_id(name, table): _relight(row, table, str(name)) for name, row in shots.items()}


def write_relights(folder: Path, relights: Relights) -> None:
    """Put the decisions into FOLDER/relight.yaml; without any, the file goes."""
    path = folder / FILE
    if not relights:
        path.unlink(missing_ok=True)
        return
    rows = {name: relights[name].to_json() for name in sorted(relights)}
    write_text(path, HEAD + yaml.safe_dump({"shots": rows}, sort_keys=False, width=110))


def chosen(shots: Sequence[Shot], only: Sequence[str]) -> tuple[Shot, ...]:
    """The shots that one of `only` names (an id, its number, or a pattern with * and ?); all where it is empty.

    Raises InputError for a name that no shot has.
    """
    found = [_named(shots, name) for name in only]
    return tuple(shot for shot in shots if not only or any(shot in some for some in found))


def wished(relights: Relights, shots: Iterable[Shot], wish: Wish) -> dict[str, Relight]:
    """The decisions after `wish` about these (planned) shots; those that come to nothing are left out.

    Raises InputError for an unknown setting, a value out of range, or a lamp that none of the shots has.
    """
    for axis in DEVELOPED:
        if (name := getattr(wish, axis)) not in (None, PLANNED):
            check_setting(axis, name, f"--{axis}")
    shots = list(shots)
    _check_lamps(wish, {_setting(relights.get(shot.id, Relight()), shot, wish, "lighting") for shot in shots})
    changed = {shot.id: _merged(relights.get(shot.id, Relight()), shot, wish) for shot in shots}
    return _decided({**relights, **changed})


def taken_back(relights: Relights, shots: Iterable[Shot]) -> dict[str, Relight]:
    """The decisions without those about these shots."""
    names = {shot.id for shot in shots}
    return {name: relight for name, relight in relights.items() if name not in names}


def apply(plan: Plan, relights: Relights) -> Plan:
    """The plan with lighting and background as decided, and the coverage that it then has.

    Decisions about shots that the plan does not have wait until one does.
    """
    shots = tuple(_applied(shot, relights.get(shot.id)) for shot in plan.shots)
    return plan if shots == plan.shots else recounted(plan, shots)


def changes(adjust: Adjust) -> dict[str, Any]:
    """What an adjustment changes, as data; empty where it changes nothing."""
    neutral = Adjust().to_json()
    return {key: value for key, value in adjust.to_json().items() if value != neutral[key]}


def adjustment(relights: Relights, shot: Shot) -> Adjust:
    """How the print of a shot is adjusted."""
    return relights[shot.id].adjust if shot.id in relights else Adjust()


def plan_json(planned: Plan, relit: Plan) -> dict[str, Any]:
    """plan.json: the plan as it now is, and beside it how it was planned where that differs."""
    return relit.to_json() if planned == relit else {**relit.to_json(), "planned": planned.to_json()}


def planned_of(data: Mapping[str, Any]) -> Plan:
    """The plan before any decision, from plan.json. Raises KeyError or TypeError where it is none."""
    return Plan.from_json(data.get("planned") or dict(data))


@dataclass(frozen=True)
class Rendering:
    """One take as it is rendered. planned: its shots before any decision; lightings: whose light its negative holds,
    those planned first; lacked: the lightings among them that were decided later and of which what was planned does
    not hold every lamp, so that the take is rendered with them or not at all."""

    planned: Take
    lightings: tuple[str, ...]
    lacked: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of its shots."""
        return tuple(shot.id for shot in self.planned.shots)


def renderings(plan: Plan, relights: Relights, groups: bool = True) -> dict[tuple[str, ...], Rendering]:
    """How each take of the plan (as planned) is rendered; the key: its settings on RENDERED.

    groups: whether a negative holds single lamps; without, it holds whole lightings, and only those.
    """
    return {take.shots[0].settings[: len(RENDERED)]: _rendering(take, relights, groups) for take in takes(plan.shots)}


def holds(lightings: Iterable[str], wanted: str, groups: bool = True) -> bool:
    """Whether a negative rendered for some lightings has all the light of another."""
    lightings = tuple(lightings)
    if wanted in lightings or not groups:
        return wanted in lightings
    held = lamps(lightings)
    return all(held.get(name) == lamp for name, lamp in lamps((wanted,)).items())


def doubles(shots: Iterable[Shot], relights: Relights) -> list[tuple[str, ...]]:
    """Ids of shots that have become the same picture: same settings, same adjustment."""
    alike: dict[Any, list[str]] = {}
    for shot in shots:
        alike.setdefault((shot.settings, adjustment(relights, shot)), []).append(shot.id)
    return [tuple(names) for names in alike.values() if len(names) > 1]


def _rendering(take: Take, relights: Relights, groups: bool) -> Rendering:
    wanted = (_applied(shot, relights.get(shot.id))["lighting"] for shot in take.shots)
    lacked = tuple(dict.fromkeys(name for name in wanted if not holds(take.lightings, name, groups)))
    return Rendering(take, take.lightings + lacked, lacked)


def _applied(shot: Shot, relight: Relight | None) -> Shot:
    if relight is None:
        return shot
    new = {axis: getattr(relight, axis) or shot[axis] for axis in DEVELOPED}
    return replace(shot, settings=tuple(new.get(axis, shot[axis]) for axis in AXES))


def _setting(now: Relight, shot: Shot, wish: Wish, axis: str) -> str:
    """What a shot has on an axis once the wish is granted."""
    name = getattr(wish, axis) or getattr(now, axis) or PLANNED
    return shot[axis] if name == PLANNED else name


def _merged(now: Relight, shot: Shot, wish: Wish) -> Relight:
    """One decision with a wish on top; what is as planned anyway is no decision."""
    named = {axis: _setting(now, shot, wish, axis) for axis in DEVELOPED}
    known = {ALL, WORLD, *lamps((named["lighting"],))}
    factors = {**dict(now.adjust.intensity), **wish.intensity}
    adjust = Adjust(
        exposure=now.adjust.exposure if wish.exposure is None else wish.exposure,
        temperature=now.adjust.temperature if wish.temperature is None else wish.temperature,
        intensity={name: factor for name, factor in factors.items() if name in known},
    )
    decided = {axis: name for axis, name in named.items() if name != shot[axis]}
    return Relight(**decided, adjust=_plain(adjust))


def _plain(adjust: Adjust) -> Adjust:
    """The same without what changes nothing, so that equal pictures have equal keys."""
    temperature = None if adjust.temperature == NEUTRAL else adjust.temperature
    factors = {name: factor for name, factor in dict(adjust.intensity).items() if factor != 1}
    return Adjust(adjust.exposure, temperature, factors)


def _decided(relights: Relights) -> dict[str, Relight]:
    return {name: relight for name, relight in relights.items() if relight != Relight()}


def _check_lamps(wish: Wish, lightings: set[str]) -> None:
    """Each named lamp is in the light of some shot that is meant."""
    known = [ALL, WORLD, *lamps(sorted(lightings))]
    for name in wish.intensity:
        if name not in known:
            raise unknown(f"--intensity {name}", f"a lamp of {', '.join(sorted(lightings))}", name, known)


def _named(shots: Sequence[Shot], name: str) -> set[Shot]:
    if len(name) <= MAX_PATTERN:
        number = int(name) if name.isascii() and name.isdecimal() and len(name) <= 9 else None
        found = {shot for shot in shots if shot.number == number or fnmatchcase(shot.id, name)}
        if found:
            return found
    example = shots[0].id if shots else "0001_portrait_front_neutral"
    raise InputError(f"--only {name[:MAX_PATTERN]}: no picture here is called that. They have names like {example}.")


def _id(name: object, table: Table) -> str:
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise InputError(
            f"{table.where('shots', str(name))}: `{name}` is not the name of a picture. "
            "Use one from raw_generated, without .png."
        )
    return name


def _relight(row: Any, table: Table, name: str) -> Relight:
    where = table.where("shots", name)
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected what is decided, as in {{lighting: rim}}. Mend the line or delete it.")
    for key in row:
        if key not in KEYS:
            raise unknown(where, "something that can be decided", key, KEYS)
    named = {axis: check_setting(axis, row[axis], where) for axis in DEVELOPED if axis in row}
    adjust = row.get("adjust", {})
    if not isinstance(adjust, dict):
        raise InputError(f"{where}: expected `adjust: {{exposure: 0.5}}` or the like. Mend the line or delete it.")
    try:
        return Relight(**named, adjust=_plain(Adjust.from_json(adjust)))
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
