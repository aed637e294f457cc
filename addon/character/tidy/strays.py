# SPDX-License-Identifier: GPL-3.0-or-later
"""Set aside what a file holds beside its character: widgets, collision shapes, coarser levels, stacked copies.

What is set aside is hidden from the renderer, not deleted: modifiers and bones may still need it. The names that tools
give such things are in strays.yaml. Floors and other props are left to `clusters`, which knows the characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils.kdtree import KDTree

from ...common.tables import read_table
from ..geometry import coordinates

Mesh = bpy.types.Object
#: Corners of the boxes of stacked copies differ by less than this share of their diagonal.
BOXES = 0.04
#: And the vertices of one lie, in the middle, this near to the other's surface.
NEAR = 0.005
#: Vertices of one mesh that are compared with another's.
COMPARED = 400


@cache
def table() -> dict[str, Any]:
    """strays.yaml, its patterns compiled."""
    return _compiled(read_table(Path(__file__).with_name("strays.yaml")).data)


def _compiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _compiled(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return tuple(re.compile(entry, re.IGNORECASE) for entry in value)
    return re.compile(value, re.IGNORECASE)


def set_aside(objects: Iterable[bpy.types.Object]) -> list[str]:
    """Hide every stray mesh from the renderer; returns the names of those that a file's owner may ask for.

    No rule ever takes all that is left, nor (by its name alone) the mesh with the most faces.
    """
    objects = list(objects)
    for shape in _bone_shapes(objects):
        shape.hide_render = True
    _show_something(objects)
    told: list[str] = []
    rules: tuple[tuple[Callable[[list[Mesh]], list[Mesh]], bool], ...] = (
        (_named, False),
        (_seen_through, False),
        (_coarser, True),
        (_stacked, True),
    )
    for rule, tell in rules:
        shown = visible(objects)
        strays = rule(shown)
        if len(strays) == len(shown):
            continue
        for mesh in strays:
            mesh.hide_render = True
        told += [mesh.name for mesh in strays] if tell else []
    return told


def visible(objects: Iterable[bpy.types.Object]) -> list[Mesh]:
    """The meshes with faces that the renderer shows."""
    return [obj for obj in objects if obj.type == "MESH" and len(obj.data.polygons) and not obj.hide_render]


def stem(name: str) -> str:
    """A name without the number that Blender adds to a second one."""
    return re.sub(r"\.\d{3}$", "", name)


def deformed(mesh: Mesh) -> bool:
    """Whether an armature bends it."""
    return any(modifier.type == "ARMATURE" and modifier.object for modifier in mesh.modifiers)


def _bone_shapes(objects: list[bpy.types.Object]) -> list[Mesh]:
    shapes = {bone.custom_shape for obj in objects if obj.pose for bone in obj.pose.bones} - {None}
    return [shape for shape in shapes if not deformed(shape)]


def _show_something(objects: list[bpy.types.Object]) -> None:
    """A file whose owner hid everything from the renderer still has a character."""
    if visible(objects):
        return
    shapes = set(_bone_shapes(objects))
    for obj in objects:
        if obj.type == "MESH" and obj not in shapes and not obj.hide_viewport:
            obj.hide_render = False


def _named(meshes: list[Mesh]) -> list[Mesh]:
    main = max(meshes, key=lambda mesh: len(mesh.data.polygons), default=None)
    return [mesh for mesh in meshes if mesh is not main and _is_helper(mesh)]


def _is_helper(mesh: Mesh) -> bool:
    names, collections = table()["helpers"]["objects"], table()["helpers"]["collections"]
    if any(pattern.search(stem(group.name)) for group in mesh.users_collection for pattern in collections):
        return True
    obj, depth = mesh, 0
    while obj is not None and depth < 100:
        if any(pattern.search(stem(obj.name)) for pattern in names):
            return True
        obj, depth = (obj.parent if obj.parent_type == "OBJECT" else None), depth + 1
    bare = not any(mesh.data.materials) and not deformed(mesh)
    return bare and any(pattern.search(stem(mesh.name)) for pattern in table()["bare"])


def _seen_through(meshes: list[Mesh]) -> list[Mesh]:
    """What its owner never meant to be seen: cages, cutters, holdouts, wires, what is scaled to nothing."""
    cages = {
        modifier.object
        for obj in bpy.data.objects
        for modifier in obj.modifiers
        if modifier.type in {"MESH_DEFORM", "BOOLEAN"} and modifier.object
    }
    largest = max((_size(mesh) for mesh in meshes), default=0.0)
    return [
        mesh
        for mesh in meshes
        if (mesh in cages and mesh.display_type in {"WIRE", "BOUNDS"})
        or (mesh.display_type in {"WIRE", "BOUNDS"} and not deformed(mesh) and not any(mesh.data.materials))
        or mesh.is_holdout
        or mesh.is_shadow_catcher
        or not mesh.visible_camera
        or _size(mesh) < 1e-6 * largest
    ]


def _size(mesh: Mesh) -> float:
    low, high = _box(mesh)
    return float(np.linalg.norm(high - low))


def _box(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """World corners of a mesh as it stands unposed."""
    corners = np.array([[*corner, 1.0] for corner in mesh.bound_box]) @ np.array(mesh.matrix_world).T
    return corners[:, :3].min(axis=0), corners[:, :3].max(axis=0)


def _coarser(meshes: list[Mesh]) -> list[Mesh]:
    """All but the finest level of detail of each family (what hangs on one rig or one topmost parent)."""
    families: dict[str, dict[str, list[Mesh]]] = {}
    for mesh in meshes:
        level = _level(mesh)
        if level:
            families.setdefault(_family(mesh), {}).setdefault(level, []).append(mesh)
    coarse = []
    for levels in families.values():
        faces = {level: sum(len(mesh.data.polygons) for mesh in levels[level]) for level in sorted(levels)}
        finest = max(faces, key=faces.__getitem__)
        coarse += [mesh for level, rows in levels.items() if level != finest for mesh in rows]
    return coarse


def _level(mesh: Mesh) -> str:
    for pattern in table()["levels"]:
        for name in (mesh.name, mesh.parent.name if mesh.parent else ""):
            found = pattern.search(stem(name))
            if found:
                return found.group("level").lstrip("0") or "0"
    return ""


def _family(mesh: Mesh) -> str:
    for modifier in mesh.modifiers:
        if modifier.type == "ARMATURE" and modifier.object:
            return modifier.object.name
    obj = mesh
    while obj.parent is not None:
        obj = obj.parent
    return "" if obj is mesh else obj.name


def _stacked(meshes: list[Mesh]) -> list[Mesh]:
    """Copies in the same place: equal ones, and numbered variants of one part (a head for each mouth)."""
    boxes = {mesh: _box(mesh) for mesh in meshes}
    groups: dict[str, list[Mesh]] = {}
    for mesh in sorted(meshes, key=_in_order):
        groups.setdefault(re.sub(r"[-_. ]*\d+$", "", stem(mesh.name)).casefold(), []).append(mesh)
    hidden: list[Mesh] = []
    for group in groups.values():
        kept: list[Mesh] = []
        for mesh in group:
            if any(_same_box(boxes[mesh], boxes[other]) and _coincide(mesh, other) for other in kept):
                hidden.append(mesh)
            else:
                kept.append(mesh)
    return hidden


def _in_order(mesh: Mesh) -> tuple[int, str]:
    number = re.search(r"(\d+)$", mesh.name)
    return int(number.group(1)) if number else -1, mesh.name


def _same_box(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> bool:
    diagonal = max(float(np.linalg.norm(first[1] - first[0])), 1e-12)
    apart = max(np.abs(first[0] - second[0]).max(), np.abs(first[1] - second[1]).max())
    return bool(apart < BOXES * diagonal)


def _coincide(mesh: Mesh, other: Mesh) -> bool:
    """Whether most of either mesh lies on the other one."""
    first, second = _world(mesh), _world(other)
    low, high = _box(other)
    limit = NEAR * float(np.linalg.norm(high - low))
    return _median_gap(first, second) < limit and _median_gap(second, first) < limit


def _median_gap(points: np.ndarray, others: np.ndarray) -> float:
    tree = KDTree(len(others))
    for index, point in enumerate(others):
        tree.insert(point, index)
    tree.balance()
    chosen = points[:: max(1, len(points) // COMPARED)]
    return float(np.median([tree.find(point)[2] for point in chosen]))


def _world(mesh: Mesh) -> np.ndarray:
    turn = np.array(mesh.matrix_world)
    return coordinates(mesh.data.vertices) @ turn[:3, :3].T + turn[:3, 3]
