# SPDX-License-Identifier: GPL-3.0-or-later
"""A preset with some of its axes narrowed, widened or weighted otherwise: what the panel's switches and `--axis` do.

An axis that is given one setting stands still: every shot takes that. Given several, the rest of the preset's settings
on it are left out, with the listed shots that show them, and new ones join.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from ..common.errors import InputError
from .names import check_axis, check_setting
from .presets import Preset
from .rules import first_match
from .schema import MAX_WEIGHT
from .shots import AXES, Shot, takes
from .space import Space

#: axis -> setting -> weight.
Axes = Mapping[str, Mapping[str, int | float]]
MOST_PRINTS = 100


def parse_axis(text: str) -> tuple[str, dict[str, int | float]]:
    """`expression=neutral,happy:3` as an axis and its settings with weights (1 where none is given).

    Raises InputError naming what is allowed.
    """
    axis, equals, listed = text.partition("=")
    axis = check_axis(axis.strip(), f"--axis {text[:60]}")
    if not equals or not listed.strip():
        raise InputError(f"--axis {axis}: no setting is left. Name at least one, as in --axis {axis}={_example(axis)}.")
    weights: dict[str, int | float] = {}
    for entry in listed.split(","):
        name, colon, weight = entry.strip().partition(":")
        name = check_setting(axis, name.strip(), f"--axis {axis}")
        weights[name] = _weight(axis, name, weight) if colon else 1
    return axis, weights


def sample_weights(preset: Preset, axis: str) -> dict[str, Fraction]:
    """The settings of an axis that a preset shows, with their weights; where it lists its shots, how many have each."""
    at = AXES.index(axis)
    listed = Counter(shot[at] for shot in preset.shots)
    weights = preset.axes.get(axis) or {name: Fraction(count) for name, count in listed.items()}
    return {**weights, **{name: Fraction(count) for name, count in listed.items() if name not in weights}}


def vary(preset: Preset, axes: Axes, prints_per_take: int | None = None, budget: int | None = None) -> Preset:
    """The preset with the settings of these axes in place of its own. Raises InputError where nothing can be shown."""
    if not axes and prints_per_take is None and (budget is None or preset.axes or budget <= len(preset.shots)):
        return preset
    wanted = {
        check_axis(axis, "--axis"): {
            check_setting(axis, name, f"--axis {axis}"): weight for name, weight in row.items()
        }
        for axis, row in axes.items()
    }
    if empty := next((axis for axis, row in wanted.items() if not row), None):
        raise InputError(f"{empty}: every setting is switched off. Leave at least one on.")
    shots = _shots(preset, wanted)
    filled = _filled(preset, wanted, shots, budget)
    base = {**preset.base, **{axis: _first(row, preset.base[axis]) for axis, row in wanted.items()}}
    if not filled and not shots:
        raise InputError(f"preset {preset.name}: nothing is left to photograph. Switch more settings on.")
    sharing = max((len(take.shots) for take in takes(Shot(at, shot) for at, shot in enumerate(shots, 1))), default=1)
    varied = replace(
        preset,
        base=base,
        axes=filled,
        shots=shots,
        prints_per_take=max(prints_per_take or preset.prints_per_take, sharing),
        budget=max(budget or preset.budget, len(shots)) if filled else len(shots),
    )
    _check(varied)
    return varied


def _shots(preset: Preset, wanted: Axes) -> tuple[tuple[str, ...], ...]:
    """The listed shots that stay: on an axis with one setting they take it, on others they must show one of them."""
    kept: dict[tuple[str, ...], None] = {}
    for shot in preset.shots:
        row = dict(zip(AXES, shot, strict=True))
        held = {axis: next(iter(names)) for axis, names in wanted.items() if len(names) == 1}
        if any(row[axis] not in names for axis, names in wanted.items() if axis not in held):
            continue
        settings = tuple((row | held)[axis] for axis in AXES)
        if not first_match(preset.exclusions, settings):
            kept[settings] = None
    return tuple(kept)


def _filled(
    preset: Preset, wanted: Axes, shots: tuple[tuple[str, ...], ...], budget: int | None
) -> dict[str, dict[str, Fraction]]:
    """What the rest of the budget is filled from; a preset that only lists its shots gets it where they don't do."""
    new = any(set(row) - set(sample_weights(preset, axis)) for axis, row in wanted.items() if len(row) > 1)
    if not preset.axes and not new and (budget or 0) <= len(preset.shots) and shots:
        return {}
    own = {axis: {name: Fraction(str(weight)) for name, weight in row.items()} for axis, row in wanted.items()}
    return {axis: own.get(axis) or sample_weights(preset, axis) for axis in AXES}


def _check(preset: Preset) -> None:
    if not preset.axes:
        return
    space = Space({axis: tuple(names) for axis, names in preset.axes.items()}, preset.exclusions)
    if not space.valid.any():
        raise InputError("No shot is left: what is switched on can't be shown together. Switch more settings on.")
    for axis, name in space.impossible():
        raise InputError(
            f"{axis} {name}: can be in no shot with the other axes as they are ({space.blame(axis, name).reason}). "
            "Switch it off, or switch more on elsewhere."
        )


def _first(row: Mapping[str, int | float], base: str) -> str:
    return base if base in row else next(iter(row))


def _weight(axis: str, name: str, text: str) -> int | float:
    try:
        weight = float(text)
    except ValueError:
        weight = 0.0
    if not 0 < weight <= MAX_WEIGHT:
        raise InputError(f"--axis {axis}: the weight of `{name}` must be a number above 0 and at most {MAX_WEIGHT}.")
    return int(weight) if weight.is_integer() else weight


def _example(axis: str) -> str:
    return {"expression": "neutral,happy:3", "lighting": "neutral_studio,rim"}.get(axis, "NAME,NAME:WEIGHT")
