# SPDX-License-Identifier: GPL-3.0-or-later
"""Make an imported scene fit to be photographed: no cameras, lights, helpers or actions; at rest; frame 1."""

from __future__ import annotations

import bpy
import numpy as np

from ...common.errors import InputError
from .materials import mend
from .normals import mend_surface
from .outlines import drop_outline_modifiers, veil_outlines
from .still import still
from .strays import set_aside, table
from .unfold import unfold

#: What is never part of a character.
UNSEEN = frozenset({"CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER", "FONT", "GREASEPENCIL", "VOLUME"})
#: Subdivision goes no further than to so many faces in all meshes together, whatever the file asks for.
MOST_FACES = 600_000


def clean(source: str) -> list[str]:
    """Clean everything in the scene; returns warnings. Raises InputError where no face is left."""
    objects = bpy.data.objects
    _remove([obj for obj in objects if obj.type in UNSEEN or _bone_shape(obj)])
    unfold()
    still()
    # before faces are turned outwards: that they look inwards is what tells an outline
    veil_outlines([obj for obj in bpy.context.scene.objects if obj.type == "MESH" and not obj.hide_render])
    for mesh in bpy.data.meshes:
        mend_surface(mesh)
    for obj in objects:
        if obj.type == "MESH":
            strip_scaffold(obj)
            drop_outline_modifiers(obj)
    _show_as_rendered([obj for obj in objects if obj.type == "MESH"])
    bpy.context.view_layer.update()
    left_out = set_aside(list(bpy.context.scene.objects))
    meshes = [obj for obj in bpy.context.scene.objects if obj.type == "MESH"]
    if not any(len(obj.data.polygons) for obj in meshes):
        rig = any(obj.type == "ARMATURE" for obj in bpy.context.scene.objects)
        what = "a skeleton but no mesh (an animation file?)" if rig else "no mesh with faces"
        raise InputError(
            f"{source}: holds {what}, so there is nothing to photograph. Export the character with its mesh."
        )
    warnings = mend([mesh for mesh in meshes if not mesh.hide_render])
    if left_out:
        names = ", ".join(left_out[:6]) + (f" and {len(left_out) - 6} more" if len(left_out) > 6 else "")
        warnings.append(f"copies in the same place or coarser ones are left out of the pictures: {names}.")
    return warnings


def _remove(doomed: list[bpy.types.Object]) -> None:
    """Delete objects; what hung on them stays where it stood."""
    gone = set(doomed)
    orphans = [obj for obj in bpy.data.objects if obj.parent in gone and obj not in gone]
    if orphans:
        bpy.context.view_layer.update()
    for obj in orphans:
        place = obj.matrix_world.copy()
        obj.parent = None
        obj.matrix_world = place
    bpy.data.batch_remove(doomed)


def _bone_shape(obj: bpy.types.Object) -> bool:
    return any(collection.name.startswith("glTF_not_exported") for collection in obj.users_collection)


def _show_as_rendered(meshes: list[bpy.types.Object]) -> None:
    """Measuring evaluates what the viewport shows; make that what the renderer shows, within bounds."""
    room = MOST_FACES / max(sum(len(obj.data.polygons) for obj in meshes), 1)
    for obj in meshes:
        obj.hide_viewport = False
        for modifier in obj.modifiers:
            if modifier.type == "PARTICLE_SYSTEM" and modifier.particle_system.settings.type == "EMITTER":
                modifier.show_render = False  # sparks, rain; hair is of another type
            modifier.show_viewport = modifier.show_render
            if modifier.type in {"SUBSURF", "MULTIRES"}:
                most = max(int(np.log(max(room, 1)) / np.log(4)), 0)
                modifier.render_levels = min(modifier.render_levels, most)
                modifier.levels = modifier.render_levels


def strip_scaffold(obj: bpy.types.Object) -> None:
    """Delete the vertices that belong to MakeHuman's helper and joint groups."""
    groups = {group.index for group in obj.vertex_groups if table()["scaffold"].match(group.name)}
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
