# SPDX-License-Identifier: GPL-3.0-or-later
"""A .blend: the objects of its scene appended; its scripts, window layout and render settings stay behind."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..common.errors import InputError

#: Subdivision beyond this takes minutes to measure, and shows in no picture.
MAX_SUBDIVISION = 2
#: Faces of a mesh before its subdivision, above which it is not subdivided at all.
MANY_FACES = 200_000


def append_scene(path: Path) -> list[str]:
    """Append the fullest scene of a file to ours; returns warnings. Raises InputError."""
    with bpy.data.libraries.load(str(path), link=False) as (there, here):
        here.scenes = list(there.scenes)
        names = list(there.objects)
    scenes = [scene for scene in here.scenes if scene is not None]
    if not scenes:
        if not names:
            raise InputError(f"{path}: holds no scene. Save the character in a scene of its own and try again.")
        return _append_objects(path) + _mend(path)
    source = max(scenes, key=_fullness)
    warnings = []
    if len(scenes) > 1:
        warnings.append(f"{path.name} holds {len(scenes)} scenes: {source.name} was taken, which has the most meshes.")
    _take_over(source)
    for scene in scenes:
        bpy.data.scenes.remove(scene)
    return warnings + _mend(path)


def _fullness(scene: bpy.types.Scene) -> int:
    meshes = [obj for obj in scene.objects if obj.type == "MESH"]
    copies = [obj for obj in scene.objects if obj.instance_type == "COLLECTION" and obj.instance_collection]
    return len(meshes) + sum(len(obj.instance_collection.all_objects) for obj in copies)


def _append_objects(path: Path) -> list[str]:
    """A library without a scene: all its objects."""
    with bpy.data.libraries.load(str(path), link=False) as (there, here):
        here.objects = list(there.objects)
    for obj in here.objects:
        if obj is not None and obj.name not in bpy.context.scene.collection.objects:
            bpy.context.scene.collection.objects.link(obj)
    return [f"{path.name} holds no scene: all of its objects were taken."]


def _take_over(source: bpy.types.Scene) -> None:
    """Link a scene's objects to ours; what its owner had switched off, object or collection, is not rendered."""
    shown = {obj.name for obj in source.view_layers[0].objects}
    hidden = {obj.name for group in source.collection.children_recursive if group.hide_render for obj in group.objects}
    target = bpy.context.scene.collection
    objects = list(source.objects)
    off = {obj.name for obj in objects if obj.hide_render or obj.name in hidden or obj.name not in shown}
    if not any(_has_faces(obj) and obj.name not in off for obj in objects):
        # Nothing would be seen at all: then what is switched off is what the file is for.
        off = set()
    for obj in objects:
        if obj.name not in target.objects:
            target.objects.link(obj)
        obj.hide_render = obj.name in off


def _has_faces(obj: bpy.types.Object) -> bool:
    if obj.instance_type == "COLLECTION" and obj.instance_collection:
        return any(_has_faces(inner) for inner in obj.instance_collection.all_objects if inner != obj)
    return obj.type == "MESH" and obj.data is not None and len(obj.data.polygons) > 0


def _mend(path: Path) -> list[str]:
    lost = sorted(
        {Path(library.filepath.replace("\\", "/")).name for library in bpy.data.libraries if _is_lost(library)}
    )
    _make_real()
    _make_local()
    for obj in bpy.data.objects:
        _bound(obj)
    if not lost:
        return []
    return [f"{path.name} refers to {', '.join(lost[:4])}, which can't be found: what comes from there is missing."]


def _is_lost(library: bpy.types.Library) -> bool:
    place = Path(bpy.path.abspath(library.filepath, library=library.parent))
    return getattr(library, "is_missing", False) or not place.is_file()


def _make_real() -> None:
    """Turn copies of collections into objects, so that each can be measured, posed and hidden."""
    for _round in range(4):  # copies may hold copies
        copies = [obj for obj in bpy.context.scene.objects if obj.instance_type == "COLLECTION" and not obj.hide_render]
        if not copies:
            return
        for obj in bpy.context.view_layer.objects:
            obj.select_set(obj in copies)
        bpy.ops.object.duplicates_make_real(use_base_parent=True, use_hierarchy=True)


def _make_local() -> None:
    """Linked data can't be changed, and a character is: its materials are mended, its keys are set."""
    if bpy.data.libraries:
        bpy.ops.object.make_local(type="ALL")


def _bound(obj: bpy.types.Object) -> None:
    """Hold modifiers to what can be computed while somebody waits."""
    for modifier in obj.modifiers:
        if modifier.type in {"SUBSURF", "MULTIRES"}:
            most = MAX_SUBDIVISION if obj.type != "MESH" or len(obj.data.polygons) < MANY_FACES else 0
            modifier.levels = min(modifier.levels, most)
            modifier.render_levels = min(modifier.render_levels, most)
