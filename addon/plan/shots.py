# SPDX-License-Identifier: GPL-3.0-or-later
"""Shot, take and plan: what is to be photographed, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: Axes that decide a render, then those chosen after it. Their order is the order of every table and file name.
RENDERED = ("angle", "framing", "expression", "pose")
DEVELOPED = ("lighting", "background")
AXES = RENDERED + DEVELOPED


@dataclass(frozen=True)
class Shot:
    """One picture to be: the name of one setting on each axis. `number` counts from 1 within its plan."""

    number: int
    settings: tuple[str, ...]

    def __getitem__(self, axis: str) -> str:
        return self.settings[AXES.index(axis)]

    @property
    def id(self) -> str:
        """`0007_portrait_three-quarter-left_happy`: four parts, because trainers read more `_` as face boxes."""
        parts = (self["framing"], self["angle"], self["expression"])
        return "_".join([f"{self.number:04d}", *(part.replace("_", "-") for part in parts)])

    def to_json(self) -> dict[str, Any]:
        """`{"id", "number", "settings": {axis: name}}`."""
        return {"id": self.id, "number": self.number, "settings": dict(zip(AXES, self.settings, strict=True))}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Shot:
        """The inverse of to_json."""
        named = data["settings"]
        return cls(data["number"], tuple(named[axis] for axis in AXES))


@dataclass(frozen=True)
class Take:
    """One camera, pose and expression; its shots differ only in lighting and background."""

    shots: tuple[Shot, ...]

    def __getitem__(self, axis: str) -> str:
        if axis not in RENDERED:
            raise KeyError(axis)
        return self.shots[0][axis]

    @property
    def lightings(self) -> tuple[str, ...]:
        """Each lighting once, in the order of the shots."""
        return tuple(dict.fromkeys(shot["lighting"] for shot in self.shots))


@dataclass(frozen=True)
class Plan:
    """The shots for a preset, a character and a seed, with the coverage they reach.

    coverage: {"settings": {axis: {name: count}}, "pairs": {"possible", "covered"}, "uncovered": [[axis, name, axis,
    name] ...]}. left_out: one sentence for each thing that was asked for and can't be (with its reason).
    """

    preset: str
    seed: int
    shots: tuple[Shot, ...]
    coverage: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"preset", "seed", "shots", "coverage", "left_out"}`."""
        return {
            "preset": self.preset,
            "seed": self.seed,
            "shots": [shot.to_json() for shot in self.shots],
            "coverage": self.coverage,
            "left_out": list(self.left_out),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        """The inverse of to_json."""
        shots = tuple(Shot.from_json(shot) for shot in data["shots"])
        return cls(data["preset"], data["seed"], shots, data["coverage"], tuple(data["left_out"]))


def takes(shots: Iterable[Shot]) -> list[Take]:
    """Group shots into takes, in the order in which each take first appears."""
    groups: dict[tuple[str, ...], list[Shot]] = {}
    for shot in shots:
        groups.setdefault(shot.settings[: len(RENDERED)], []).append(shot)
    return [Take(tuple(group)) for group in groups.values()]
