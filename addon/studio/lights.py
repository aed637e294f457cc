# SPDX-License-Identifier: GPL-3.0-or-later
"""Light rigs: from plain numbers (plan/rigs.py) to lamps and a world around the character.

A lamp is a disk; its distance and size are in reaches (see _reach) and its light is what it gives at the head, so that
no rig depends on scale. The sun is a lamp far away: Blender's own sun lamp and the world stand in no fixed order in
Cycles, and which comes first changes the noise from run to run.

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
from .frames import axes, direction, head_center, head_forward
from .projection import CameraTruth

PREFIX = "modelsheet light "
WORLD_NAME = "modelsheet world"
#: Cycles builds this map for every new world; its own choice of size costs 15 times the time and shows no difference.
MAP_RESOLUTION = 256


def light(facts: CharacterFacts, body: Body, lighting: Setting, camera: CameraTruth) -> None:
    """Put out the lights that stood and set up one lighting, in its own colours, as seen by `camera`."""
    rig(facts, body, camera, rig_lamps(lighting), rig_mix(lighting))


def rig(
    facts: CharacterFacts, body: Body, camera: CameraTruth, lamps: Mapping[str, Lamp], lights: Mapping[str, Light]
) -> None:
    """Put out the lights that stood and set up `lamps` around the character, and the world.

    lights: what each of them, and WORLD, gives: linear Rec.709, irradiance at the head (W/m2) or radiance.
    The lamp called NAME is the object PREFIX + NAME; lamps that are not asked for stand there without power. Light
    groups are left to the caller.
    """
    disks = _standing(lamps)
    target, reach = head_center(facts, body), _reach(facts)
    for name, disk in disks.items():
        if name not in lamps:
            disk.data.energy = 0.0
            continue
        lamp = lamps[name]
        turn, side = _orientation(facts, body, lamp.follows, camera)
        way = direction(facts, turn + side * lamp.azimuth, lamp.elevation)
        _set(disk, lamp, lights[name], target, way, reach)
    _world(lights[WORLD], axes(facts)[2])


def _standing(lamps: Mapping[str, Lamp]) -> dict[str, bpy.types.Object]:
    """The objects of every lamp of every rig, and of `lamps`, in an order that is always the same.

    All stay while the scene does, those not asked for without power: Cycles' persistent data keeps lamps in the order
    in which it met them, new ones partly in the places of removed ones, and the order changes the picture.
    """
    names = list(dict.fromkeys([*all_lamps(axis_settings("lighting")), *lamps]))
    scene = bpy.context.scene
    here = [item for item in scene.objects if item.type == "LIGHT"]
    if [item.name for item in here] != [PREFIX + name for name in names]:
        _clear()
        for name in names:
            disk = bpy.data.objects.new(PREFIX + name, bpy.data.lights.new(PREFIX + name, "AREA"))
            disk.data.shape = "DISK"
            disk.visible_camera = False
            scene.collection.objects.link(disk)
    return {name: scene.objects[PREFIX + name] for name in names}


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


def _set(disk: bpy.types.Object, lamp: Lamp, shine: Light, target: np.ndarray, way: np.ndarray, reach: float) -> None:
    data, distance, bright = disk.data, lamp.distance * reach, luminance(shine)
    data.size = lamp.size * reach
    # A disk of P watts has the radiance P / (pi area) and gives P / (pi (distance^2 + radius^2)) on its axis.
    data.energy = bright * math.pi * (distance**2 + (data.size / 2) ** 2)
    data.color = [channel / bright for channel in shine] if bright else (1.0, 1.0, 1.0)
    disk.matrix_world = _looking(target + way * distance, way)


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
