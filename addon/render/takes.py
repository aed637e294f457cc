# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes to prints: one render for all lightings of a take, kept as a negative, and a print developed for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..character.loaded import Loaded
from ..common.errors import WorkError
from ..common.files import whole
from ..common.version import VERSION
from ..plan.gains import GROUPED
from ..plan.rigs import Adjust
from ..plan.settings import setting
from ..plan.shots import Take
from ..studio.lights import light
from . import denoise, exr
from .control import control_pictures
from .denoise import denoiser_on
from .develop import Darkroom
from .engine import prepare, prepare_print
from .expose import expose
from .negative import BadNegative, Negative, read_negative, write_negative
from .options import RenderOptions
from .passes import whole_frame, write_still
from .preview import viewport_colours
from .sitting import sit
from .stopwatch import Stopwatch
from .truth import print_truth

Row = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """One print that is wanted of a take: the lighting, its adjustment, and the file."""

    lighting: str
    path: Path
    adjust: Adjust

    @classmethod
    def from_json(cls, data: Row) -> Order:
        """`{"lighting", "file", "adjust"?}`."""
        return cls(data["lighting"], Path(data["file"]), Adjust.from_json(data.get("adjust") or {}))


@dataclass(frozen=True)
class Kept:
    """Where a take's negative is kept, and the key that proves that it is this take's."""

    path: Path
    key: str


def makes_negatives(options: RenderOptions) -> bool:
    """Whether this Blender gives what negatives need: a reader of passes and, where Cycles denoises, the denoiser by
    itself. Where it does not, shoot_directly() lets Cycles do all of it."""
    return exr.available() and (options.engine != "cycles" or denoise.available())


def shoot(
    loaded: Loaded, take: Take, lightings: tuple[str, ...], options: RenderOptions, kept: Kept | None, watch: Stopwatch
) -> Negative:
    """Photograph one take for all its lightings, and keep the negative. One that is there is read, not made again.

    kept: None keeps it in memory only. Raises WorkError when Blender renders nothing or the disk is full.
    """
    if kept is not None and kept.path.is_file():
        try:
            return read_negative(kept.path, kept.key)
        except BadNegative:  # cut off or changed from outside: made again in its place
            pass
        finally:
            watch.lap("read")
    software = {"modelsheet": VERSION, **prepare(options, finished=False)}
    if options.engine == "workbench":
        viewport_colours(loaded.meshes)
    sitting = sit(loaded, take, options.size)
    watch.lap("pose")
    with denoiser_on(software["device"], software["denoiser"]) as denoiser:
        negative = expose(sitting, lightings, options.engine in GROUPED, denoiser, watch)
    header = {"key": "" if kept is None else kept.key, **negative.header}
    header["truth"] |= {"software": software}
    negative = replace(negative, header=header)
    if kept is not None:
        write_negative(kept.path, negative)
        watch.lap("write")
    return negative


def develop(
    negative: Negative, orders: list[Order], control: Mapping[str, Path], watch: Stopwatch
) -> Iterator[tuple[Order, Row]]:
    """Make prints of a negative, and control pictures. Yields (order, truth) as soon as its print is whole.

    control: kind -> file, see control.py. truth: all of a truth row but id, number, file, key, sha256 and settings.
    Raises WorkError for a lighting that the negative does not hold, and when a print can't be written.
    """
    truth = negative.header["truth"]
    if control:
        truth = {**truth, "control": control_pictures(negative, control)}
        watch.lap("control")
    prepare_print()
    with denoiser_on(truth["software"]["device"], truth["software"]["denoiser"]) as denoiser:
        darkroom = Darkroom(negative, denoiser)
        for order in orders:
            darkroom.develop(order.lighting, order.adjust, order.path, watch)
            yield order, _with_print(truth, order.path)
            watch.lap("truth")


def shoot_directly(
    loaded: Loaded, take: Take, orders: list[Order], options: RenderOptions, watch: Stopwatch
) -> Iterator[tuple[Order, Row]]:
    """Photograph a take in a Blender that can't read passes back: each lighting by itself, without a negative."""
    software = {"modelsheet": VERSION, **prepare(options)}
    if options.engine == "workbench":
        viewport_colours(loaded.meshes)
    sitting = sit(loaded, take, options.size)
    truth = {**sitting.truth, "software": software, "control": {}}
    whole_frame(sitting.crop, sitting.size)
    watch.lap("pose")
    for order in orders:
        if order.adjust != Adjust():
            raise WorkError("This Blender keeps no negatives, so light can't be adjusted. Take one from blender.org.")
        light(loaded.facts, sitting.body, setting("lighting", order.lighting), sitting.camera)
        with whole(order.path) as part:
            write_still(part)
        watch.lap("render")
        yield order, _with_print(truth, order.path)


def _with_print(truth: Row, path: Path) -> Row:
    seen = print_truth(path)
    boxes = {"subject": seen["subject"], **truth["boxes"]}
    return truth | {"boxes": boxes, "foreground": seen["foreground"]}
