# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of shots covers: every setting's count, and which pairs of settings are seen together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .shots import AXES, Plan, Shot
from .space import PAIRS, Space

#: (axis, setting, another axis, setting), in the order of AXES.
Pair = tuple[str, str, str, str]
#: How a plan says which settings its budget has no room for.
NO_ROOM = ": no room among "


def coverage(shots: Sequence[Shot], space: Space) -> dict[str, Any]:
    """`{"settings": {axis: {name: count}}, "pairs": {"possible", "covered"}, "uncovered": [[axis, name, axis, name]]}`.

    A pair is possible where some valid shot of `space` has both settings.
    """
    counts = {axis: Counter(shot[axis] for shot in shots) for axis in AXES}
    seen = {(first, second, shot.settings[first], shot.settings[second]) for shot in shots for first, second in PAIRS}
    possible = [
        (first, second, space.names[first][a], space.names[second][b])
        for (first, second), table in space.possible_pairs().items()
        for a, b in np.argwhere(table)
    ]
    uncovered = [
        [AXES[first], a, AXES[second], b] for first, second, a, b in possible if (first, second, a, b) not in seen
    ]
    return {
        "settings": {axis: {name: counts[axis][name] for name in space.names[at]} for at, axis in enumerate(AXES)},
        "pairs": {"possible": len(possible), "covered": len(possible) - len(uncovered)},
        "uncovered": uncovered,
    }


def without_picture(reached: dict[str, Any], budget: int) -> Iterator[str]:
    """Settings that the budget has no room for, a sentence an axis."""
    for counts in reached["settings"].values():
        if none := _unused(counts):
            yield f"{none}{NO_ROOM}{budget} picture{'' if budget == 1 else 's'}."


def recounted(plan: Plan, shots: tuple[Shot, ...]) -> Plan:
    """The plan with other shots in place of its own, and the coverage of these.

    Possible is what was possible, and whatever the new shots show.
    """
    before = plan.coverage.get("settings", {})
    names = {axis: list(dict.fromkeys([*before.get(axis, {}), *(shot[axis] for shot in shots)])) for axis in AXES}
    seen = _seen(shots)
    possible = {tuple(row) for row in plan.coverage.get("uncovered", ())} | _seen(plan.shots) | seen
    uncovered = sorted(possible - seen, key=lambda pair: _place(pair, names))
    counts = {axis: Counter(shot[axis] for shot in shots) for axis in AXES}
    reached = {
        "settings": {axis: {name: counts[axis][name] for name in names[axis]} for axis in AXES},
        "pairs": {"possible": len(possible), "covered": len(seen)},
        "uncovered": [list(pair) for pair in uncovered],
    }
    return replace(plan, shots=shots, coverage=reached, left_out=tuple(_still_left_out(plan, reached)))


def _still_left_out(plan: Plan, reached: dict[str, Any]) -> Iterator[str]:
    """The sentences about what was left out; a setting that has a picture now is named in none."""
    now = {
        f"{_unused(counts)}{NO_ROOM}": _unused(
            {name: reached["settings"][axis][name] for name in counts if not counts[name]}
        )
        for axis, counts in plan.coverage.get("settings", {}).items()
    }
    for sentence in plan.left_out:
        said = next((said for said in now if said != NO_ROOM and sentence.startswith(said)), None)
        if said is None:
            yield sentence
        elif now[said]:
            yield now[said] + sentence[len(said) - len(NO_ROOM) :]


def _unused(counts: dict[str, int]) -> str:
    return ", ".join(name for name, count in counts.items() if not count)


def _seen(shots: Sequence[Shot]) -> set[Pair]:
    return {
        (AXES[first], shot.settings[first], AXES[second], shot.settings[second])
        for shot in shots
        for first, second in PAIRS
    }


def _place(pair: Pair, names: dict[str, list[str]]) -> list[tuple[int, int]]:
    """Where a pair stands among others."""
    places = [(AXES.index(axis), names[axis].index(name)) for axis, name in (pair[:2], pair[2:])]
    return [places[0][:1] + places[1][:1], places[0][1:] + places[1][1:]]
