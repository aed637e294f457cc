# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the scene that the other contenders photograph: `_benchmark_stage.py CHARACTER PRESET FOLDER`, in Blender.

stage.blend: the character as it stands after the import, with one world for each lighting. set.blend: the same without
the character, and model.glb: the character alone, for who imports it for each picture. stage.json: what a script has to
set for each shot, as plain numbers. So the others pay nothing for finding the face, posing or measuring.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from modelsheet.character.load import adopt, load_file
from modelsheet.character.overrides import Overrides
from modelsheet.common.errors import ModelsheetError
from modelsheet.plan.planner import make_plan
from modelsheet.plan.presets import load_preset
from modelsheet.plan.settings import setting
from modelsheet.plan.shots import RENDERED, takes
from modelsheet.render.engine import prepare
from modelsheet.render.options import RenderOptions
from modelsheet.render.sitting import sit
from modelsheet.sitter.build import build
from modelsheet.sitter.parameters import resolve
from modelsheet.studio.lights import light

WORLD = "world of {}"
#: Any square picture has the same camera.
SIZE = (64, 64)
#: Digits behind the point that decide whether a reference is still that of the same shot.
DIGITS = 5


def main(character: str, preset: str, folder: Path) -> None:
    """Load, plan, pose and measure; write stage.blend and stage.json."""
    loaded = _load(character)
    prepare(RenderOptions(device="cpu"))
    plan = make_plan(load_preset(preset), loaded.facts, None, None)
    combinations = []
    for take in takes(plan.shots):
        sitting = sit(loaded, take, SIZE)
        lightings = {}
        for name in take.lightings:
            light(loaded.facts, sitting.body, setting("lighting", name), sitting.camera)
            lightings[name] = {"lamps": _lamps(), "world": _world(name)}
        combinations.append({
            "settings": {axis: take[axis] for axis in RENDERED},
            "bones": _bones(), "keys": _keys(), "camera": _camera(), "lightings": lightings,
        })  # fmt: skip
    for item in [item for item in bpy.data.objects if item.type == "LIGHT"]:
        bpy.data.objects.remove(item)
    stage = {
        "blender": bpy.app.version_string, "body": _body(), "left_out": list(plan.left_out),
        "worlds": {world.name: _nodes(world) for world in bpy.data.worlds}, "combinations": combinations,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for image in bpy.data.images:
        if Path(bpy.path.abspath(image.filepath)).is_file():
            image.pack()
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "stage.blend"), copy=True, check_existing=False)
    (folder / "stage.json").write_text(json.dumps(stage), encoding="utf-8")
    bpy.ops.export_scene.gltf(
        filepath=str(folder / "model.glb"), export_rest_position_armature=True, export_morph_normal=False,
        export_animations=False, export_lights=False, export_cameras=False,
    )  # fmt: skip
    for item in [item for item in bpy.data.objects if item.type != "CAMERA"]:
        bpy.data.objects.remove(item)
    bpy.ops.outliner.orphans_purge(do_recursive=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "set.blend"), copy=True, check_existing=False)


def _load(character: str) -> Any:
    if character != "sitter":
        return load_file(Path(character), Overrides())
    return adopt("sitter", "", Overrides(), build(resolve({})))


def _bones() -> dict[str, dict[str, list[list[float]]]]:
    armatures: list[Any] = [item for item in bpy.data.objects if item.type == "ARMATURE"]
    return {item.name: {bone.name: _rows(bone.matrix_basis) for bone in item.pose.bones} for item in armatures}


def _keys() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for item in bpy.data.objects:
        keys: Any = getattr(item.data, "shape_keys", None) if item.type == "MESH" else None
        if keys is not None:
            found[item.name] = {block.name: round(block.value, 6) for block in keys.key_blocks[1:]}
    return found


def _camera() -> dict[str, Any]:
    scene: Any = bpy.context.scene
    camera = scene.camera
    words = {name: round(getattr(camera.data, name), 6) for name in ("lens", "clip_start", "clip_end")}
    return {"matrix_world": _rows(camera.matrix_world), **words}


def _lamps() -> list[dict[str, Any]]:
    layer: Any = bpy.context.view_layer
    layer.update()
    rows = []
    for item in sorted((item for item in bpy.data.objects if item.type == "LIGHT"), key=lambda item: str(item.name)):
        data: Any = item.data
        if not data.energy:  # stands there for other lightings: a script would not have it
            continue
        row = {"matrix_world": _rows(item.matrix_world), "energy": data.energy, "color": list(data.color)}
        shown = {name: getattr(data, name) for name in ("type", "shape", "size", "size_y") if hasattr(data, name)}
        rows.append({**row, **shown})
    return rows


def _world(lighting: str) -> str:
    """A world for a lighting, in the file for good; its name."""
    name = WORLD.format(lighting)
    if name not in bpy.data.worlds:
        scene: Any = bpy.context.scene
        copy = scene.world.copy()
        copy.name, copy.use_fake_user = name, True
    return name


def _body() -> str:
    """Hash of shapes and materials: a reference is good as long as it stays."""
    digest = hashlib.sha256()
    for item in sorted((item for item in bpy.data.objects if item.type == "MESH"), key=lambda item: str(item.name)):
        data: Any = item.data
        places = np.empty(len(data.vertices) * 3, np.float32)
        data.vertices.foreach_get("co", places)
        digest.update(np.round(places, DIGITS).tobytes() + str(item.hide_render).encode())
    for material in sorted(bpy.data.materials, key=lambda material: str(material.name)):
        digest.update(_nodes(material).encode())
    return digest.hexdigest()


def _nodes(block: Any) -> str:
    """Hash of a node tree: what its nodes are called and what stands in their fields."""
    words = []
    for node in block.node_tree.nodes if block.node_tree else ():
        words += [node.bl_idname, *(f"{field.name}={_plain(field)}" for field in node.inputs)]
        if node.type == "VALTORGB":
            words += [str([round(part, DIGITS) for part in stop.color]) for stop in node.color_ramp.elements]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _plain(field: Any) -> str:
    value = getattr(field, "default_value", None)
    if value is None or isinstance(value, str | bool | int):
        return str(value)
    parts = [value] if isinstance(value, float) else list(value)
    return str([round(part, DIGITS) for part in parts])


def _rows(matrix: Any) -> list[list[float]]:
    return [[round(value, 7) for value in row] for row in matrix]


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    except ModelsheetError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(error.exit_status)
    sys.stdout.flush()
    os._exit(0)  # Blender's module can hang in an ordinary ending
