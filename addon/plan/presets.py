# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets: found by name or path, resolved (`extends`), and held to the rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.tables import Table, read_table
from .control import DEFAULT
from .folders import built_in, own_files
from .names import unknown
from .rules import Exclusion, first_match, rules
from .schema import Listed, Written, parse
from .shots import AXES, Shot, takes
from .space import Space

#: Where an axis stands that a preset doesn't mention.
BASE = {
    "angle": "front",
    "framing": "portrait",
    "expression": "neutral",
    "pose": "relaxed_arms",
    "lighting": "neutral_studio",
    "background": "neutral_grey",
}


@dataclass(frozen=True)
class Preset:
    """What to photograph, resolved: every axis has its settings with weights.

    shots: settings (in the order of AXES) of the shots that are listed one by one; axes: what the rest of the budget
    is filled from, empty where the list is all there is. base: what an axis has that nothing mentions. control: the
    control pictures that each shot gets (plan/control.py). captions: their style where nobody asks for one.
    """

    name: str
    title: str
    description: str
    budget: int
    seed: int
    prints_per_take: int
    base: dict[str, str]
    axes: dict[str, dict[str, Fraction]]
    shots: tuple[tuple[str, ...], ...]
    exclude: tuple[Exclusion, ...] = field(default_factory=tuple)
    control: tuple[str, ...] = DEFAULT
    captions: str | None = None

    @cached_property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """The rules and the preset's own exclusions."""
        return rules() + self.exclude

    def to_json(self) -> dict[str, Any]:
        """A mapping that is itself a valid preset without `extends`; `from_json` is the inverse."""
        data: dict[str, Any] = {
            key: getattr(self, key) for key in ("name", "title", "description", "budget", "seed", "prints_per_take")
        }
        data = {key: value for key, value in data.items() if value != ""}
        data["base"] = dict(self.base)
        if self.axes:
            data["axes"] = {
                axis: {name: _number(weight) for name, weight in weights.items()} for axis, weights in self.axes.items()
            }
        if self.shots:
            data["shots"] = [dict(zip(AXES, settings, strict=True)) for settings in self.shots]
        if self.exclude:
            data["exclude"] = [exclusion.to_json() for exclusion in self.exclude]
        if self.control != DEFAULT:
            data["control"] = list(self.control)
        if self.captions:
            data["captions"] = self.captions
        return data

    def with_folder(self) -> Preset:
        """The preset with the user's own pictures among its backgrounds, as often as one of the others.

        Raises InputError where the preset lists every shot itself, so that there is nothing to vary.
        """
        backgrounds = self.axes.get("background", {})
        if "folder" in backgrounds or any(shot[AXES.index("background")] == "folder" for shot in self.shots):
            return self
        if not backgrounds:
            raise InputError(
                f"preset {self.name}: lists its shots one by one, none with the background `folder`. "
                "Leave --backgrounds out, or write a preset that has it."
            )
        weight = sum(backgrounds.values(), Fraction(0)) / len(backgrounds)
        return replace(self, axes={**self.axes, "background": {**backgrounds, "folder": weight}})

    @classmethod
    def from_json(cls, data: dict[str, Any], source: str = "preset") -> Preset:
        """A preset from a mapping, checked as a file is; `source` is named in complaints."""
        return resolve(Table(Path(source), data))


def load_preset(name_or_path: str) -> Preset:
    """A built-in preset or one of the user's own by name, or any by the path of its YAML file.

    Raises InputError (file, line, what is allowed) for whatever is wrong with it.
    """
    return resolve(read_table(_find(name_or_path, Path(), "")))


def list_presets() -> list[Preset]:
    """Every built-in preset, by name."""
    return [resolve(read_table(path)) for path in built_in().values()]


def resolve(table: Table) -> Preset:
    """A table as a preset: `extends` followed, gaps filled, contradictions refused."""
    written = _extended(table, ())
    keys = written.keys
    base = {**BASE, **keys.get("base", {})}
    listed: tuple[Listed, ...] = keys.get("shots", ())
    axes = {axis: keys["axes"].get(axis, {base[axis]: Fraction(1)}) for axis in AXES} if "axes" in keys else {}
    shots = [tuple({**base, **shot.settings}[axis] for axis in AXES) for shot in listed]
    budget = keys.get("budget", None if axes else len(shots))
    if not axes and not shots:
        raise InputError(f"{written.path}: says nothing to photograph. Add `axes:` or `shots:`.")
    if budget is None:
        raise InputError(f"{written.path}: how many pictures? Add a line like `budget: 40`.")
    preset = Preset(
        name=keys.get("name", table.path.stem),
        title=keys.get("title", table.path.stem),
        description=keys.get("description", ""),
        budget=budget,
        seed=keys.get("seed", 0),
        prints_per_take=keys.get("prints_per_take", 1),
        base=base,
        axes=axes,
        shots=tuple(shots),
        exclude=keys.get("exclude", ()),
        control=keys.get("control", DEFAULT),
        captions=keys.get("captions"),
    )
    _check_listed(preset, listed)
    _check_budget(preset, written)
    _check_axes(preset, written)
    return preset


def _find(name: str, beside: Path, where: str) -> Path:
    """A built-in name, one of the user's own, or a path (relative to `beside`) that ends in .yaml or .yml."""
    known = own_files() | built_in()
    if name in known:
        return known[name]
    path = beside / name
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise unknown(where or "preset", "a built-in preset, one of your own or the path of a .yaml file", name, known)
    if not path.is_file():
        prefix = f"{where}: " if where else ""
        raise InputError(f"{prefix}{path}: no such preset file. Check the path, or run `modelsheet presets`.")
    return path


def _extended(table: Table, above: tuple[Path, ...]) -> Written:
    written = parse(table)
    if "extends" not in written.keys:
        return written
    chain = (*above, table.path.resolve())
    where = written.where["extends",]
    parent = _find(written.keys["extends"], table.path.parent, where)
    if parent.resolve() in chain:
        raise InputError(
            f"{where}: `extends: {written.keys['extends']}` goes round in a circle. Remove it in one file."
        )
    return written.over(_extended(read_table(parent), chain))


def _check_listed(preset: Preset, listed: tuple[Listed, ...]) -> None:
    """Every listed shot can be, stands once, and no take has more prints than allowed."""
    first: dict[tuple[str, ...], str] = {}
    for settings, shot in zip(preset.shots, listed, strict=True):
        broken = first_match(preset.exclusions, settings)
        if broken:
            raise InputError(
                f"{shot.where}: this shot can't be: {_named(broken, settings)} ({broken.reason}). Change one of them."
            )
        if settings in first:
            raise InputError(
                f"{shot.where}: the shot {', '.join(settings)} stands already in {first[settings]}. Remove one."
            )
        first[settings] = shot.where
    for take in takes(Shot(number, settings) for number, settings in enumerate(preset.shots, start=1)):
        if len(take.shots) > preset.prints_per_take:
            raise InputError(
                f"{first[take.shots[-1].settings]}: {len(take.shots)} listed shots differ only in lighting and "
                f"background, but prints_per_take allows {preset.prints_per_take}. "
                f"Set `prints_per_take: {len(take.shots)}` or list fewer."
            )


def _check_budget(preset: Preset, written: Written) -> None:
    if preset.budget < len(preset.shots):
        raise InputError(
            f"{written.where['budget',]}: the budget is {preset.budget}, but {len(preset.shots)} shots are listed. "
            f"Set `budget: {len(preset.shots)}` or list fewer."
        )
    if not preset.axes and preset.budget > len(preset.shots):
        raise InputError(
            f"{written.where['budget',]}: the budget is {preset.budget}, but {len(preset.shots)} shots are listed. "
            "Add `axes:` from which to fill the rest, or lower it."
        )


def _check_axes(preset: Preset, written: Written) -> None:
    """Every setting of the axes can be in some shot."""
    if not preset.axes:
        return
    space = Space({axis: tuple(names) for axis, names in preset.axes.items()}, preset.exclusions)
    if not space.valid.any():
        raise InputError(f"{written.where['axes',]}: no shot is left: the exclusions forbid every combination.")
    for axis, name in space.impossible():
        where = written.where.get(("axes", axis, name)) or written.where["axes",]
        raise InputError(
            f"{where}: {axis} `{name}` can be in no shot with the other axes as they are "
            f"({space.blame(axis, name).reason}). Remove it, or allow more on the other axes."
        )


def _named(exclusion: Exclusion, settings: tuple[str, ...]) -> str:
    return " with ".join(f"{axis} {settings[AXES.index(axis)]}" for axis in AXES if axis in exclusion.values)


def _number(weight: Fraction) -> int | float:
    return int(weight) if weight.denominator == 1 else float(weight)
