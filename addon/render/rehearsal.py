# SPDX-License-Identifier: GPL-3.0-or-later
"""The character as a scene to look shots through in: a .blend once, then a few numbers for each shot.

stand() says how bones, shape keys, camera and lamps stand for a shot; whoever has the .blend open sets them so
(ui/shot_preview.py). Nothing is rendered.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..character.face.express import express
from ..character.loaded import Body, Loaded
from ..character.measure import measure
from ..character.pose.strike import strike
from ..common.colour import linear
from ..common.files import whole
from ..plan.lamps import world_profile
from ..plan.rigs import WORLD, rig_mix
from ..plan.settings import setting
from ..plan.shots import Shot
from ..studio.camera import place
from ..studio.lights import PREFIX, light
from .preview import viewport_colours

#: Every data-block of the .blend carries its name under this key: so it is told from the user's own wherever it is
#: brought, and found although Blender may have to rename it there.
MARK = "modelsheet_rehearsal"
SCENE = "Modelsheet shots"
#: How much of the world's light comes from where, seen by a face: a sixth each from above and below.
SHARES = {"zenith": 1 / 6, "horizon": 4 / 6, "ground": 1 / 6}


def write_stage(loaded: Loaded, path: Path) -> None:
    """Write the .blend: one scene with the character in it, all else switched off. Raises WorkError."""
    scene = bpy.context.scene
    scene.name = SCENE
    viewport_colours(loaded.meshes)
    for obj in scene.objects:
        obj.hide_viewport = obj.hide_render or obj.type not in {"MESH", "ARMATURE", "EMPTY", "CURVES", "CURVE"}
        if obj.type == "ARMATURE":
            obj.hide_viewport = False  # a hidden armature still moves its meshes, but only once it was evaluated
            obj.display_type, obj.show_in_front = "BOUNDS", False
            obj.hide_set(True)
    for kind in _kinds():
        for block in kind:
            block[MARK] = block.name
    with whole(path) as part:
        bpy.data.libraries.write(str(part), {scene}, path_remap="ABSOLUTE", fake_user=False, compress=False)


def _kinds() -> list[Any]:
    """Blender's collections of data-blocks that can be marked: all but its own windows and libraries."""
    unmarked = {"libraries", "screens", "workspaces", "window_managers", "all_ids"}
    names = [row.identifier for row in bpy.data.bl_rna.properties if row.type == "COLLECTION"]
    return [getattr(bpy.data, name) for name in names if name not in unmarked]


def stand(loaded: Loaded, shot: Shot, size: tuple[int, int]) -> dict[str, Any]:
    """How everything stands for a shot: {"camera", "bones", "keys", "lamps", "world"}, in world space.

    bones: armature -> bone -> its matrix_basis, 16 numbers; keys: mesh -> key -> value; both only where not at rest.
    """
    strike(loaded, setting("pose", shot["pose"]))
    express(loaded, setting("expression", shot["expression"]))
    body = measure(loaded)
    camera = place(loaded.facts, body, setting("angle", shot["angle"]), setting("framing", shot["framing"]), size)
    lighting = setting("lighting", shot["lighting"])
    light(loaded.facts, body, lighting, camera)
    return {
        "camera": {
            "matrix": [number for row in camera.matrix_world for number in row],
            "lens": camera.lens,
            "sensor": camera.sensor,
            "clip": [camera.distance / 100, 2 * _reach(body, camera.matrix_world)],
        },
        "bones": {obj.name: _bones(obj) for obj in bpy.context.scene.objects if obj.type == "ARMATURE"},
        "keys": {mesh.name: _keys(mesh) for mesh in loaded.meshes if mesh.data.shape_keys is not None},
        "lamps": [_lamp(obj) for obj in bpy.context.scene.objects if _shines(obj)],
        "world": _mean_world(rig_mix(lighting)[WORLD]),
    }


def _reach(body: Body, matrix: Any) -> float:
    return float(np.linalg.norm(body.vertices - np.array(matrix)[:3, 3], axis=1).max())


def _bones(armature: bpy.types.Object) -> dict[str, list[float]]:
    rest = Matrix.Identity(4)
    return {
        bone.name: [number for row in bone.matrix_basis for number in row]
        for bone in armature.pose.bones
        if bone.matrix_basis != rest
    }


def _keys(mesh: bpy.types.Object) -> dict[str, float]:
    keys = mesh.data.shape_keys.key_blocks
    return {key.name: key.value for key in keys if key.value and not key.mute and key != keys[0]}


def _shines(obj: bpy.types.Object) -> bool:
    return obj.type == "LIGHT" and obj.name.startswith(PREFIX) and obj.data.energy > 0


def _lamp(obj: bpy.types.Object) -> dict[str, Any]:
    data = obj.data
    return {
        "matrix": [number for row in obj.matrix_world for number in row],
        "energy": data.energy,
        "color": list(data.color),
        "size": [data.size, data.size_y],
    }


def _mean_world(radiance: tuple[float, float, float]) -> list[float]:
    """One colour for the world all around."""
    profile = world_profile()
    mean = np.sum([share * np.array(linear(profile[name])) for name, share in SHARES.items()], axis=0)
    return [float(number) for number in mean * np.array(radiance)]
