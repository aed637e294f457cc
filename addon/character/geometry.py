# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluated surface of some meshes as numpy arrays in world space, and the parts that its vertices belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import bpy
import numpy as np

#: Parts are kept as point attributes of the meshes, so that they survive subdivision and other modifiers.
ATTRIBUTE = "modelsheet_"
#: No coordinate of a figure is as large as this.
FARTHEST = 1e12


@dataclass(frozen=True)
class Surface:
    """vertices: (N, 3) float32, world space; spans: mesh object's name -> its slice of the rows."""

    vertices: np.ndarray
    spans: dict[str, slice]


def evaluated(meshes: Iterable[bpy.types.Object]) -> list[tuple[str, bpy.types.Object, np.ndarray]]:
    """(name, evaluated object, (n, 3) world coordinates) of each render-visible mesh, after modifiers and keys."""
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    rows = []
    for obj in meshes:
        if obj.hide_render:
            continue
        shown = obj.evaluated_get(graph)
        points = coordinates(shown.data.vertices)
        if not (np.abs(points) < FARTHEST).all():  # damaged files hold such numbers, and ones that are none
            points = np.where(np.abs(points) < FARTHEST, points, 0.0)
        matrix = np.array(shown.matrix_world, dtype=np.float64)
        rows.append((obj.name, shown, (points @ matrix[:3, :3].T + matrix[:3, 3]).astype(np.float32)))
    return rows


def coordinates(vertices: bpy.types.bpy_prop_collection, field: str = "co") -> np.ndarray:
    """(n, 3) float64 of a vertex (or shape-key point) collection."""
    flat = np.empty(len(vertices) * 3, dtype=np.float32)
    vertices.foreach_get(field, flat)
    return flat.reshape(-1, 3).astype(np.float64)


def surface(meshes: Iterable[bpy.types.Object]) -> Surface:
    """All meshes in one array."""
    rows = evaluated(meshes)
    spans, start = {}, 0
    for name, _shown, points in rows:
        spans[name] = slice(start, start + len(points))
        start += len(points)
    points = [row[2] for row in rows]
    return Surface(np.concatenate(points) if points else np.zeros((0, 3), np.float32), spans)


def sampled(meshes: Iterable[bpy.types.Object], count: int = 20000) -> np.ndarray:
    """(count, 3) world points spread evenly over the surface: outlines need them where a mesh has few vertices.

    The spread is a fixed sequence (golden-ratio steps), so equal surfaces give equal points.
    """
    corners = []
    for _name, shown, points in evaluated(meshes):
        mesh = shown.data
        mesh.calc_loop_triangles()
        rows = np.empty(len(mesh.loop_triangles) * 3, dtype=np.int32)
        mesh.loop_triangles.foreach_get("vertices", rows)
        corners.append(points[rows.reshape(-1, 3)])
    triangles = np.concatenate(corners) if corners else np.zeros((0, 3, 3))
    first, second = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    ends = np.cumsum(np.linalg.norm(np.cross(first, second), axis=1), dtype=np.float64)
    if not len(ends) or ends[-1] <= 0:
        return triangles.reshape(-1, 3)
    step = np.arange(count)
    chosen = np.searchsorted(ends, (step + 0.5) / count * ends[-1])
    across, along = (step * 0.7548776662) % 1.0, (step * 0.5698402910) % 1.0
    folded = across + along > 1.0
    across, along = np.where(folded, 1 - across, across)[:, None], np.where(folded, 1 - along, along)[:, None]
    return triangles[chosen, 0] + across * first[chosen] + along * second[chosen]


def write_part(obj: bpy.types.Object, part: str, weights: np.ndarray) -> None:
    """Keep a part's weights (n, 0..1) on the original mesh."""
    attributes = obj.data.attributes
    old = attributes.get(ATTRIBUTE + part)
    if old is not None:
        attributes.remove(old)
    made = attributes.new(ATTRIBUTE + part, "FLOAT", "POINT")
    made.data.foreach_set("value", np.ascontiguousarray(weights, dtype=np.float32))


def read_parts(rows: list[tuple[str, bpy.types.Object, np.ndarray]], names: Iterable[str]) -> dict[str, np.ndarray]:
    """Part -> indices into the concatenated vertices of `evaluated`, for the parts that have any."""
    found = {}
    for part in names:
        weights = [_weights(shown, part, len(points)) for _name, shown, points in rows]
        indices = np.flatnonzero(np.concatenate(weights) > 0.5) if weights else np.zeros(0, int)
        if len(indices):
            found[part] = indices
    return found


def _weights(shown: bpy.types.Object, part: str, count: int) -> np.ndarray:
    values = np.zeros(count, dtype=np.float32)
    made = shown.data.attributes.get(ATTRIBUTE + part)
    if made is not None and len(made.data) == count:
        made.data.foreach_get("value", values)
    return values


def group_weights(obj: bpy.types.Object, wanted: Callable[[str], bool]) -> np.ndarray:
    """(n,) share of each vertex's weight that lies on the vertex groups whose name is wanted."""
    chosen = {group.index for group in obj.vertex_groups if wanted(group.name)}
    total = np.zeros(len(obj.data.vertices), dtype=np.float32)
    part = np.zeros(len(obj.data.vertices), dtype=np.float32)
    if not chosen:
        return part
    for index, vertex in enumerate(obj.data.vertices):
        for entry in vertex.groups:
            total[index] += entry.weight
            if entry.group in chosen:
                part[index] += entry.weight
    return np.divide(part, total, out=np.zeros_like(part), where=total > 0)
