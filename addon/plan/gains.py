# SPDX-License-Identifier: GPL-3.0-or-later
"""How a print is mixed from the groups of light that a negative holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .rigs import Adjust, Light, mix

#: The group of what shines although it is no lamp of ours: glowing materials, lights of the character's own file.
RESIDUAL = "residual"
#: Engines that hold each lamp apart; what others render for one lighting says nothing about another.
GROUPED = ("cycles",)
#: Prefix of a group that holds a whole lighting, in negatives of engines that have no light groups.
WHOLE = "lighting:"


def gains(units: Mapping[str, float], lighting: str, adjust: Adjust | None = None) -> dict[str, Light]:
    """By what each group is multiplied, channel by channel, for a print of `lighting`.

    units: group -> brightness at which it was lit (a negative's). Ask missing() first: raises KeyError for a lamp
    that is not there.
    """
    adjust = adjust or Adjust()
    if WHOLE + lighting in units:
        return {WHOLE + lighting: adjust.factor(WHOLE)}
    asked = {name: _over(light, units[name]) for name, light in mix(lighting, adjust).items() if any(light)}
    return {**asked, RESIDUAL: adjust.factor(RESIDUAL)}


def missing(units: Iterable[str], lighting: str) -> list[str]:
    """The lamps of a lighting that a negative with these groups does not hold, or the lighting itself where it holds
    whole lightings; none if it can be printed."""
    held = set(units)
    if any(name.startswith(WHOLE) for name in held):
        return [] if WHOLE + lighting in held else [lighting]
    return [name for name in mix(lighting) if name not in held]


def _over(light: Light, unit: float) -> Light:
    return light[0] / unit, light[1] / unit, light[2] / unit
