# SPDX-License-Identifier: GPL-3.0-or-later
"""Make an imported scene fit to be photographed: no cameras, lights, helpers or actions; at rest; frame 1."""

from __future__ import annotations

import re

import bpy
import numpy as np

from ..common.errors import InputError
from .materials import mend
from .pose_rest import rest

#: MakeHuman's scaffolding; its helper-l-eye, -teeth, -tongue and -eyelashes are the real ones and stay.
SCAFFOLD = re.compile(r"^(?:helper-(?:tights|skirt|hair|genital)|joint-)", re.IGNORECASE)


def clean(source: str) -> list[str]:
    """Clean everything in the scene; returns warnings. Raises InputError where no face is left."""
    for obj in list(bpy.data.objects):
        if obj.type in {"CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER"} or _bone_shape(obj):
            bpy.data.objects.remove(obj)
    still()
    for obj in bpy.data.objects:
        if obj.type == "MESH":
            strip_scaffold(obj)
            _show_as_rendered(obj)
    for shape in {bone.custom_shape for obj in bpy.data.objects if obj.pose for bone in obj.pose.bones} - {None}:
        shape.hide_render = True
    meshes = [obj for obj in bpy.context.scene.objects if obj.type == "MESH"]
    if not any(len(obj.data.polygons) for obj in meshes):
        rig = any(obj.type == "ARMATURE" for obj in bpy.context.scene.objects)
        what = "a skeleton but no mesh (an animation file?)" if rig else "no mesh with faces"
        raise InputError(
            f"{source}: holds {what}, so there is nothing to photograph. Export the character with its mesh."
        )
    return mend(meshes)


def _bone_shape(obj: bpy.types.Object) -> bool:
    return any(collection.name.startswith("glTF_not_exported") for collection in obj.users_collection)


def _show_as_rendered(obj: bpy.types.Object) -> None:
    """Measuring evaluates what the viewport shows; make that what the renderer shows."""
    obj.hide_viewport = False
    for modifier in obj.modifiers:
        modifier.show_viewport = modifier.show_render


def still() -> None:
    """Stop whatever moves the character: actions, NLA, drivers of bones and keys; then reset pose and keys."""
    bpy.context.scene.frame_set(1)
    blocks = [*bpy.data.objects, *bpy.data.armatures, *bpy.data.shape_keys]
    for block in blocks:
        block.animation_data_clear()
    for keys in bpy.data.shape_keys:
        for key in keys.key_blocks:
            key.value = 0.0
    for obj in bpy.data.objects:
        if obj.type == "ARMATURE":
            rest(obj)
    bpy.context.view_layer.update()


def strip_scaffold(obj: bpy.types.Object) -> None:
    """Delete the vertices that belong to MakeHuman's helper and joint groups."""
    groups = {group.index for group in obj.vertex_groups if SCAFFOLD.match(group.name)}
    if not groups:
        return
    keep = np.array([not any(entry.group in groups for entry in vertex.groups) for vertex in obj.data.vertices])
    if keep.all() or not keep.any():
        return
    import bmesh

    work = bmesh.new()
    work.from_mesh(obj.data)
    work.verts.ensure_lookup_table()
    bmesh.ops.delete(work, geom=[work.verts[int(index)] for index in np.flatnonzero(~keep)], context="VERTS")
    work.to_mesh(obj.data)
    work.free()
    obj.data.update()
