# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user changed of the picked preset: switches, weights, numbers. Kept as text in the scene. Never imports bpy.

Only what differs is kept, so a preset that is improved later improves what was saved, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

from ..common.files import dumps
from ..plan.presets import Preset
from ..plan.schema import MAX_BUDGET, MAX_SEED, MAX_WEIGHT
from ..plan.settings import axis_settings
from ..plan.shots import AXES
from ..plan.vary import MOST_PRINTS, sample_weights

NUMBERS = {"budget": (1, MAX_BUDGET), "seed": (0, MAX_SEED), "prints_per_take": (1, MOST_PRINTS)}


@dataclass(frozen=True)
class OwnShots:
    """axes: axis -> setting -> weight, of the axes that were changed. still: axes that don't vary at all.

    budget, seed, prints_per_take: None as the preset has it.
    """

    axes: dict[str, dict[str, int]] = field(default_factory=dict)
    still: tuple[str, ...] = ()
    budget: int | None = None
    seed: int | None = None
    prints_per_take: int | None = None

    def weights(self, preset: Preset, axis: str) -> dict[str, int]:
        """The settings of an axis that are switched on, with their weights, in whole numbers."""
        if axis in self.axes:
            return self.axes[axis]
        weights = sample_weights(preset, axis)
        fine = any(weight.denominator != 1 for weight in weights.values())
        scaled = {name: max(1, round(weight * 100)) if fine else int(weight) for name, weight in weights.items()}
        return {name: min(weight, MAX_WEIGHT) for name, weight in scaled.items()}

    def switched(self, preset: Preset, axis: str, name: str, on: bool) -> OwnShots:
        """One setting switched on, as often as the others on average, or off."""
        weights = self.weights(preset, axis)
        if on == (name in weights):
            return self
        if on:
            usual = max(1, round(sum(weights.values()) / len(weights))) if weights else 1
            weights = {
                each: weights.get(each, usual) for each in axis_settings(axis) if each in weights or each == name
            }
        else:
            weights = {each: weight for each, weight in weights.items() if each != name}
        return replace(self, axes={**self.axes, axis: weights})

    def weighed(self, preset: Preset, axis: str, name: str, weight: int) -> OwnShots:
        """Another weight for a setting that is on."""
        weights = self.weights(preset, axis)
        return replace(self, axes={**self.axes, axis: {**weights, name: weight}}) if name in weights else self

    def stilled(self, axis: str, still: bool) -> OwnShots:
        """An axis held still, or let go again with the switches that it had."""
        rest = tuple(each for each in self.still if each != axis)
        return replace(self, still=(*rest, axis) if still else rest)

    def words(self, preset: Preset) -> list[str]:
        """The options of the command line that say it."""
        words = [f"--axis={axis}={preset.base[axis]}" for axis in AXES if axis in self.still]
        for axis in AXES:
            if axis in self.axes and axis not in self.still:
                listed = ",".join(f"{name}:{weight}" for name, weight in self.axes[axis].items())
                words.append(f"--axis={axis}={listed}")
        numbers = {name: getattr(self, name) for name in NUMBERS}
        words += [f"--{name.replace('_', '-')}={value}" for name, value in numbers.items() if value is not None]
        return words

    def text(self) -> str:
        """As it is kept; "" where nothing was changed. `read` is the inverse."""
        data = {key: value for key, value in asdict(self).items() if value not in (None, {}, (), [])}
        return dumps(data) if data else ""


@lru_cache(maxsize=64)
def read(text: str) -> OwnShots:
    """What a scene keeps; whatever in it is not sound (a file of a stranger's) counts as not changed."""
    try:
        data = json.loads(text) if text and len(text) < 1 << 16 else {}
    except (ValueError, RecursionError):
        data = {}
    if not isinstance(data, dict):
        return OwnShots()
    numbers = {name: _number(data.get(name), *span) for name, span in NUMBERS.items()}
    still = data.get("still")
    axes = data.get("axes")
    return OwnShots(
        axes={axis: _weights(axis, row) for axis, row in axes.items() if axis in AXES and isinstance(row, Mapping)}
        if isinstance(axes, dict)
        else {},
        still=tuple(axis for axis in AXES if axis in still) if isinstance(still, list) else (),
        **numbers,
    )


def _weights(axis: str, row: Mapping[str, Any]) -> dict[str, int]:
    known = axis_settings(axis)
    found = {name: _number(weight, 1, MAX_WEIGHT) for name, weight in row.items() if name in known}
    return {name: weight for name, weight in found.items() if weight is not None}


def _number(value: Any, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else None
