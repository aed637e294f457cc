# SPDX-License-Identifier: GPL-3.0-or-later
"""Make meshes of what shows faces without being one: instanced collections, curves with thickness, metaballs."""

from __future__ import annotations

import bpy
from mathutils import Matrix

#: Objects that instances may unfold into; a forest of them is no character.
MOST = 500
SOLIDS = frozenset({"CURVE", "SURFACE", "META"})


def unfold() -> None:
    """Replace instancing empties by what they show, and thick curves by meshes, in the current scene."""
    _instances()
    bpy.context.view_layer.update()
    for obj in list(bpy.context.scene.objects):
        if obj.type in SOLIDS and not obj.hide_render:
            _solid(obj)


def _instances() -> None:
    scene = bpy.context.scene
    todo = [obj for obj in scene.objects if obj.instance_type == "COLLECTION" and obj.instance_collection]
    used: set[bpy.types.Object] = set(scene.objects)
    made = 0
    while todo:
        holder = todo.pop(0)
        group = holder.instance_collection
        # the link must go too, or what now hangs on the holder would depend on itself
        holder.instance_type, holder.instance_collection = "NONE", None
        hidden = {obj for part in group.children_recursive if part.hide_render for obj in part.objects}
        members = [obj for obj in group.all_objects if obj is not holder]
        made += len(members)
        if holder.hide_render or made > MOST:
            continue
        copies = {obj: obj.copy() if obj in used else obj for obj in members}
        for obj, copy in copies.items():
            used.add(obj)
            scene.collection.objects.link(copy)
            copy.hide_render = obj.hide_render or obj in hidden
            _rewire(obj, copy, copies)
            if copy.parent is None or copy.parent not in copies.values():
                copy.parent = holder
                copy.matrix_parent_inverse = Matrix.Translation(-group.instance_offset)
        todo += [copy for copy in copies.values() if copy.instance_type == "COLLECTION" and copy.instance_collection]
    for obj in scene.objects:
        if obj.instance_type != "NONE":
            obj.instance_type = "NONE"


def _rewire(obj: bpy.types.Object, copy: bpy.types.Object, copies: dict) -> None:
    """Let a copy hang on the copies of what its original hangs on."""
    if obj is copy:
        return
    copy.parent = copies.get(obj.parent, obj.parent)
    for modifier in copy.modifiers:
        if modifier.type == "ARMATURE" and modifier.object in copies:
            modifier.object = copies[modifier.object]


def _solid(obj: bpy.types.Object) -> None:
    """A mesh object in the place of a curve, surface or metaball that shows faces; the original stays, hidden."""
    obj.hide_viewport = False
    graph = bpy.context.evaluated_depsgraph_get()
    mesh = bpy.data.meshes.new_from_object(obj.evaluated_get(graph), depsgraph=graph)
    if mesh is None or not mesh.polygons:
        return
    made = bpy.data.objects.new(obj.name, mesh)
    bpy.context.scene.collection.objects.link(made)
    made.parent, made.parent_type, made.parent_bone = obj.parent, obj.parent_type, obj.parent_bone
    made.matrix_parent_inverse, made.matrix_basis = obj.matrix_parent_inverse, obj.matrix_basis
    obj.hide_render = True
