# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmark photographs: six angles and expressions, under as many lightings as asked, as a preset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

from _benchmark_meter import BenchmarkError
from modelsheet.plan.presets import load_preset
from modelsheet.plan.rules import rules
from modelsheet.plan.settings import axis_settings
from modelsheet.plan.shots import AXES

#: The framings in about the shares of lora_40; no two alike in angle and expression.
COMBINATIONS = (
    {"angle": "three_quarter_left", "framing": "portrait", "expression": "happy"},
    {"angle": "front", "framing": "close_up", "expression": "surprised"},
    {"angle": "profile_right", "framing": "portrait", "expression": "neutral"},
    {"angle": "from_above", "framing": "upper_body", "expression": "sad"},
    {"angle": "three_quarter_right", "framing": "portrait", "expression": "angry"},
    {"angle": "front", "framing": "full_body", "expression": "serious"},
)
#: Asked for first; whatever else there is follows by name.
FIRST = ("neutral_studio", "soft_diffused", "outdoor_natural", "dramatic_side", "rim")


def lightings() -> tuple[str, ...]:
    """All lightings that there are, those that lora_40 has first."""
    known = tuple(axis_settings("lighting"))
    return (*(name for name in FIRST if name in known), *(name for name in known if name not in FIRST))


def write_preset(path: Path, combinations: int, names: Sequence[str]) -> Path:
    """A preset of the first combinations, each under each of these lightings; one take holds all of one."""
    shots = [{**row, "lighting": name} for row in COMBINATIONS[:combinations] for name in names]
    return _write(path, shots, len(names))


def write_walk(path: Path, takes: int) -> Path:
    """A preset of so many takes, no two alike: expression, then pose, angle and framing change from one to the next.

    Raises BenchmarkError where there are not so many combinations.
    """
    shots = [shot for shot, _number in zip(_combined(), range(takes), strict=False)]
    if len(shots) < takes:
        raise BenchmarkError(f"--memory {takes}: only {len(shots)} different takes are possible. Ask for fewer.")
    return _write(path, shots, 1)


def _combined() -> Iterator[dict[str, str]]:
    """Every shot that the rules allow, in an order in which each differs from the one before in much."""
    names = {axis: list(axis_settings(axis)) for axis in ("framing", "angle", "pose", "expression")}
    rows = [dict(zip(names, row, strict=True)) for row in product(*names.values())]
    step = next(step for step in range(len(rows) * 3 // 8, len(rows)) if _coprime(step, len(rows)))
    lit = lightings()
    for number in range(len(rows)):
        row = {**rows[number * step % len(rows)], "lighting": lit[number % len(lit)]}
        if not any(rule.matches(_settings(row)) for rule in rules()):
            yield row


def _settings(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.get(axis, "neutral_grey") for axis in AXES)


def _coprime(first: int, second: int) -> bool:
    while second:
        first, second = second, first % second
    return first == 1


def _write(path: Path, shots: Sequence[dict[str, str]], prints_per_take: int) -> Path:
    # A JSON text is a YAML text.
    data = {"title": "Benchmark", "prints_per_take": prints_per_take, "shots": list(shots)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    load_preset(str(path))
    return path
