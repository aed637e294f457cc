# SPDX-License-Identifier: GPL-3.0-or-later
"""A sitting to a negative: one render that holds every light apart, its albedo denoised as a guide for the prints.

Engines without light groups render each lighting by itself, and hold it whole: the negative looks the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..plan.gains import RESIDUAL, WHOLE
from ..plan.rigs import lamps, units
from ..plan.settings import setting
from ..plan.strips import strips
from ..studio.lights import light, rig
from .denoise import Denoiser
from .negative import Negative
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

    Returns a negative whose header holds lightings, units and truth; raises WorkError when Blender renders nothing.
    """
    passes, groups, asked = (_together if grouped else _one_by_one)(sitting, lightings)
    watch.lap("render")
    albedo = passes.albedo
    if albedo is not None and denoiser is not None:
        albedo = denoiser.clean("albedo", albedo)
    watch.lap("denoise")
    # Without depth of field the normals are nearly free of noise: denoising them too costs a third of a print's
    # denoising more and wins 0.02 to 0.12 dB (three characters, 384 px, 16 samples).
    guides = {"albedo": albedo, "normal": passes.normal}
    return Negative.of(
        {"lightings": list(lightings), "units": asked, "truth": sitting.truth},
        groups,
        {name: pixels for name, pixels in guides.items() if pixels is not None},
        passes.alpha,
        np.zeros_like(passes.alpha) if passes.depth is None else passes.depth / np.float32(sitting.camera.distance),
        sitting.crop,
        sitting.size,
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
