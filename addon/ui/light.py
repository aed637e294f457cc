# SPDX-License-Identifier: GPL-3.0-or-later
"""Another light or background for finished pictures: the picks and two buttons."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import bpy

from ..common.colour import KELVINS, NEUTRAL
from ..common.errors import InputError
from ..farm.local import NEGATIVES
from ..plan.relight import FILE as DECISIONS
from ..plan.relight import PLANNED
from ..plan.rigs import EXPOSURES, INTENSITIES
from ..plan.settings import axis_settings
from ..request import JOB_FILE
from .enums import Numbered, numbered
from .looked import in_panel
from .runner import Runner

Items = tuple[Numbered, ...]


# Blender keeps only pointers to an enum's texts: the cache keeps them alive.
@cache
def _choices(axis: str) -> Items:
    offered = [(name, name.replace("_", " ").capitalize(), row.phrase) for name, row in axis_settings(axis).items()]
    return numbered([(PLANNED, "As planned", "What the preset chose for each picture"), *offered])


def _lightings(_picks: Any, _context: Any) -> Items:
    return _choices("lighting")


def _backgrounds(_picks: Any, _context: Any) -> Items:
    return _choices("background")


class MODELSHEET_PG_light(bpy.types.PropertyGroup):
    """The picks; `words` turns them into the `relight` command's."""

    lighting: bpy.props.EnumProperty(name="Lighting", description="Which lamps shine", items=_lightings)
    background: bpy.props.EnumProperty(
        name="Background", description="What stands behind the character", items=_backgrounds
    )
    temperature: bpy.props.IntProperty(
        name="Temperature",
        description="Colour of the light in kelvin: lower is warmer, higher is cooler, 5600 changes nothing",
        default=int(NEUTRAL),
        min=int(KELVINS[0]),
        max=int(KELVINS[1]),
        soft_max=12000,
        step=100,
    )
    exposure: bpy.props.FloatProperty(
        name="Exposure",
        description="Brightness of the picture in stops: 1 is twice as bright, -1 half",
        min=EXPOSURES[0],
        max=EXPOSURES[1],
        soft_min=-3.0,
        soft_max=3.0,
        step=25,
        precision=2,
    )
    intensity: bpy.props.FloatProperty(
        name="Intensity",
        description="Strength of all lamps and of the light around: 1 is as the lighting has it",
        default=1.0,
        min=INTENSITIES[0],
        max=INTENSITIES[1],
        soft_max=4.0,
        step=10,
        precision=2,
    )
    only: bpy.props.StringProperty(
        name="Pictures",
        description="Only these: a number as 7, or names with * as 00*_portrait_*, several with spaces; empty: all",
    )
    render: bpy.props.BoolProperty(
        name="Photograph again",
        description="Where a lamp is missing that the new lighting needs, photograph these pictures again with it",
    )

    def words(self) -> list[str]:
        """What is picked."""
        return [
            *(f"--{name}={getattr(self, name) or PLANNED}" for name in ("lighting", "background")),
            *(f"--temperature={self.temperature}", f"--exposure={self.exposure:g}"),
            *(f"--intensity=all={self.intensity:g}", *(["--render"] if self.render else [])),
            *self.chosen(),
        ]

    def chosen(self) -> list[str]:
        """Which pictures are meant."""
        return [f"--only={name}" for name in self.only.split()]


def why_not(folder: Path, light: MODELSHEET_PG_light) -> str:
    """Why the pictures in a folder can't be relit; "" where they can."""
    try:
        if light.render or any((folder / NEGATIVES).glob("*.exr")):
            return ""
    except OSError as error:
        return f"{folder}: can't be read ({error.strerror})."
    return "There are no negatives to take new prints from. Tick Photograph again to make them."


def why_not_back(folder: Path, _light: MODELSHEET_PG_light) -> str:
    """Why there is nothing to take back; "" where there is."""
    return "" if (folder / DECISIONS).is_file() else "These pictures are as they were planned."


class _Relights:
    """What both buttons share."""

    runner: ClassVar[Runner | None] = None

    #: Asked for the reason why it can't be pressed.
    reason: ClassVar[Callable[[Path, MODELSHEET_PG_light], str]]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One job at a time, and something to do."""
        if cls.runner is None or cls.runner.progress.busy:
            return False
        folder, light = finished_folder(context), context.scene.modelsheet.light
        reason = "Nothing is made in the output folder yet." if folder is None else cls.reason(folder, light)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the child; the panel follows it."""
        assert self.runner is not None
        picks = context.scene.modelsheet
        try:
            self.runner.start(["relight", str(picks.folder()), "--json", *self.asked(picks.light)], "Mixing light …")
        except (InputError, OSError) as error:
            self.report({"ERROR"}, in_panel(str(error)))
            return {"CANCELLED"}
        return {"FINISHED"}


class MODELSHEET_OT_relight(_Relights, bpy.types.Operator):
    """Make the pictures again in this light and on this background, from their negatives; nothing is rendered"""

    bl_idname = "modelsheet.relight"
    bl_label = "Relight"

    reason = staticmethod(why_not)

    def asked(self, light: MODELSHEET_PG_light) -> list[str]:
        """The command's words."""
        return light.words()


class MODELSHEET_OT_relight_undo(_Relights, bpy.types.Operator):
    """Give the pictures the light and background back that they were planned with"""

    bl_idname = "modelsheet.relight_undo"
    bl_label = "Back to original"

    reason = staticmethod(why_not_back)

    def asked(self, light: MODELSHEET_PG_light) -> list[str]:
        """The command's words; the picks go back too."""
        for name in ("lighting", "background", "temperature", "exposure", "intensity"):
            light.property_unset(name)
        return ["--undo", *light.chosen()]


def finished_folder(context: bpy.types.Context) -> Path | None:
    """The output folder, if a set of ours is in it."""
    try:
        folder = context.scene.modelsheet.folder()
        return folder if (folder / JOB_FILE).is_file() else None
    except (InputError, OSError):
        return None
