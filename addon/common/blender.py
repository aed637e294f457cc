# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place for what differs between Blender 4.5, 5.0 and 5.2. Imports bpy: only for rooms that may."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy


def eevee_id() -> str:
    """EEVEE's engine identifier: renamed in 5.0, and each name is refused by the other versions."""
    return "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"


def node_tree(block: Any) -> Any:
    """The node tree of a world, material or light: before 5.0 (5.2 for lights) it exists only when switched on."""
    if block.node_tree is None:
        block.use_nodes = True
    return block.node_tree


def shows_nodes(material: Any) -> bool:
    """Whether a material is drawn by its nodes: from 5.0 on always, before only when switched on."""
    switched = bpy.app.version >= (5, 0, 0) or material.use_nodes
    return bool(switched and material.node_tree is not None)


def set_format(image_settings: Any, file_format: str) -> None:
    """Choose a file format; from 5.0 on its media type must be chosen first."""
    if hasattr(image_settings, "media_type"):
        multi = file_format == "OPEN_EXR_MULTILAYER"
        image_settings.media_type = "MULTI_LAYER_IMAGE" if multi else "IMAGE"
    image_settings.file_format = file_format


def stored(block: Any) -> Any:
    """What add-ons' declared properties have saved in a data-block, as it was written; a mapping.

    From 5.0 on that is kept apart from custom properties.
    """
    if hasattr(block, "bl_system_properties_get"):
        return block.bl_system_properties_get() or {}
    return block


def has_importer(form: str) -> bool:
    """Whether this Blender reads "collada" (up to 4.5) or "usd" (some systems build theirs without)."""
    return f"{form}_import" in dir(bpy.ops.wm)


def reads_gltf(extension: str) -> bool:
    """Whether glTF files that require this compression can be read: some Blenders lack its library."""
    import io_scene_gltf2

    known = {
        "KHR_draco_mesh_compression": "is_draco_available",
        "EXT_meshopt_compression": "is_meshopt_available",
        "KHR_meshopt_compression": "is_meshopt_available",
    }
    test = getattr(io_scene_gltf2, known.get(extension, ""), None)
    return bool(test and test())


def bundled(name: str) -> ModuleType | None:
    """A Python module that comes with Blender, such as OpenImageIO; None in builds without it.

    Blender as a Python module has them in its own folder, where Python does not look.
    """
    resources = Path(bpy.utils.resource_path("LOCAL")) / "python" / "lib"
    for folder in [resources / "site-packages", *sorted(resources.glob("python*/site-packages"))]:
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.append(str(folder))
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
