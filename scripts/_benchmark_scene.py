# SPDX-License-Identifier: GPL-3.0-or-later
"""The staged scene from the other side: opened and set up for a shot with plain Blender, nothing of Modelsheet's.

`_benchmark_stage.py` wrote it: stage.blend is the character as imported; set.blend the same without it, and model.glb
the character alone, for who imports it for each picture; stage.json holds for each combination of angle and expression
what to set (bones, shape keys, camera) and for each lighting its lamps and the name of its world. Runs in Blender's
Python.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import bpy
from mathutils import Matrix

#: What Blender has its own defaults for, and Modelsheet other ideas: a plain script leaves these alone.
CYCLES_DEFAULTS = (
    "use_adaptive_sampling", "adaptive_threshold", "adaptive_min_samples", "denoiser", "denoising_input_passes",
    "denoising_prefilter", "denoising_quality", "denoising_use_gpu", "use_light_tree", "light_sampling_threshold",
    "auto_scrambling_distance", "scrambling_distance", "sampling_pattern", "use_auto_tile", "tile_size",
    "debug_use_spatial_splits", "debug_bvh_time_steps",
)  # fmt: skip
#: Said when the scene is open: what came before is the start.
READY = "ready"
WORLD_DEFAULTS = ("sampling_method", "sample_map_resolution", "max_bounces")


def run(photograph: Callable[[dict[str, Any]], None]) -> NoReturn:
    """Photograph the job whose file the command line names, if any, and end the process.

    Always at once: Blender's module can hang in an ordinary ending.
    """
    status = 0
    try:
        if len(sys.argv) > 1:
            photograph(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    except Exception:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def open_stage(folder: Path) -> dict[str, Any]:
    """Open stage.blend with Blender's defaults for all that does not change the converged picture; stage.json."""
    stage = _open(folder, "stage.blend")
    print(READY, flush=True)
    return stage


def import_into_set(folder: Path) -> dict[str, Any]:
    """Open set.blend, which has all but the character, and import that with Blender's glTF importer; stage.json."""
    stage = _open(folder, "set.blend")
    bpy.ops.import_scene.gltf(filepath=str(folder / "model.glb"))
    print(READY, flush=True)
    return stage


def _open(folder: Path, name: str) -> dict[str, Any]:
    bpy.ops.wm.open_mainfile(filepath=str(folder / name), load_ui=False)
    scene: Any = bpy.context.scene
    _unset(scene.cycles, CYCLES_DEFAULTS)
    for world in bpy.data.worlds:
        _unset(world.cycles, WORLD_DEFAULTS)
    scene.render.use_border = False
    return dict(json.loads((folder / "stage.json").read_text(encoding="utf-8")))


def set_picture(size: int, samples: int) -> None:
    """Size and samples."""
    scene: Any = bpy.context.scene
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.cycles.samples = samples


def apply(stage: dict[str, Any], combination: int, lighting: str) -> None:
    """Set pose, expression, camera, lamps and world of one shot."""
    _apply_combination(stage["combinations"][combination])
    _apply_lighting(stage["combinations"][combination]["lightings"][lighting])


def _apply_combination(row: dict[str, Any]) -> None:
    for name, bones in row["bones"].items():
        pose: Any = bpy.data.objects[name].pose
        for bone, matrix in bones.items():
            pose.bones[bone].matrix_basis = Matrix(matrix)
    for name, keys in row["keys"].items():
        data: Any = bpy.data.objects[name].data
        for key, value in keys.items():
            data.shape_keys.key_blocks[key].value = value
    scene: Any = bpy.context.scene
    camera = scene.camera
    camera.matrix_world = Matrix(row["camera"]["matrix_world"])
    for name in ("lens", "clip_start", "clip_end"):
        setattr(camera.data, name, row["camera"][name])


def _apply_lighting(row: dict[str, Any]) -> None:
    """Lamps are kept and moved, as a script that knows Blender does: new ones would cost more."""
    scene: Any = bpy.context.scene
    for index, lamp in enumerate(row["lamps"]):
        item = _lamp(index)
        for name in ("type", "shape", "size", "size_y", "energy", "color"):
            if name in lamp:
                setattr(item.data, name, lamp[name])
        item.matrix_world = Matrix(lamp["matrix_world"])
        item.hide_render = False
    for item in scene.objects:
        if item.type == "LIGHT" and int(item["number"]) >= len(row["lamps"]):
            item.hide_render = True
    world = bpy.data.worlds[row["world"]]
    if scene.world != world:
        scene.world = world


def _lamp(number: int) -> Any:
    name = f"lamp {number}"
    item: Any = bpy.data.objects.get(name)
    if item is None:
        scene: Any = bpy.context.scene
        item = bpy.data.objects.new(name, bpy.data.lights.new(name, "AREA"))
        item["number"] = number
        item.visible_camera = False
        scene.collection.objects.link(item)
    return item


def _unset(block: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if hasattr(block, name):
            block.property_unset(name)
