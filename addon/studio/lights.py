# SPDX-License-Identifier: GPL-3.0-or-later
"""Light rigs: from data (plan/settings/lighting/NAME.yaml) to lamps and a world around the character.

A rig's keys: `follows` (camera | character: what azimuth 0 faces), `world` (zenith, horizon, ground: sRGB; strength:
radiance of white) and `lights` (name -> row). A light is a round lamp; its row: azimuth and elevation in degrees,
distance and size (diameter) in reaches (see _reach), kelvin, and `light`: what it gives at the head, as irradiance in
W/m2, so that no rig depends on scale. The sun is a lamp far away: Blender's own sun lamp and the world stand in no
fixed order in Cycles, and which comes first changes the noise from run to run.

A rig that follows the camera is mirrored where the face looks to the other side of the picture: positive azimuths
are always the side to which the face looks, so that a key falls on the face and not on the back of the head.
"""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..character.loaded import Body
from ..common.blender import node_tree
from ..plan.facts import CharacterFacts
from ..plan.settings import Setting
from .frames import axes, direction, head_center, head_forward
from .projection import CameraTruth

PREFIX = "modelsheet light "
WORLD = "modelsheet world"
#: Cycles builds this map for every new world; its own choice of size costs 15 times the time and shows no difference.
MAP_RESOLUTION = 256


def light(facts: CharacterFacts, body: Body, rig: Setting, camera: CameraTruth) -> None:
    """Put out the lights that stood and set up `rig` around the character as seen by `camera`."""
    words = rig.geometry
    turn, side = _orientation(facts, body, words["follows"], camera)
    _clear()
    target, reach = head_center(facts, body), _reach(facts)
    for name, row in words["lights"].items():
        way = direction(facts, turn + side * row["azimuth"], row["elevation"])
        _lamp(name, row, target, way, reach)
    _world(words["world"], axes(facts)[2])


def _orientation(facts: CharacterFacts, body: Body, follows: str, camera: CameraTruth) -> tuple[float, int]:
    """(azimuth that the rig calls 0, -1 where it is mirrored): positive azimuths lie where the face looks."""
    if follows == "character":
        return 0.0, 1
    right = np.array(camera.matrix_world)[:3, 0]
    # Seen from the front or the back nothing decides: the key then stands at picture-left, as in most portraits.
    looks_right = float(head_forward(facts, body) @ right) > 0.05
    # Around the character, picture-right is the direction of growing azimuth.
    return camera.azimuth, 1 if looks_right else -1


def _reach(facts: CharacterFacts) -> float:
    """The rig's unit: the body's height, so that feet are lit like faces; three heads at least, for busts."""
    return max(facts.height, 3 * facts.head.height)


def _lamp(name: str, row: dict[str, Any], target: np.ndarray, way: np.ndarray, reach: float) -> None:
    data = bpy.data.lights.new(PREFIX + name, "AREA")
    lamp = bpy.data.objects.new(PREFIX + name, data)
    distance = row["distance"] * reach
    data.shape = "DISK"
    data.size = row["size"] * reach
    # A disk of P watts has the radiance P / (pi area) and gives P / (pi (distance^2 + radius^2)) on its axis.
    data.energy = row["light"] * math.pi * (distance**2 + (data.size / 2) ** 2)
    data.color = kelvin_color(row["kelvin"])
    lamp.visible_camera = False
    lamp.matrix_world = _looking(target + way * distance, way)
    bpy.context.scene.collection.objects.link(lamp)


def _looking(place: np.ndarray, back: np.ndarray) -> Matrix:
    """World matrix of a lamp at `place` that shines against `back`."""
    aside = np.cross(back, np.eye(3)[int(np.argmin(np.abs(back)))])
    aside /= np.linalg.norm(aside)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([aside, np.cross(back, aside), back], axis=1)
    matrix[:3, 3] = place
    return Matrix(matrix.tolist())


def _clear() -> None:
    """Remove every light of the scene: of the last rig, and of the character's file."""
    for lamp in [item for item in bpy.data.objects if item.type == "LIGHT"]:
        data = lamp.data
        bpy.data.objects.remove(lamp)
        if not data.users:
            bpy.data.lights.remove(data)


def _world(row: dict[str, Any], up: np.ndarray) -> None:
    """A world of three colours: straight up, all around, straight down."""
    world = bpy.data.worlds.get(WORLD) or bpy.data.worlds.new(WORLD)
    nodes, links = _emptied(world)
    place = nodes.new("ShaderNodeTexCoord")
    height = nodes.new("ShaderNodeVectorMath")
    height.operation = "DOT_PRODUCT"
    height.inputs[1].default_value = up
    share = nodes.new("ShaderNodeMapRange")
    share.inputs["From Min"].default_value = -1.0
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.interpolation = "B_SPLINE"
    for position, name in ((0.0, "ground"), (0.45, "ground"), (0.55, "horizon"), (1.0, "zenith")):
        stop = (
            ramp.color_ramp.elements.new(position)
            if position not in (0.0, 1.0)
            else (ramp.color_ramp.elements[0 if position == 0.0 else -1])
        )
        stop.color = (*linear(row[name]), 1.0)
    sky, out = nodes.new("ShaderNodeBackground"), nodes.new("ShaderNodeOutputWorld")
    sky.inputs["Strength"].default_value = row["strength"]
    links.new(place.outputs["Generated"], height.inputs[0])
    links.new(height.outputs["Value"], share.inputs["Value"])
    links.new(share.outputs["Result"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], sky.inputs["Color"])
    links.new(sky.outputs["Background"], out.inputs["Surface"])
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = MAP_RESOLUTION
    bpy.context.scene.world = world


def _emptied(world: bpy.types.World) -> tuple[Any, Any]:
    tree = node_tree(world)
    tree.nodes.clear()
    return tree.nodes, tree.links


def linear(text: str) -> tuple[float, float, float]:
    """`#rrggbb` (sRGB) as linear red, green, blue."""
    channels = [int(text[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return red, green, blue


def kelvin_color(kelvin: float) -> tuple[float, float, float]:
    """Linear Rec.709 colour of a black body at brightness 1, as a camera balanced for 5600 K sees it.

    Chromaticities by Kim et al. (2002), 1667-25000 K.
    """
    red, green, blue = (a / b for a, b in zip(_black_body(kelvin), _black_body(5600.0), strict=True))
    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return red / bright, green / bright, blue / bright


def _black_body(kelvin: float) -> tuple[float, float, float]:
    t = 1000.0 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    large_x, large_z = x / y, (1 - x - y) / y
    return (
        3.2404542 * large_x - 1.5371385 - 0.4985314 * large_z,
        -0.9692660 * large_x + 1.8760108 + 0.0415560 * large_z,
        0.0556434 * large_x - 0.2040259 + 1.0572252 * large_z,
    )
