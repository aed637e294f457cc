# SPDX-License-Identifier: GPL-3.0-or-later
"""A take before it is lit: pose, expression, camera, what of the picture is rendered, and what is true of all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..character.face.express import express
from ..character.loaded import Body, Loaded
from ..character.measure import measure
from ..character.pose.strike import strike
from ..plan.settings import setting
from ..plan.shots import Take
from ..studio.camera import aim
from ..studio.projection import CameraTruth, project
from .passes import Crop
from .truth import Scenery, take_truth

#: Air around the character's vertices that is rendered too, as a share of the picture: pixel filter, thin strands.
BORDER = 0.02
#: Blender's shadow_terminator_shading_offset. Tried on one head of 14,000 vertices, where it took the jagged edges off
#: lips and brow that 0 leaves; other values were not compared.
TERMINATOR = 0.15


@dataclass(frozen=True)
class Sitting:
    """The character as it stands before the camera now. crop: pixels from the top left corner, all that it can cover.

    truth: everything of a truth row that the prints of the take share.
    """

    loaded: Loaded
    body: Body
    camera: CameraTruth
    size: tuple[int, int]
    crop: Crop
    truth: dict[str, Any]


def sit(loaded: Loaded, take: Take, size: tuple[int, int]) -> Sitting:
    """Pose the character and aim the camera for a take; good until the next one."""
    made = {"pose": strike(loaded, setting("pose", take["pose"]))}
    made["expression"] = express(loaded, setting("expression", take["expression"]))
    body = measure(loaded)
    camera = aim(loaded.facts, body, setting("angle", take["angle"]), setting("framing", take["framing"]), size)
    _soften_terminator(loaded)
    truth = {"size": list(size), **take_truth(Scenery(loaded, body, camera, size), made)}
    return Sitting(loaded, body, camera, size, _crop(loaded, body, camera, size), truth)


def _soften_terminator(loaded: Loaded) -> None:
    """Keep the coarse faces of a smooth-shaded mesh from showing where light turns to shadow."""
    for mesh in loaded.meshes:
        if mesh.shadow_terminator_shading_offset != TERMINATOR:
            mesh.shadow_terminator_shading_offset = TERMINATOR


def _crop(loaded: Loaded, body: Body, camera: CameraTruth, size: tuple[int, int]) -> Crop:
    """The character's box with some air: its pixels are the same, and the empty rest costs nothing."""
    spots = project(camera, body.vertices, size)
    if not (spots[:, 2] > 0).all() or any(mesh.particle_systems for mesh in loaded.meshes):
        return 0, 0, *size
    low = np.floor(spots[:, :2].min(axis=0) - BORDER * np.array(size)).astype(int)
    high = np.ceil(spots[:, :2].max(axis=0) + BORDER * np.array(size)).astype(int)
    (left, top), (right, bottom) = np.clip(low, 0, size).tolist(), np.clip(high, 0, size).tolist()
    # A character that has left the picture leaves an empty box, which Blender would take for the whole frame.
    return (left, top, right, bottom) if left < right and top < bottom else (0, 0, *size)
