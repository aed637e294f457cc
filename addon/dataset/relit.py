# SPDX-License-Identifier: GPL-3.0-or-later
"""What captions may say of light that was adjusted after the render."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..common.colour import kelvin_color
from ..plan.lamps import WORLD
from ..plan.rigs import Adjust, Light, mix
from ..plan.settings import Setting
from .caption_words import WORDS


def as_lit(lighting: Setting, relit: Mapping[str, Any] | None) -> Setting | None:
    """The lighting with words for its colour where that is plain; None where it is another light by now.

    relit: what was adjusted, as the truth row says (see plan.relight.changes).
    """
    if not relit:
        return lighting
    adjust = Adjust.from_json(relit)
    most = WORDS["another_light"]
    lamps = mix(lighting.name)
    if any(name in lamps and not 1 / most <= factor <= most for name, factor in dict(adjust.intensity).items()):
        return None
    tone = _tone(lighting, adjust) if adjust.temperature is not None else None
    if tone is None:
        return lighting
    words: dict[str, Any] = {
        name: ", ".join(filter(None, (getattr(lighting, name), tone[name]))) for name in ("tag", "phrase")
    }
    tags: dict[str, Any] = {name: (*getattr(lighting, name), *tone[name]) for name in ("danbooru", "e621")}
    return replace(lighting, **words, **tags)


def _tone(lighting: Setting, adjust: Adjust) -> dict[str, Any] | None:
    """The row of the table that fits the colour of all light together: a warm sun under cool light is neither."""
    warmth = _warmth(_total(mix(lighting.name, adjust)))
    warm, cool = WORDS["tones"]["warm"], WORDS["tones"]["cool"]
    if warmth >= _warmth(kelvin_color(warm["kelvin"])):
        return warm
    return cool if warmth <= _warmth(kelvin_color(cool["kelvin"])) else None


def _total(light: Mapping[str, Light]) -> Light:
    """Irradiance at the head; that of a world is pi times its radiance."""
    rows = [[channel * (math.pi if name == WORLD else 1.0) for channel in row] for name, row in light.items()]
    red, green, blue = (sum(row[index] for row in rows) for index in range(3))
    return red, green, blue


def _warmth(light: Light) -> float:
    return light[0] / max(light[2], 1e-9)
