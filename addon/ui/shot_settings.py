# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a preset the user changes in the panel: a switch and a weight for each setting, numbers, how it is rendered.

The switches have no values of their own: they show the picked preset, and what is changed of it is kept as one text
(own_shots.py), so that another preset, or a better version of the same, starts with its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import bpy

from ..plan.folders import ENVIRONMENT
from ..plan.names import all_settings
from ..plan.presets import Preset
from ..plan.schema import MAX_BUDGET, MAX_WEIGHT
from ..plan.settings import axis_settings
from ..plan.shots import AXES
from ..plan.vary import MOST_PRINTS
from ..render.options import RenderOptions
from .choices import Choices, preset_choices
from .own_shots import OwnShots, read
from .places import presets_folder

ENGINES = (
    ("cycles", "Cycles", "The most lifelike light, and the only one whose pictures can be relit later"),
    ("eevee", "EEVEE", "Quick with a graphics card; pictures can't be relit later"),
    ("workbench", "Workbench", "Flat colours in an instant: to look at, not to train on"),
)
DEVICES = (
    ("preferences", "As in preferences", "What the extension's preferences say"),
    ("auto", "Best there is", "A graphics card where Cycles can use one, else the processor"),
    ("cpu", "Processor", "The processor alone, even where there is a graphics card"),
    ("gpu", "Graphics card", "Refuse to start without one"),
)
MOST_SEED = 2**31 - 1


def switch(axis: str, name: str) -> str:
    """The property that switches a setting."""
    return f"on_{axis}_{name}"


def weight(axis: str, name: str) -> str:
    """The property with a setting's weight."""
    return f"weight_{axis}_{name}"


def vary(axis: str) -> str:
    """The property that lets an axis vary."""
    return f"vary_{axis}"


def settings_of(axis: str) -> tuple[str, ...]:
    """The settings that have switches: all, also those that need a folder of pictures."""
    return (*all_settings(axis), *(name for name in axis_settings(axis) if name not in all_settings(axis)))


def label(name: str) -> str:
    """A setting's or an axis' name for people: `three_quarter_left` is `Three quarter left`."""
    return name.replace("_", " ").capitalize()


def choices() -> Choices:
    """The presets that can be picked now, the user's own among them."""
    return preset_choices(own=_presets_folder(os.environ.get(ENVIRONMENT)))


# A panel that is drawn asks for it a hundred times, and Blender's answer is put together anew each time.
@lru_cache(maxsize=4)
def _presets_folder(_named: str | None) -> Path:
    return presets_folder()


# The same for the weights of every switch.
@lru_cache(maxsize=16)
def _weights_of(text: str, found: Choices, preset: str) -> dict[str, dict[str, int]]:
    own = read(text)
    return {axis: own.weights(found.presets[preset], axis) for axis in AXES}


def _weights(shots: Any, axis: str) -> dict[str, int]:
    found, name = choices(), shots.id_data.modelsheet.preset_name
    return _weights_of(shots.own, found, name)[axis] if name in found.presets else {}


def _own(shots: Any) -> OwnShots:
    return read(shots.own)


def _preset(shots: Any) -> Preset | None:
    return shots.id_data.modelsheet.picked_preset()


def _switch(axis: str, name: str) -> Any:
    def get(shots: Any) -> bool:
        return name in _weights(shots, axis)

    def put(shots: Any, on: bool) -> None:
        if preset := _preset(shots):
            shots.own = _own(shots).switched(preset, axis, name, on).text()

    words = axis_settings(axis)[name].phrase
    says = f"Pictures {words}" if words else f"Pictures with the {axis} {label(name).lower()}"
    return bpy.props.BoolProperty(name=label(name), description=says, get=get, set=put)


def _weight(axis: str, name: str) -> Any:
    def get(shots: Any) -> int:
        return _weights(shots, axis).get(name, 0)

    def put(shots: Any, value: int) -> None:
        if preset := _preset(shots):
            shots.own = _own(shots).weighed(preset, axis, name, value).text()

    says = f"How often {label(name).lower()} comes up beside the others on this axis: 2 is twice as often as 1"
    return bpy.props.IntProperty(name="Weight", description=says, min=1, max=MAX_WEIGHT, get=get, set=put)


def _vary(axis: str) -> Any:
    def get(shots: Any) -> bool:
        return axis not in _own(shots).still

    def put(shots: Any, on: bool) -> None:
        shots.own = _own(shots).stilled(axis, not on).text()

    says = f"Off: the {axis} is the same in every picture. The switches below it are kept for when it is on again"
    return bpy.props.BoolProperty(name=label(axis), description=says, get=get, set=put)


def _number(key: str, of: Callable[[Preset], int], **options: Any) -> Any:
    """A number of the preset's; kept only where it differs."""

    def get(shots: Any) -> int:
        preset, own = _preset(shots), getattr(_own(shots), key)
        return own if own is not None else of(preset) if preset else options["min"]

    def put(shots: Any, value: int) -> None:
        preset = _preset(shots)
        text = _own(shots)
        data = None if preset is not None and value == of(preset) else value
        shots.own = OwnShots(**{**text.__dict__, key: data}).text()

    return bpy.props.IntProperty(get=get, set=put, **options)


def _switches() -> dict[str, Any]:
    made: dict[str, Any] = {vary(axis): _vary(axis) for axis in AXES}
    for axis in AXES:
        for name in settings_of(axis):
            made[switch(axis, name)] = _switch(axis, name)
            made[weight(axis, name)] = _weight(axis, name)
    return made


class MODELSHEET_PG_shots(bpy.types.PropertyGroup):
    """The picks; `words` turns them into the command line's."""

    __annotations__ = {
        "own": bpy.props.StringProperty(name="Changes", options={"HIDDEN"}),
        "budget": _number(
            "budget",
            lambda preset: preset.budget,
            name="Pictures",
            description="How many pictures. 20 to 60 make a LoRA of a character; more help little",
            min=1,
            max=MAX_BUDGET,
            soft_max=200,
        ),
        "seed": _number(
            "seed",
            lambda preset: min(preset.seed, MOST_SEED),
            name="Seed",
            description="Another number gives another choice of pictures with the same balance",
            min=0,
            max=MOST_SEED,
        ),
        "prints_per_take": _number(
            "prints_per_take",
            lambda preset: preset.prints_per_take,
            name="Pictures a render",
            description="Up to so many pictures of one render, in different light and before different backgrounds. "
            "More is faster and less varied",
            min=1,
            max=MOST_PRINTS,
            soft_max=8,
        ),
        "engine": bpy.props.EnumProperty(
            name="Engine", description="What renders the pictures", items=ENGINES, default="cycles"
        ),
        "samples": bpy.props.IntProperty(
            name="Samples",
            description="Of a pixel: more is finer and slower. Pictures are denoised, so 16 are enough for most",
            default=RenderOptions().samples,
            min=1,
            max=4096,
            soft_max=128,
        ),
        "device": bpy.props.EnumProperty(
            name="Device", description="What computes the pictures", items=DEVICES, default="preferences"
        ),
        "negatives": bpy.props.BoolProperty(
            name="Keep negatives",
            description="Keep what is needed to give finished pictures other light without rendering. "
            "Takes about 10 MB of disk a render",
            default=True,
        ),
        "backgrounds": bpy.props.StringProperty(
            name="Own backgrounds",
            description="A folder of pictures of your own to put behind the character; empty: none",
            subtype="DIR_PATH",
            options={"PATH_SUPPORTS_BLEND_RELATIVE"},
        ),
        **_switches(),
    }

    def words(self) -> list[str]:
        """What is picked, as `make` and `render` take it, without the preset's name."""
        return [
            *self.plan_words(),
            *("--engine", self.engine, "--samples", str(self.samples), "--device", self.device_picked()),
            *([] if self.negatives else ["--no-negatives"]),
        ]

    def plan_words(self) -> list[str]:
        """What of it decides which pictures are made."""
        preset = _preset(self)
        folder = self.backgrounds.strip()
        return [
            *(_own(self).words(preset) if preset is not None else []),
            *([f"--backgrounds={bpy.path.abspath(folder)}"] if folder else []),
        ]

    def device_picked(self) -> str:
        """auto, cpu or gpu."""
        if self.device != "preferences":
            return str(self.device)
        from .preferences import preferences

        found = preferences()
        return str(found.device) if found is not None else "auto"

    @property
    def changed(self) -> bool:
        """Whether anything of the preset was changed."""
        return bool(_own(self).text())


CLASSES = (MODELSHEET_PG_shots,)
