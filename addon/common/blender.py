# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place for what differs between Blender 4.5, 5.0 and 5.2. Imports bpy: only for rooms that may."""

from __future__ import annotations

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


def set_format(image_settings: Any, file_format: str) -> None:
    """Choose a file format; from 5.0 on its media type must be chosen first."""
    if hasattr(image_settings, "media_type"):
        multi = file_format == "OPEN_EXR_MULTILAYER"
        image_settings.media_type = "MULTI_LAYER_IMAGE" if multi else "IMAGE"
    image_settings.file_format = file_format
