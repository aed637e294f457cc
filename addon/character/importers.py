# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file to objects in an empty Blender: one row a format, Blender's complaints in plain words."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy

from ..common import blender
from ..common.errors import InputError
from .sniff import Found


def clear() -> None:
    """An empty scene and nothing else in memory."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


#: glTF extensions that some Blenders lack: how to get rid of them.
MENDS = {
    "EXT_meshopt_compression": "Export it without meshopt compression (`gltf-transform copy IN OUT` undoes it)",
    "KHR_meshopt_compression": "Export it without meshopt compression (`gltf-transform copy IN OUT` undoes it)",
    "KHR_draco_mesh_compression": "Export it without Draco compression (`gltf-transform copy IN OUT` undoes it)",
    "KHR_texture_basisu": "Export it with PNG, JPEG or WebP textures in place of KTX2",
}

#: Formats that some Blenders can't read: what to say.
LACKING = {
    "collada": "Blender {version} no longer reads COLLADA. Convert it to glTF with Blender 4.5 LTS",
    "usd": "this Blender {version} was built without USD. Use the one from blender.org, or convert it to glTF",
}


def import_file(path: Path, found: Found) -> None:
    """Fill the empty scene from `path`, as what the sniffer found it to be. Raises InputError."""
    version = ".".join(str(part) for part in bpy.app.version[:2])
    if found.form in LACKING and not blender.has_importer(found.form):
        raise InputError(f"{path}: {LACKING[found.form].format(version=version)}.")
    for name in found.required:
        # A compression whose library is missing would import as nothing, without a complaint.
        if name in MENDS and not blender.reads_gltf(name):
            raise InputError(f"{path}: needs {name}, which this Blender {version} can't read. {MENDS[name]}.")
    try:
        IMPORTERS[found.form](path)
    except InputError:
        raise
    except Exception as error:  # importers are scripts of others: whatever they raise is about the file
        unknown = re.search(r"Extension (\w+) is not available", str(error))
        if unknown:
            mend = MENDS.get(unknown.group(1), "Export it without that extension")
            raise InputError(
                f"{path}: needs {unknown.group(1)}, which Blender {version} can't read. {mend}."
            ) from error
        raise InputError(
            f"{path}: Blender can't read it ({_reason(error)}). Export it or download it again."
        ) from error


def _reason(error: Exception) -> str:
    lines = [line.removeprefix("Error: ").strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Location:")]
    if str(error).startswith(("Traceback", "Error: Python:")):
        return lines[-1].rstrip(".")
    return lines[0].rstrip(".") if lines else type(error).__name__


def _gltf(path: Path) -> None:
    # True would guess another rest skeleton, which lies metres away from the mesh in quantised files.
    # The default bone heuristic misplaces what bones carry by 1 - 1/scale of the bone's length in scaled armatures.
    bpy.ops.import_scene.gltf(filepath=str(path), guess_original_bind_pose=False, bone_heuristic="TEMPERANCE")


def _vrm(path: Path) -> None:
    # Blender chooses by suffix; the copy goes with its folder, the user's file is never touched.
    with tempfile.TemporaryDirectory(prefix="modelsheet-") as folder:
        copy = Path(folder) / "character.glb"
        shutil.copyfile(path, copy)
        _gltf(copy)


def _fbx(path: Path) -> None:
    bpy.ops.wm.fbx_import(filepath=str(path))


def _obj(path: Path) -> None:
    bpy.ops.wm.obj_import(filepath=str(path), import_vertex_groups=True, validate_meshes=True)


def _usd(path: Path) -> None:
    bpy.ops.wm.usd_import(filepath=str(path), import_cameras=False, import_lights=False)


def _stl(path: Path) -> None:
    bpy.ops.wm.stl_import(filepath=str(path))


def _ply(path: Path) -> None:
    bpy.ops.wm.ply_import(filepath=str(path))


def _collada(path: Path) -> None:
    bpy.ops.wm.collada_import(filepath=str(path))


def _blend(path: Path) -> None:
    """Append the objects of the file's scene: its scripts, window layout and render settings stay behind."""
    with bpy.data.libraries.load(str(path), link=False) as (there, here):
        here.scenes = list(there.scenes)
    scenes = [scene for scene in here.scenes if scene is not None]
    if not scenes:
        raise InputError(f"{path}: holds no scene. Save the character in a scene of its own and try again.")
    source = max(scenes, key=lambda scene: sum(obj.type == "MESH" for obj in scene.objects))
    # What the file's owner had switched off, object or collection, stays out of the pictures.
    shown = {obj.name for obj in source.view_layers[0].objects}
    hidden = {obj.name for group in source.collection.children_recursive if group.hide_render for obj in group.objects}
    target = bpy.context.scene.collection
    for obj in list(source.objects):
        if obj.name not in target.objects:
            target.objects.link(obj)
        obj.hide_render = obj.hide_render or obj.name in hidden or obj.name not in shown
    for scene in scenes:
        bpy.data.scenes.remove(scene)


IMPORTERS: dict[str, Callable[[Path], None]] = {
    "glb": _gltf,
    "gltf": _gltf,
    "vrm": _vrm,
    "fbx": _fbx,
    "obj": _obj,
    "usd": _usd,
    "stl": _stl,
    "ply": _ply,
    "collada": _collada,
    "blend": _blend,
}
