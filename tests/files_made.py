# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene written in any format."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import bpy

#: suffix -> how this Blender writes it.
WRITERS: dict[str, Callable[[str], object]] = {
    "blend": lambda path: bpy.ops.wm.save_as_mainfile(filepath=path, copy=True),
    "glb": lambda path: bpy.ops.export_scene.gltf(filepath=path, export_format="GLB"),
    "gltf": lambda path: bpy.ops.export_scene.gltf(filepath=path, export_format="GLTF_SEPARATE"),
    "fbx": lambda path: bpy.ops.export_scene.fbx(filepath=path, add_leaf_bones=False),
    "usda": lambda path: bpy.ops.wm.usd_export(filepath=path, export_armatures=True, export_shapekeys=True),
    "usdc": lambda path: bpy.ops.wm.usd_export(filepath=path, export_armatures=True, export_shapekeys=True),
    "usdz": lambda path: bpy.ops.wm.usd_export(filepath=path, export_armatures=True, export_shapekeys=True),
    "obj": lambda path: bpy.ops.wm.obj_export(filepath=path),
    "stl": lambda path: bpy.ops.wm.stl_export(filepath=path),
    # Blender 4.5 writes beyond its memory where only some of the meshes have attributes
    "ply": lambda path: bpy.ops.wm.ply_export(filepath=path, export_attributes=False),
    "dae": lambda path: bpy.ops.wm.collada_export(filepath=path),
    "abc": lambda path: bpy.ops.wm.alembic_export(filepath=path, as_background_job=False),
}


def write(path: Path) -> Path:
    """Write the scene in the format of the path's suffix."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Blender's exporters are not under test
        WRITERS[path.suffix.lstrip(".")](str(path))
    return path
