# SPDX-License-Identifier: GPL-3.0-or-later
"""Exclusions: combinations of settings that can't be, from our rules and from a preset's `exclude`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..common.errors import InputError
from ..common.tables import Table, read_table
from .names import check_axis, check_settings
from .settings import FOLDER, axis_settings
from .shots import AXES

#: Kinds of body, from the least; a framing `needs` one of them.
BODIES = ("head", "bust", "full")
RULE_KEYS = ("if", "only", "never", "reason")


@dataclass(frozen=True)
class Exclusion:
    """No shot may have, on every axis named here, one of the settings named here."""

    values: Mapping[str, tuple[str, ...]]
    reason: str

    def matches(self, settings: tuple[str, ...]) -> bool:
        """Whether a shot with these settings (in the order of AXES) is excluded."""
        return all(settings[AXES.index(axis)] in names for axis, names in self.values.items())

    def to_json(self) -> dict[str, list[str]]:
        """The mapping as a preset writes it."""
        return {axis: list(names) for axis, names in self.values.items()}


def first_match(exclusions: Iterable[Exclusion], settings: tuple[str, ...]) -> Exclusion | None:
    """The exclusion that forbids a shot, or None."""
    return next((exclusion for exclusion in exclusions if exclusion.matches(settings)), None)


@cache
def rules() -> tuple[Exclusion, ...]:
    """The rules of settings/rules.yaml."""
    table = read_table(FOLDER / "rules.yaml")
    return tuple(
        exclusion
        for index, row in enumerate(table.data["rules"])
        for exclusion in _exclusions(row, table, ("rules", index))
    )


@cache
def framings(body: str) -> tuple[str, ...]:
    """The framings that a kind of body (one of BODIES) can fill, closest first."""
    reach = BODIES.index(body)
    return tuple(
        name for name, framing in axis_settings("framing").items() if BODIES.index(framing.geometry["needs"]) <= reach
    )


def check_partial(value: Any, table: Table, *keys: str | int) -> dict[str, tuple[str, ...]]:
    """A mapping of axes to settings (`name`, list or `all`) at `keys` of `table`, checked, in the order of AXES."""
    if not isinstance(value, dict) or not value:
        raise InputError(
            f"{table.where(*keys)}: expected `axis: setting` pairs, as in {{angle: front, expression: [happy, sad]}}."
        )
    for axis in value:
        check_axis(axis, table.where(*keys, str(axis)))
    named = {axis: check_settings(axis, names, table, *keys, axis) for axis, names in value.items()}
    return {axis: named[axis] for axis in AXES if axis in named}


def _exclusions(row: dict[str, Any], table: Table, keys: tuple[str | int, ...]) -> list[Exclusion]:
    where = table.where(*keys)
    if not set(row) <= set(RULE_KEYS) or ("only" in row) == ("never" in row):
        raise InputError(f"{where}: a rule has `if`, `reason` and one of `only` and `never`.")
    condition = check_partial(row["if"], table, *keys, "if")
    kind = "only" if "only" in row else "never"
    forbidden = check_partial(row[kind], table, *keys, kind)
    if "only" in row:
        forbidden = {axis: _others(axis, names) for axis, names in forbidden.items()}
    return [Exclusion({**condition, axis: names}, row["reason"]) for axis, names in forbidden.items()]


def _others(axis: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in axis_settings(axis) if name not in names)
