# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file to objects in an empty Blender: one row a format, Blender's complaints in plain words."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy

from ...common import blender
from ...common.errors import InputError
from . import mmd
from .archive import unpack_collada
from .blend_file import append_scene
from .gltf_plain import lost_textures, write_plain
from .pictures import find_missing, keep
from .sniff import Found, suffixes


def clear() -> None:
    """An empty scene and nothing else in memory."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


#: glTF extensions that Blender lacks: how to get rid of them.
MENDS = {
    "KHR_draco_mesh_compression": "Export it without Draco compression (`gltf-transform copy IN OUT` undoes it)",
    "KHR_texture_basisu": "Export it with PNG or JPEG textures (`gltf-transform ktxdecompress IN OUT` makes them)",
    "EXT_texture_avif": "Export it with PNG, JPEG or WebP textures",
    "MSFT_texture_dds": "Export it with PNG, JPEG or WebP textures",
}

PACKED = ("KHR_draco_mesh_compression",)

#: Formats that some Blenders can't read: what to say.
LACKING = {
    "collada": "Blender {version} no longer reads COLLADA. Convert it to glTF with Blender 4.5 LTS",
    "usd": "this Blender {version} was built without USD. Use the one from blender.org, or convert it to glTF",
    "alembic": "this Blender {version} was built without Alembic. Use the one from blender.org, or convert it to glTF",
}
SAME_IMPORTER = {"zae": "collada"}


def import_file(path: Path, found: Found, scene: str | None = None) -> list[str]:
    """Fill the empty scene from `path`, as what the sniffer found it to be; returns warnings. Raises InputError.

    scene: which one of a .blend.
    """
    version = ".".join(str(part) for part in bpy.app.version[:2])
    reader = SAME_IMPORTER.get(found.form, found.form)
    if reader in LACKING and not blender.has_importer(reader):
        raise InputError(f"{path}: {LACKING[reader].format(version=version)}.")
    if found.data:
        _extensions(path, found, version)
    try:
        told = append_scene(path, scene) if found.form == "blend" else IMPORTERS[found.form](path, found)
    except InputError:
        raise
    except Exception as error:  # importers are scripts of others: whatever they raise is about the file
        unknown = re.search(r"Extension (\w+) is not available", str(error))
        if unknown:
            raise _lacks(path, unknown.group(1), version) from error
        raise InputError(
            f"{path}: Blender can't read it ({_reason(error)}). "
            "It may be damaged or cut off: export it or download it again."
        ) from error
    find_missing(path)
    return [*found.warnings, *(told or [])]


def _extensions(path: Path, found: Found, version: str) -> None:
    """Raises InputError for what a glTF can't do without and this Blender lacks."""
    # A compression whose library is missing would import as nothing, without a complaint.
    packed = [name for name in PACKED if name in found.required and not blender.reads_gltf(name)]
    for name in [*lost_textures(found.data), *packed]:
        raise _lacks(path, name, version)


def _lacks(path: Path, extension: str, version: str) -> InputError:
    mend = MENDS.get(extension, "Export it without that extension")
    return InputError(f"{path}: needs {extension[:80]}, which Blender {version} can't read. {mend}.")


def _reason(error: Exception) -> str:
    lines = [line.removeprefix("Error: ").strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Location:")]
    if str(error).startswith(("Traceback", "Error: Python:")):
        return lines[-1].rstrip(".")[:200]
    return lines[0].rstrip(".")[:200] if lines else type(error).__name__


def _gltf(path: Path, found: Found) -> None:
    # Blender reads a rewritten copy, which goes with its folder; the user's file is never touched.
    with tempfile.TemporaryDirectory(prefix="modelsheet-") as folder:
        copy = Path(folder) / "character.glb"
        write_plain(path, found.data, copy)
        # True would guess another rest skeleton, which lies metres away from the mesh in quantised files.
        # The default bone heuristic misplaces what bones carry by 1 - 1/scale of the bone's length in scaled armatures.
        bpy.ops.import_scene.gltf(filepath=str(copy), guess_original_bind_pose=False, bone_heuristic="TEMPERANCE")


def _fbx(path: Path, _found: Found) -> None:
    bpy.ops.wm.fbx_import(filepath=str(path))


def _obj(path: Path, _found: Found) -> None:
    bpy.ops.wm.obj_import(filepath=str(path), import_vertex_groups=True, validate_meshes=True)


def _usd(path: Path, _found: Found) -> None:
    if suffixes().get(path.suffix.lower().lstrip(".")) == "usd":
        bpy.ops.wm.usd_import(filepath=str(path), import_cameras=False, import_lights=False)
        return
    # USD chooses by suffix.
    with tempfile.TemporaryDirectory(prefix="modelsheet-") as folder:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"PK"
        copy = Path(folder) / ("character.usdz" if packed else "character.usd")
        shutil.copyfile(path, copy)
        bpy.ops.wm.usd_import(filepath=str(copy), import_cameras=False, import_lights=False)
        keep(Path(folder))


def _stl(path: Path, _found: Found) -> None:
    bpy.ops.wm.stl_import(filepath=str(path))


def _ply(path: Path, _found: Found) -> None:
    bpy.ops.wm.ply_import(filepath=str(path))


def _collada(path: Path, _found: Found) -> None:
    bpy.ops.wm.collada_import(filepath=str(path))


def _zae(path: Path, _found: Found) -> None:
    with tempfile.TemporaryDirectory(prefix="modelsheet-") as folder:
        scene = unpack_collada(path, Path(folder))
        bpy.ops.wm.collada_import(filepath=str(scene))
        find_missing(scene)
        keep(Path(folder))


def _alembic(path: Path, _found: Found) -> None:
    bpy.ops.wm.alembic_import(filepath=str(path), as_background_job=False)


def _mmd(path: Path, _found: Found) -> None:
    mmd.import_model(path)


IMPORTERS: dict[str, Callable[[Path, Found], None]] = {
    "glb": _gltf,
    "gltf": _gltf,
    "vrm": _gltf,
    "fbx": _fbx,
    "obj": _obj,
    "usd": _usd,
    "stl": _stl,
    "ply": _ply,
    "collada": _collada,
    "zae": _zae,
    "alembic": _alembic,
    "mmd": _mmd,
}
