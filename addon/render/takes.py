# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes to prints: pose, expression and camera once, then one picture for each light."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..character.face.express import express
from ..character.loaded import Body, Loaded
from ..character.measure import measure
from ..character.pose.strike import strike
from ..common.errors import WorkError
from ..common.files import whole
from ..common.version import VERSION
from ..plan.settings import setting
from ..plan.shots import Take
from ..studio.camera import aim
from ..studio.lights import light
from ..studio.projection import CameraTruth, project
from .engine import prepare
from .options import RenderOptions
from .preview import viewport_colours
from .truth import Scenery, print_truth, take_truth

#: Air around the character's vertices that is rendered too, as a share of the picture: pixel filter, thin strands.
BORDER = 0.02
#: Blender's shadow_terminator_shading_offset. Tried on one head of 14,000 vertices, where it took the jagged edges off
#: lips and brow that 0 leaves; other values were not compared.
TERMINATOR = 0.15


def shoot(
    loaded: Loaded, take: Take, options: RenderOptions, path_for: Callable[[str], Path]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Photograph one take. Yields (lighting, truth) as soon as the print at path_for(lighting) is whole.

    truth: everything of a truth row but id, number, file, key, sha256 and settings. Raises WorkError when Blender
    renders nothing or the print can't be written.
    """
    facts = loaded.facts
    software = {"modelsheet": VERSION, **prepare(options)}
    if options.engine == "workbench":
        viewport_colours(loaded.meshes)
    made = {"pose": strike(loaded, setting("pose", take["pose"]))}
    made["expression"] = express(loaded, setting("expression", take["expression"]))
    body = measure(loaded)
    camera = aim(facts, body, setting("angle", take["angle"]), setting("framing", take["framing"]), options.size)
    _border(loaded, body, camera, options.size)
    _soften_terminator(loaded)
    truth = take_truth(Scenery(loaded, body, camera, options.size), made)
    common = {"size": list(options.size), **truth, "software": software}
    for lighting in take.lightings:
        begun = time.monotonic()
        light(facts, body, setting("lighting", lighting), camera)
        path = path_for(lighting)
        with whole(path) as part:
            _render(part)
            seen = print_truth(part)
        yield lighting, _merged(common, seen, round(time.monotonic() - begun, 3))


def _merged(common: dict[str, Any], seen: dict[str, Any], seconds: float) -> dict[str, Any]:
    boxes = {"subject": seen["subject"], **common["boxes"]}
    return common | {"boxes": boxes, "foreground": seen["foreground"], "seconds": seconds}


def _render(path: Path) -> None:
    bpy.context.scene.render.filepath = str(path)
    try:
        bpy.ops.render.render(write_still=True)
    except RuntimeError as error:  # Blender's word for a picture that it could not save
        raise OSError(str(error)) from error
    if not path.is_file():
        raise WorkError(f"{path.parent}: Blender wrote no picture there. Check the disk and run the command again.")


def _soften_terminator(loaded: Loaded) -> None:
    """Keep the coarse faces of a smooth-shaded mesh from showing where light turns to shadow."""
    for mesh in loaded.meshes:
        if mesh.shadow_terminator_shading_offset != TERMINATOR:
            mesh.shadow_terminator_shading_offset = TERMINATOR


def _border(loaded: Loaded, body: Body, camera: CameraTruth, size: tuple[int, int]) -> None:
    """Render only around the character: the pixels are the same, the empty rest costs nothing."""
    render = bpy.context.scene.render
    spots = project(camera, body.vertices, size)
    render.use_border = bool((spots[:, 2] > 0).all()) and not any(mesh.particle_systems for mesh in loaded.meshes)
    if not render.use_border:
        return
    low = spots[:, :2].min(axis=0) / size - BORDER
    high = spots[:, :2].max(axis=0) / size + BORDER
    (left, top), (right, bottom) = np.clip(low, 0, 1).tolist(), np.clip(high, 0, 1).tolist()
    render.border_min_x, render.border_max_x = left, right
    render.border_min_y, render.border_max_y = 1 - bottom, 1 - top
