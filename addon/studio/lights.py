# SPDX-License-Identifier: GPL-3.0-or-later
"""Light rigs: from plain numbers (plan/rigs.py) to lamps and a world around the character.

A lamp is a square softbox; its distance and size are in reaches (see _reach) and its light is what it gives at the
head, so that no rig depends on scale. The sun is a lamp far away: Blender's own sun lamp and the world stand in no
fixed order in Cycles, and which comes first changes the noise from run to run.

Lamps that follow the camera are mirrored where the face looks to the other side of the picture: positive azimuths
are always the side to which the face looks, so that a key falls on the face and not on the back of the head.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..character.loaded import Body
from ..common.blender import node_tree
from ..common.colour import linear, luminance
from ..plan.facts import CharacterFacts
from ..plan.lamps import WORLD, world_profile
from ..plan.rigs import Lamp, Light, rig_lamps, rig_mix
from ..plan.rigs import lamps as all_lamps
from ..plan.settings import Setting, axis_settings
from ..plan.strips import MOST
from .frames import axes, direction, head_center, head_forward
from .projection import CameraTruth

PREFIX = "modelsheet light "
WORLD_NAME = "modelsheet world"
#: Cycles builds this map for every new world; its own choice of size costs 15 times the time and shows no difference.
MAP_RESOLUTION = 256
DARK = (0.0, 0.0, 0.0)


def light(facts: CharacterFacts, body: Body, lighting: Setting, camera: CameraTruth) -> None:
    """Put out the lights that stood and set up one lighting, in its own colours, as seen by `camera`."""
    rig(facts, body, camera, rig_lamps(lighting), rig_mix(lighting))


def rig(
    facts: CharacterFacts,
    body: Body,
    camera: CameraTruth,
    lamps: Mapping[str, Lamp],
    lights: Mapping[str, Light],
    cut: Mapping[str, int] | None = None,
) -> None:
    """Put out the lights that stood and set up `lamps` around the character, and the world.

    lights: what each of them, and WORLD, gives: linear Rec.709, irradiance at the head (W/m2) or radiance.
    cut: into how many strips each lamp is cut (plan/strips.py); one where it says nothing. The strips of the lamp
    called NAME are the objects of strips_of(NAME); what is not asked for stands there without power. Light groups are
    left to the caller.
    """
    target, reach, up = head_center(facts, body), _reach(facts), axes(facts)[2]
    for name, pieces in _standing(lamps).items():
        shine = lights[name] if name in lamps else DARK
        number = (cut or {}).get(name, 1)
        for piece in pieces[number if any(shine) else 0 :]:
            piece.data.energy = 0.0
        if any(shine):
            lamp = lamps[name]
            turn, side = _orientation(facts, body, lamp.follows, camera)
            way = direction(facts, turn + side * lamp.azimuth, lamp.elevation)
            place = _looking(target + way * lamp.distance * reach, way, up)
            _shine(pieces[:number], lamp, shine, place, reach)
    _world(lights[WORLD], up)


def strips_of(name: str) -> list[str]:
    """The names of the objects that a lamp's strips are."""
    return [PREFIX + name, *(f"{PREFIX}{name} {index}" for index in range(2, MOST + 1))]


def _standing(lamps: Mapping[str, Lamp]) -> dict[str, list[bpy.types.Object]]:
    """The strips of every lamp of every rig, and of `lamps`, in an order that is always the same.

    All stay while the scene does, those not asked for without power: Cycles' persistent data keeps lamps in the order
    in which it met them, new ones partly in the places of removed ones, and the order changes the picture.
    """
    names = list(dict.fromkeys([*all_lamps(axis_settings("lighting")), *lamps]))
    scene = bpy.context.scene
    here = [item for item in scene.objects if item.type == "LIGHT"]
    wanted = [strip for name in names for strip in strips_of(name)]
    if [item.name for item in here] != wanted:
        _clear()
        for strip in wanted:
            made = bpy.data.objects.new(strip, bpy.data.lights.new(strip, "AREA"))
            made.data.shape, made.data.energy = "RECTANGLE", 0.0
            made.visible_camera = False
            scene.collection.objects.link(made)
    return {name: [scene.objects[strip] for strip in strips_of(name)] for name in names}


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


def _shine(pieces: list[bpy.types.Object], lamp: Lamp, shine: Light, place: np.ndarray, reach: float) -> None:
    """Make the pieces one square of the lamp's light: strips side by side, with the area of a disk of its size."""
    number, bright = len(pieces), luminance(shine)
    distance, radius = lamp.distance * reach, lamp.size * reach / 2
    side = radius * math.sqrt(math.pi)
    # A disk of P watts has the radiance P / (pi area) and gives P / (pi (distance^2 + radius^2)) on its axis; a square
    # of its area gives the same within 0.5 % at the distances of the lamp table.
    energy = bright * math.pi * (distance**2 + radius**2) / number
    colour = [channel / bright for channel in shine]
    for index, piece in enumerate(pieces):
        data = piece.data
        data.size, data.size_y, data.energy, data.color = side / number, side, energy, colour
        matrix = place.copy()
        matrix[:3, 3] += matrix[:3, 0] * side * ((index + 0.5) / number - 0.5)
        piece.matrix_world = Matrix(matrix.tolist())


def _looking(place: np.ndarray, back: np.ndarray, up: np.ndarray) -> np.ndarray:
    """World matrix (4, 4) of a lamp at `place` that shines against `back` and stands upright, as softboxes do."""
    aside = np.cross(up, back)
    if np.linalg.norm(aside) < 1e-3:  # straight above or below
        aside = np.cross(back, np.eye(3)[int(np.argmin(np.abs(back)))])
    aside /= np.linalg.norm(aside)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([aside, np.cross(back, aside), back], axis=1)
    matrix[:3, 3] = place
    return matrix


def _clear() -> None:
    """Remove every light of the scene: of the last rig, and of the character's file."""
    for lamp in [item for item in bpy.data.objects if item.type == "LIGHT"]:
        data = lamp.data
        bpy.data.objects.remove(lamp)
        if not data.users:
            bpy.data.lights.remove(data)


def _world(radiance: Light, up: np.ndarray) -> None:
    """The profile that all rigs share (straight up, all around, straight down), times `radiance`."""
    world = bpy.data.worlds.get(WORLD_NAME) or bpy.data.worlds.new(WORLD_NAME)
    nodes, links = _emptied(world)
    place = nodes.new("ShaderNodeTexCoord")
    height = nodes.new("ShaderNodeVectorMath")
    height.operation = "DOT_PRODUCT"
    height.inputs[1].default_value = up
    share = nodes.new("ShaderNodeMapRange")
    share.inputs["From Min"].default_value = -1.0
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.interpolation = "B_SPLINE"
    profile = world_profile()
    for position, name in ((0.0, "ground"), (0.45, "ground"), (0.55, "horizon"), (1.0, "zenith")):
        stop = (
            ramp.color_ramp.elements.new(position)
            if position not in (0.0, 1.0)
            else (ramp.color_ramp.elements[0 if position == 0.0 else -1])
        )
        stop.color = (*linear(profile[name]), 1.0)
    tint = nodes.new("ShaderNodeVectorMath")
    tint.operation = "MULTIPLY"
    tint.inputs[1].default_value = radiance
    sky, out = nodes.new("ShaderNodeBackground"), nodes.new("ShaderNodeOutputWorld")
    links.new(place.outputs["Generated"], height.inputs[0])
    links.new(height.outputs["Value"], share.inputs["Value"])
    links.new(share.outputs["Result"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], tint.inputs[0])
    links.new(tint.outputs["Vector"], sky.inputs["Color"])
    links.new(sky.outputs["Background"], out.inputs["Surface"])
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = MAP_RESOLUTION
    bpy.context.scene.world = world


def _emptied(world: bpy.types.World) -> tuple[Any, Any]:
    tree = node_tree(world)
    tree.nodes.clear()
    return tree.nodes, tree.links
