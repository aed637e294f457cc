# SPDX-License-Identifier: GPL-3.0-or-later
"""A .blend: the objects of its scene appended; its scripts, window layout and render settings stay behind."""

from __future__ import annotations

from pathlib import Path

import bpy

from ...common.errors import InputError
from .painted import take_painted

#: Subdivision beyond this shows in no picture; nor is a mesh subdivided to more faces than can be measured at once.
MAX_SUBDIVISION, MAX_FACES = 2, 600_000
#: Copies that an array may make.
MAX_COPIES = 100


def append_scene(path: Path, wanted: str | None = None) -> list[str]:
    """Append a scene of a file to ours: the one that is wanted, or the fullest; returns warnings. Raises InputError."""
    with bpy.data.libraries.load(str(path), link=False) as (there, here):
        titles = list(there.scenes)
        here.scenes = list(titles)
        names = list(there.objects)
    if wanted is not None and wanted not in titles:
        raise InputError(f"--scene {wanted}: no such scene in {path.name}. It has: {', '.join(sorted(titles)[:20])}.")
    take_painted(path)
    # before anything is computed
    for obj in bpy.data.objects:
        _bound(obj)
    scenes = [scene for scene in here.scenes if scene is not None]
    source = max(scenes, key=_weight, default=None) if wanted is None else here.scenes[titles.index(wanted)]
    warnings = []
    if source is None or (wanted is None and not any(_has_faces(obj) for obj in source.objects)):
        warnings += _append_objects(path, names)
    else:
        _take_over(source)
        if len(scenes) > 1 and wanted is None:
            title = titles[here.scenes.index(source)]
            warnings.append(f"{path.name} holds {len(scenes)} scenes: {title} was taken, the fullest one.")
    for scene in scenes:
        bpy.data.scenes.remove(scene)
    return warnings + _mend(path)


def _weight(scene: bpy.types.Scene) -> tuple[int, int]:
    """Scenes by what speaks for a character in them: skinned meshes, then faces."""
    objects = list(scene.objects)
    objects += [inner for obj in objects for inner in _inside(obj)]
    meshes = [obj for obj in objects if obj.type == "MESH" and obj.data is not None]
    skinned = sum(any(modifier.type == "ARMATURE" for modifier in obj.modifiers) for obj in meshes)
    return skinned, sum(len(obj.data.polygons) for obj in meshes)


def _inside(obj: bpy.types.Object) -> list[bpy.types.Object]:
    """The objects of the collection that an empty shows a copy of."""
    copied = obj.instance_collection if obj.instance_type == "COLLECTION" else None
    return [inner for inner in copied.all_objects if inner != obj] if copied else []


def _append_objects(path: Path, names: list[str]) -> list[str]:
    """A file whose scenes show nothing: all of its objects."""
    known = set(bpy.data.objects)
    with bpy.data.libraries.load(str(path), link=False) as (_there, here):
        here.objects = names
    for obj in set(bpy.data.objects) - known:
        _bound(obj)
        bpy.context.scene.collection.objects.link(obj)
    return [f"{path.name} has no mesh in any scene: all of its objects were taken."] if names else []


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
    return any(one.type == "MESH" and one.data and len(one.data.polygons) for one in (obj, *_inside(obj)))


def _mend(path: Path) -> list[str]:
    lost = sorted(
        {Path(library.filepath.replace("\\", "/")).name for library in bpy.data.libraries if _is_lost(library)}
    )
    _make_real()
    _make_local()
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
    faces = len(obj.data.polygons) if obj.type == "MESH" and obj.data else 1
    for modifier in obj.modifiers:
        if modifier.type in {"SUBSURF", "MULTIRES"}:
            most = next((level for level in range(MAX_SUBDIVISION, 0, -1) if faces * 4**level <= MAX_FACES), 0)
            modifier.levels = min(modifier.levels, most)
            modifier.render_levels = min(modifier.render_levels, most)
            faces *= 4**modifier.render_levels
        elif modifier.type == "ARRAY" and modifier.fit_type == "FIXED_COUNT":
            modifier.count = min(modifier.count, MAX_COPIES)
            faces *= modifier.count
