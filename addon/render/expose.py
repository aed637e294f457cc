# SPDX-License-Identifier: GPL-3.0-or-later
"""A sitting to a negative: one render that holds every light apart, its guides denoised.

Engines without light groups render each lighting by itself, and hold it whole: the negative looks the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..plan.gains import RESIDUAL, WHOLE
from ..plan.rigs import lamps, units
from ..plan.settings import setting
from ..plan.strips import strips
from ..studio.lights import light, rig
from .denoise import Denoiser
from .negative import Negative, half, twice_half
from .passes import Passes, render_passes, set_groups
from .sitting import Sitting
from .stopwatch import Stopwatch

#: What shines although it is no lamp of ours counts from this linear brightness on: light groups add up to 1e-5.
SHINES = 1e-4

Exposure = tuple[Passes, dict[str, np.ndarray], dict[str, float]]


def expose(
    sitting: Sitting, lightings: Sequence[str], grouped: bool, denoiser: Denoiser | None, watch: Stopwatch
) -> Negative:
    """Render one take for all its lightings. grouped: whether the engine has light groups.

    Returns a negative whose header holds units and truth; raises WorkError when Blender renders nothing.
    """
    passes, groups, asked = (_together if grouped else _one_by_one)(sitting, lightings)
    watch.lap("render")
    albedo, normal = (_guide(name, pixels, denoiser) for name, pixels in _guides(passes))
    watch.lap("denoise")
    return Negative(
        header={"units": asked, "truth": sitting.truth},
        groups={name: half(pixels) for name, pixels in groups.items()},
        alpha=half(passes.alpha),
        albedo=albedo,
        normal=normal,
        depth=_depth(passes, sitting.camera.distance),
        crop=sitting.crop,
        size=sitting.size,
    )


def _together(sitting: Sitting, lightings: Sequence[str]) -> Exposure:
    asked = units(lightings)
    white = {name: (unit, unit, unit) for name, unit in asked.items()}
    rig(sitting.loaded.facts, sitting.body, sitting.camera, lamps(lightings), white, strips(lightings))
    set_groups(asked)
    passes = render_passes(sitting.crop, sitting.size)
    groups = {name: passes.groups[name] for name in asked}
    rest = passes.combined - np.sum(list(groups.values()), axis=0)
    if np.abs(rest).max() > SHINES:
        groups[RESIDUAL] = rest
    return passes, groups, asked


def _one_by_one(sitting: Sitting, lightings: Sequence[str]) -> Exposure:
    groups: dict[str, np.ndarray] = {}
    set_groups(())
    for name in lightings:
        light(sitting.loaded.facts, sitting.body, setting("lighting", name), sitting.camera)
        passes = render_passes(sitting.crop, sitting.size)
        groups[f"{WHOLE}{name}"] = passes.combined
    return passes, groups, dict.fromkeys(groups, 1.0)


def _guides(passes: Passes) -> list[tuple[str, np.ndarray | None]]:
    return [("albedo", passes.albedo), ("normal", passes.normal)]


def _guide(name: str, pixels: np.ndarray | None, denoiser: Denoiser | None) -> Any:
    if pixels is None:
        return None
    return half(pixels if denoiser is None else denoiser.clean(name, pixels))


def _depth(passes: Passes, distance: float) -> np.ndarray:
    if passes.depth is None:
        return np.zeros_like(passes.alpha)
    rough, rest = twice_half(passes.depth / distance)
    return rough + rest
