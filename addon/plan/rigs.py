# SPDX-License-Identifier: GPL-3.0-or-later
"""Lightings as numbers: which lamps they need, how brightly those are lit, and how a print mixes them.

Light adds up, so what is rendered once with every lamp in white can be mixed afterwards: each lamp's share of the
picture is multiplied by what the lighting asks of it (`mix`) and divided by what it was lit with (`units`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..common.colour import KELVINS, kelvin_color, linear, luminance
from ..common.errors import InputError
from .lamps import ALL, WORLD, in_order
from .settings import Setting, axis_settings, setting

__all__ = ["WORLD", "Adjust", "Lamp", "Light", "adjustable", "lamps", "mix", "rig_lamps", "rig_mix", "units"]

#: Linear Rec.709: for a lamp the irradiance (W/m2) that it gives at the head, for the world its radiance.
Light = tuple[float, float, float]
EXPOSURES = (-10.0, 10.0)
INTENSITIES = (0.0, 100.0)


@dataclass(frozen=True)
class Lamp:
    """Where a lamp stands (plan/lamps.py). A frozen value: equal lamps are the same lamp."""

    name: str
    follows: str
    azimuth: float
    elevation: float
    distance: float
    size: float


@dataclass(frozen=True)
class Adjust:
    """How a print's light differs from its lighting's.

    exposure: stops. temperature: kelvin, None leaves the light as it is; 5600 is neutral, lower is warmer light.
    intensity: (lamp, "world" or "all", factor) pairs, given as a mapping; "all" works on top of the others.
    Raises InputError for what is out of range and for lamps that no rig has.
    """

    exposure: float = 0.0
    temperature: float | None = None
    intensity: Mapping[str, float] | tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "exposure", _within("exposure", self.exposure, EXPOSURES, "stops"))
        if self.temperature is not None:
            object.__setattr__(self, "temperature", _within("temperature", self.temperature, KELVINS, "kelvin"))
        pairs = dict(self.intensity)
        for name, factor in pairs.items():
            if name not in adjustable():
                raise InputError(f"intensity {name}: not a lamp. Choose one of {', '.join(adjustable())}.")
            pairs[name] = _within(f"intensity {name}", factor, INTENSITIES, "times")
        object.__setattr__(self, "intensity", tuple(sorted(pairs.items())))

    def to_json(self) -> dict[str, Any]:
        """The inverse of from_json."""
        return {"exposure": self.exposure, "temperature": self.temperature, "intensity": dict(self.intensity)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Adjust:
        """Checked as the constructor does; gaps are what changes nothing. Raises InputError."""
        known = ("exposure", "temperature", "intensity")
        if wrong := [key for key in data if key not in known]:
            raise InputError(f"{wrong[0]}: not a way to adjust light. Choose from {', '.join(known)}.")
        if not isinstance(data.get("intensity", {}), Mapping):
            raise InputError("intensity: must hold lamps with their factors, as {key: 1.5}. Mend it.")
        return cls(data.get("exposure", 0.0), data.get("temperature"), data.get("intensity", {}))

    def factor(self, lamp: str) -> Light:
        """By what the light of a lamp (or WORLD) is multiplied, a number for each channel."""
        chosen = dict(self.intensity)
        times = 2.0**self.exposure * chosen.get(ALL, 1.0) * chosen.get(lamp, 1.0)
        red, green, blue = (1.0, 1.0, 1.0) if self.temperature is None else kelvin_color(self.temperature)
        return red * times, green * times, blue * times


def rig_lamps(rig: Setting) -> dict[str, Lamp]:
    """The lamps of one setting of the axis lighting, in the order of lamps()."""
    rows = rig.geometry["lights"].items()
    return {
        name: Lamp(name, *(row[key] for key in ("follows", "azimuth", "elevation", "distance", "size")))
        for name, row in rows
    }


def rig_mix(rig: Setting, adjust: Adjust | None = None) -> dict[str, Light]:
    """What each lamp of one setting, and WORLD, must give."""
    world = rig.geometry["world"]
    asked = {name: _lit(row) for name, row in rig.geometry["lights"].items()}
    asked[WORLD] = _bright(linear(world["tint"]), world["strength"])
    adjust = adjust or Adjust()
    return {name: _product(light, adjust.factor(name)) for name, light in asked.items()}


def lamps(lightings: Iterable[str]) -> dict[str, Lamp]:
    """The union of the lamps of some lightings: those of the lamp table in its order, then own ones by name.

    Never holds WORLD. Raises InputError for an unknown lighting.
    """
    union: dict[str, Lamp] = {}
    for name in lightings:
        union |= rig_lamps(setting("lighting", name))
    return in_order(union)


def units(lightings: Iterable[str]) -> dict[str, float]:
    """How brightly each of lamps(lightings), and WORLD, is lit in the render: the largest luminance asked of it.

    Always above 0. Raises InputError for an unknown lighting.
    """
    names = tuple(lightings)
    asked = [{key: luminance(light) for key, light in mix(name).items()} for name in names]
    keys = [*lamps(names), WORLD] if names else []
    return {key: max(row[key] for row in asked if key in row) for key in keys}


def mix(lighting: str, adjust: Adjust | None = None) -> dict[str, Light]:
    """What each lamp of a lighting, and WORLD, must give in the print; a lamp's gain is that divided by its unit.

    An intensity for a lamp that the lighting doesn't have changes nothing. Raises InputError for an unknown lighting.
    """
    return rig_mix(setting("lighting", lighting), adjust)


@cache
def adjustable() -> tuple[str, ...]:
    """What an intensity can be given for: "all", "world" and every lamp of every rig."""
    return (ALL, WORLD, *lamps(axis_settings("lighting")))


def _lit(row: dict[str, Any]) -> Light:
    return _bright(kelvin_color(row["kelvin"]) if "kelvin" in row else linear(row["colour"]), row["light"])


def _bright(colour: Light, brightness: float) -> Light:
    """The colour at that luminance."""
    times = brightness / luminance(colour)
    return _product(colour, (times, times, times))


def _product(one: Light, other: Light) -> Light:
    return one[0] * other[0], one[1] * other[1], one[2] * other[2]


def _within(what: str, value: Any, limits: tuple[float, float], unit: str) -> float:
    low, high = limits
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{what} {value}: not a number. Choose one from {low:g} to {high:g} {unit}.")
    if not low <= value <= high:
        raise InputError(f"{what} {value:g}: out of reach. Choose from {low:g} to {high:g} {unit}.")
    return float(value)
