# SPDX-License-Identifier: GPL-3.0-or-later
"""All that Blender holds, as plain values that can be compared: every data-block's properties, down to the last."""

from __future__ import annotations

import warnings
from typing import Any

import bpy

#: Blender's own: windows are compared by what a user sees in them (window()), `all_ids` lists what others list.
LEFT_OUT = frozenset({"all_ids", "libraries", "screens", "window_managers", "workspaces"})
#: Properties that lead out of what is looked at, or tell of Blender's own work and not of the file.
UNSEEN = frozenset({"rna_type", "bl_rna", "original", "is_evaluated", "session_uid", "depsgraph", "is_updated"}) | {
    "particle_edit",  # whose object Blender itself forgets at any undo
    "storage_type",  # of an attribute, which changes when it is read
}
#: Longer lists (a mesh's corners) are compared by their length.
MOST = 4000


def everything() -> dict[str, Any]:
    """Collection -> data-block -> property -> value."""
    names = [row.identifier for row in bpy.data.bl_rna.properties if row.type == "COLLECTION"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # properties that Blender will drop are looked at too
        found = {name: _blocks(getattr(bpy.data, name)) for name in names if name not in LEFT_OUT}
    return {**found, "libraries": [row.filepath for row in bpy.data.libraries]}


def window() -> dict[str, Any]:
    """What a user sees: scene, mode, active and selected objects, and each viewport's view."""
    seen = bpy.context.window_manager.windows[0]
    layer = seen.view_layer
    return {
        "scene": seen.scene.name,
        "layer": layer.name,
        "mode": bpy.context.mode,
        "active": layer.objects.active and layer.objects.active.name,
        "selected": [obj.name for obj in seen.scene.objects if obj.select_get(view_layer=layer)],
        "views": [_plain(area.spaces.active, set()) for area in seen.screen.areas if area.type == "VIEW_3D"],
    }


def _blocks(collection: Any) -> dict[str, Any]:
    return {
        block.name_full: {
            **_plain(block, set()),
            "users": block.users,
            "own": list(block.keys()),
        }
        for block in collection
    }


def _plain(block: Any, met: set[tuple[type, int]]) -> Any:
    """A struct as a mapping of its properties; what was met already, and data-blocks below others, as names."""
    met.add((type(block), block.as_pointer()))
    row = {}
    for name, rna in block.bl_rna.properties.items():
        if name in UNSEEN:
            continue
        value = getattr(block, name, None)
        if rna.type == "POINTER":
            row[name] = _pointed(value, met)
        elif rna.type == "COLLECTION":
            row[name] = [_pointed(entry, met) for entry in value] if len(value) < MOST else len(value)
        elif getattr(rna, "is_array", False):
            row[name] = tuple(tuple(part) if hasattr(part, "__len__") else part for part in value)
        else:
            row[name] = value
    return row


def _pointed(value: Any, met: set[tuple[type, int]]) -> Any:
    if value is None:
        return None
    if isinstance(value, bpy.types.ID):
        return f"{type(value).__name__} {value.name_full}"
    if not hasattr(value, "bl_rna"):
        return repr(value)
    if (type(value), value.as_pointer()) in met:
        return f"{type(value).__name__} {getattr(value, 'name', '')}"
    return _plain(value, met)


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two of them differ, in words."""
    if isinstance(one, dict) and isinstance(other, dict):
        lost = [f"{path}/{key}: only on one side" for key in one.keys() ^ other.keys()]
        return lost + [
            row for key in one.keys() & other.keys() for row in differences(one[key], other[key], f"{path}/{key}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [row for number, (a, b) in pairs for row in differences(a, b, f"{path}/{number}")]
    return [] if one == other else [f"{path}: {one!r} was {other!r}"]
