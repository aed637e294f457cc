# SPDX-License-Identifier: GPL-3.0-or-later
"""A preset file as written: every key and value checked, nothing resolved yet.

Whatever is wrong is an InputError with file and line, what is allowed, and what was probably meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.tables import Table
from .caption_styles import STYLES
from .control import KINDS
from .names import check_axis, check_setting, check_settings, unknown
from .rules import Exclusion, check_partial
from .shots import AXES

#: File names number shots with four digits.
MAX_BUDGET = 9999
MAX_SEED = 2**63 - 1
MAX_WEIGHT = 10_000


@dataclass(frozen=True)
class Listed:
    """One combination of the `shots` list: settings by axis, and where it was written."""

    settings: dict[str, str]
    where: str


@dataclass(frozen=True)
class Written:
    """The keys that one file has; `where` gives `file, line` of a key or of an axis' setting."""

    path: str
    keys: dict[str, Any] = field(default_factory=dict)
    where: dict[tuple[str, ...], str] = field(default_factory=dict)

    def over(self, parent: Written) -> Written:
        """This file on top of the one it extends.

        `axes` and `base` are merged axis by axis, `exclude` is added to, every other key replaces the parent's.
        """
        keys = {**parent.keys, "name": Path(self.path).stem, **self.keys}
        for key in ("axes", "base"):
            if key in keys:
                keys[key] = {**parent.keys.get(key, {}), **self.keys.get(key, {})}
        keys["exclude"] = parent.keys.get("exclude", ()) + self.keys.get("exclude", ())
        keys.pop("extends", None)
        return Written(self.path, keys, {**parent.where, **self.where})


def parse(table: Table) -> Written:
    """Check a preset's table key by key."""
    for key in table.data:
        if key not in PARSERS:
            raise unknown(table.where(str(key)), "a key of a preset", key, PARSERS)
    keys = {key: PARSERS[key](table, key) for key in PARSERS if key in table.data}
    where: dict[tuple[str, ...], str] = {(key,): table.where(key) for key in keys}
    for axis, names in keys.get("axes", {}).items():
        where |= {("axes", axis, name): _where_setting(table, axis, name) for name in names}
    return Written(str(table.path), keys, where)


def _where_setting(table: Table, axis: str, name: str) -> str:
    written = table.data["axes"][axis]
    index = written.index(name) if isinstance(written, list) and name in written else name
    return table.where("axes", axis, index)


def _text(table: Table, key: str) -> str:
    value = table.data[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{table.where(key)}: `{key}` must be a text. Put it in quotes.")
    return " ".join(value.split())


def _whole_number(lowest: int, highest: int) -> Callable[[Table, str], int]:
    def parse_number(table: Table, key: str) -> int:
        value = table.data[key]
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise InputError(f"{table.where(key)}: `{key}` must be a whole number from {lowest} to {highest}.")
        return value

    return parse_number


def _axes(table: Table, key: str) -> dict[str, dict[str, Fraction]]:
    axes = _mapping(table, key)
    for axis in axes:
        check_axis(axis, table.where(key, str(axis)))
    return {axis: _weights(table, axis, axes[axis]) for axis in AXES if axis in axes}


def _weights(table: Table, axis: str, value: Any) -> dict[str, Fraction]:
    """`all`, `name`, `[name ...]` (equal weights) or `{name: weight}`."""
    if not isinstance(value, dict):
        return dict.fromkeys(check_settings(axis, value, table, "axes", axis), Fraction(1))
    if not value:
        raise InputError(f"{table.where('axes', axis)}: {axis} is empty. Name at least one setting.")
    weights = {}
    for name, weight in value.items():
        where = table.where("axes", axis, str(name))
        check_setting(axis, name, where)
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight <= MAX_WEIGHT:
            raise InputError(
                f"{where}: the weight of `{name}` must be a number above 0 and at most {MAX_WEIGHT}. "
                "To leave a setting out, delete its line."
            )
        weights[name] = Fraction(str(weight))
    return weights


def _base(table: Table, key: str) -> dict[str, str]:
    base = {}
    for axis, name in _mapping(table, key).items():
        where = table.where(key, str(axis))
        base[check_axis(axis, where)] = check_setting(axis, name, where)
    return base


def _shots(table: Table, key: str) -> tuple[Listed, ...]:
    listed = []
    for index, row in enumerate(_sequence(table, key)):
        where = table.where(key, index)
        partial = check_partial(row, table, key, index)
        combinations = product(*partial.values())
        listed += [Listed(dict(zip(partial, names, strict=True)), where) for names in combinations]
        if len(listed) > MAX_BUDGET:
            raise InputError(f"{where}: the list comes to more than {MAX_BUDGET} shots. Name fewer settings.")
    return tuple(listed)


def _exclude(table: Table, key: str) -> tuple[Exclusion, ...]:
    return tuple(
        Exclusion(check_partial(row, table, key, index), f"excluded in {table.where(key, index)}")
        for index, row in enumerate(_sequence(table, key))
    )


def _control(table: Table, key: str) -> tuple[str, ...]:
    value = table.data[key]
    if not isinstance(value, list):
        raise InputError(f"{table.where(key)}: `{key}` must be a list, as in [depth, pose]. Write [] for none.")
    for index, kind in enumerate(value):
        if kind not in KINDS:
            raise unknown(table.where(key, index), "a control picture", kind, KINDS)
    return tuple(kind for kind in KINDS if kind in value)


def _captions(table: Table, key: str) -> str:
    if table.data[key] not in STYLES:
        raise unknown(table.where(key), "a style of captions", table.data[key], STYLES)
    return str(table.data[key])


def _mapping(table: Table, key: str) -> dict[Any, Any]:
    value = table.data[key]
    if not isinstance(value, dict) or not value:
        raise InputError(f"{table.where(key)}: `{key}` must hold `axis: ...` lines. Axes: {', '.join(AXES)}.")
    return value


def _sequence(table: Table, key: str) -> list[Any]:
    value = table.data[key]
    if not isinstance(value, list) or not value:
        raise InputError(f"{table.where(key)}: `{key}` must be a list of `- {{axis: setting}}` lines.")
    return value


#: Every key of a preset and what reads it.
PARSERS: dict[str, Callable[[Table, str], Any]] = {
    "name": _text,
    "title": _text,
    "description": _text,
    "extends": _text,
    "budget": _whole_number(1, MAX_BUDGET),
    "seed": _whole_number(0, MAX_SEED),
    "prints_per_take": _whole_number(1, 100),
    "base": _base,
    "axes": _axes,
    "shots": _shots,
    "exclude": _exclude,
    "control": _control,
    "captions": _captions,
}
