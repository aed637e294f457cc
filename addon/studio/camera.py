# SPDX-License-Identifier: GPL-3.0-or-later
"""The camera: turned to the angle, then moved until what the framing promises lies inside the picture.

The turn is fixed by the angle, so every vertex that must be seen limits the camera's place linearly: the nearest
place from which all of them lie inside their margins is found in closed form, without trying.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np
from mathutils import Matrix

from ..character.loaded import Body
from ..plan.facts import CharacterFacts
from ..plan.settings import Setting
from .frames import axes, direction, head_center, head_forward
from .projection import CameraTruth, half_extent
from .promise import promised, stump

NAME = "modelsheet camera"
SENSOR = 36.0
#: Of the height that is left over when the width decides the distance, this share goes above the head.
AIR_ABOVE = 0.3


@dataclass(frozen=True)
class Margins:
    """Empty share of the picture at each side."""

    top: float
    bottom: float
    side: float


def aim(facts: CharacterFacts, body: Body, angle: Setting, framing: Setting, size: tuple[int, int]) -> CameraTruth:
    """Make or move the scene's camera; `body` is measured after pose and expression, `size` is in pixels.

    What framing.yaml promises to show lies inside its margins, whatever the character's scale or proportions.
    """
    truth = place(facts, body, angle, framing, size)
    _put(truth, body)
    return truth


def place(facts: CharacterFacts, body: Body, angle: Setting, framing: Setting, size: tuple[int, int]) -> CameraTruth:
    """Where aim() puts the camera, as numbers; touches nothing in Blender."""
    look, words = angle.geometry, framing.geometry
    rotation = _rotation(facts, look["azimuth"], look["elevation"])
    extent = half_extent(words["lens"], SENSOR, size)
    center = head_center(facts, body) @ rotation
    # A head that looks to picture-left stands a little right of the middle, and the other way round.
    offset = -2 * words["look_room"] * float(head_forward(facts, body) @ rotation[:, 0])
    margins = Margins(words["top"], words["bottom"], words["side"])
    shown = promised(facts, body, words["shows"])
    spot = _fit(shown @ rotation, margins, extent, center, offset)
    if facts.body != "full" and (end := stump(facts, body, rotation)) is not None:
        # What is cut off at the neck or chest must not float in the picture: its lower end is the lowest edge.
        head = np.concatenate([promised(facts, body, "head"), end[None]])
        tight = _fit(head @ rotation, replace(margins, bottom=0.0), extent, center, offset)
        spot = min(spot, tight, key=lambda place: float(place[2]))
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, rotation @ spot
    return CameraTruth(
        tuple(tuple(float(value) for value in row) for row in matrix),
        float(words["lens"]),
        SENSOR,
        float(look["azimuth"]),
        float(look["elevation"]),
        float(np.linalg.norm(spot - center)),
    )


def _rotation(facts: CharacterFacts, azimuth: float, elevation: float) -> np.ndarray:
    """Columns right, up, back of a camera that stands at these angles and looks at the character."""
    back = direction(facts, azimuth, elevation)
    right = np.cross(axes(facts)[2], back)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(back, right), back], axis=1)


def _fit(
    points: np.ndarray, margins: Margins, extent: tuple[float, float], center: np.ndarray, offset: float
) -> np.ndarray:
    """The nearest place (in the camera's own axes) from which all points lie inside the margins.

    points: (N, 3) and center: (3,) in the camera's axes. offset: where the head's middle should fall, -1..1 of half
    the width, as far as the margins allow.
    """
    width, height = extent
    side, top, bottom = (
        edge * (1 - 2 * margin)
        for edge, margin in ((width, margins.side), (height, margins.top), (height, margins.bottom))
    )
    x, y, z = points.T
    right, left = (x + side * z).max(), (side * z - x).max()
    over, under = (y + top * z).max(), (bottom * z - y).max()
    back = max((right + left) / (2 * side), (over + under) / (top + bottom))
    across = np.clip(center[0] - offset * width * (back - center[2]), right - side * back, side * back - left)
    lowest, highest = over - top * back, bottom * back - under
    return np.array([across, lowest + AIR_ABOVE * (highest - lowest), back])


def _put(truth: CameraTruth, body: Body) -> None:
    camera = bpy.data.objects.get(NAME)
    if camera is None:
        camera = bpy.data.objects.new(NAME, bpy.data.cameras.new(NAME))
        bpy.context.scene.collection.objects.link(camera)
    data = camera.data
    data.type, data.sensor_fit, data.sensor_width = "PERSP", "AUTO", truth.sensor
    data.lens, data.shift_x, data.shift_y = truth.lens, 0.0, 0.0
    data.dof.use_dof = False
    reach = np.linalg.norm(body.vertices - np.array(truth.matrix_world)[:3, 3], axis=1).max()
    data.clip_start, data.clip_end = truth.distance / 100, 2 * max(float(reach), truth.distance)
    camera.matrix_world = Matrix(truth.matrix_world)
    bpy.context.scene.camera = camera
