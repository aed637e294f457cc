# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone moves which vertex, read once for each mesh."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ..geometry import coordinates
from .topology import Tree


@dataclass(frozen=True)
class Skin:
    """One row an influence. vertices, bones: (m,) indices, the latter into `names`; weights: (m,); count: vertices."""

    count: int
    names: tuple[str, ...]
    vertices: np.ndarray
    bones: np.ndarray
    weights: np.ndarray

    def share(self, wanted: set[str]) -> np.ndarray:
        """(count,) share of each vertex's weight that lies on those bones."""
        chosen = np.array([name in wanted for name in self.names], dtype=bool)
        if not chosen.any() or not len(self.vertices):
            return np.zeros(self.count, dtype=np.float32)
        total = np.bincount(self.vertices, self.weights, self.count)
        part = np.bincount(self.vertices, self.weights * chosen[self.bones], self.count)
        return np.divide(part, total, out=np.zeros_like(part), where=total > 0).astype(np.float32)

    def strongest(self) -> np.ndarray:
        """(count,) index into `names` of the bone that moves each vertex most, -1 for none."""
        best = np.full(self.count, -1)
        order = np.argsort(self.weights, kind="stable")
        moved = order[self.weights[order] > 0]
        best[self.vertices[moved]] = self.bones[moved]
        return best


def read_skin(mesh: bpy.types.Object, armature: bpy.types.Object) -> Skin:
    """The influences of an armature's bones on a mesh, by its vertex groups or by the bone that carries it whole."""
    names = tuple(bone.name for bone in armature.data.bones)
    places = {name: place for place, name in enumerate(names)}
    count = len(mesh.data.vertices)
    if not any(modifier.type == "ARMATURE" and modifier.object == armature for modifier in mesh.modifiers):
        place = places.get(carrier(mesh))
        rows = np.arange(count if place is not None else 0)
        return Skin(count, names, rows, np.full(len(rows), place or 0), np.ones(len(rows)))
    groups = {group.index: places[group.name] for group in mesh.vertex_groups if group.name in places}
    vertices: list[int] = []
    bones: list[int] = []
    weights: list[float] = []
    for index, vertex in enumerate(mesh.data.vertices):
        for entry in vertex.groups:
            place = groups.get(entry.group)
            if place is not None:
                vertices.append(index)
                bones.append(place)
                weights.append(entry.weight)
    return Skin(count, names, np.array(vertices, int), np.array(bones, int), np.array(weights, float))


def carrier(mesh: bpy.types.Object) -> str:
    """The bone that carries a mesh, itself or through its parents; "" where none does."""
    obj = mesh
    while obj is not None:
        if obj.parent_type == "BONE" and obj.parent_bone:
            return str(obj.parent_bone)
        obj = obj.parent
    return ""


def tree_of(armature: bpy.types.Object, skins: dict[str, Skin], points: dict[str, np.ndarray]) -> Tree:
    """The armature as it stands, for topology. points: mesh name -> (count, 3) world points of the same vertices."""
    shown = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    turn = np.array(shown.matrix_world)
    rows = list(armature.data.bones)
    places = {bone.name: place for place, bone in enumerate(rows)}
    flat = [value for bone in rows for value in shown.pose.bones[bone.name].head]
    heads = np.array(flat).reshape(-1, 3) @ turn[:3, :3].T + turn[:3, 3]
    skin, total = np.zeros(len(rows)), np.zeros((len(rows), 3))
    for name, part in skins.items():
        if name not in points or len(points[name]) != part.count:
            continue
        best = part.strongest()
        used = best >= 0
        skin += np.bincount(best[used], minlength=len(rows))
        for axis in range(3):
            total[:, axis] += np.bincount(best[used], points[name][used, axis], len(rows))
    centres = np.where(skin[:, None] > 0, total / np.maximum(skin, 1)[:, None], heads)
    parents = [places[bone.parent.name] if bone.parent else -1 for bone in rows]
    return Tree([bone.name for bone in rows], parents, heads, skin, centres)


def rest_points(mesh: bpy.types.Object) -> np.ndarray:
    """(count, 3) world points of a mesh's own vertices, without modifiers or keys."""
    turn = np.array(mesh.matrix_world)
    return np.asarray(coordinates(mesh.data.vertices) @ turn[:3, :3].T + turn[:3, 3])
