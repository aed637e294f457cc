# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces that shade as they were meant to: faces that look outwards, smooth where a body is smooth."""

from __future__ import annotations

import math

import bpy
import numpy as np

from ..geometry import coordinates

#: More faces than this are left as they are: counting their edges takes seconds.
MOST = 2_000_000
#: Share of edges around which two faces wind against each other, from which all faces are turned anew.
TWISTED = 0.01
#: A mesh is inside out where the volumes that its faces span with its middle are so negative, as a share of their sum.
INSIDE_OUT = -0.25
#: Corners whose own normal looks away from the face, as a share of all, from which those normals are dropped.
AVERSE = 0.3
#: Faces bend so little (median over edges that bend at all, radians) only where a round thing was cut finely.
FINE = math.radians(20)
#: Fewer faces are low poly by intention.
FEW = 300
#: Between smooth faces an edge that bends more stays an edge (radians).
CREASE = math.radians(55)


def mend_surface(mesh: bpy.types.Mesh) -> None:
    """Mend one mesh in memory: invalid data, faces inside out, normals that contradict them, facets on round things.

    Vertices, faces and their order stay, so that shape keys and weights do.
    """
    mesh.validate()
    if not 0 < len(mesh.polygons) <= MOST:
        return
    if mesh.has_custom_normals and _averse(mesh):
        _drop_custom(mesh)
    if _twisted(mesh) > TWISTED:
        _turn_faces(mesh)
    elif _inside_out(mesh):
        _drop_custom(mesh)
        mesh.flip_normals()
    if len(mesh.polygons) >= FEW and _faceted(mesh):
        _smooth(mesh)
    mesh.update()


def _array(rows: bpy.types.bpy_prop_collection, field: str, width: int, kind: type) -> np.ndarray:
    flat: np.ndarray = np.empty(len(rows) * width, dtype=kind)
    rows.foreach_get(field, flat)
    return flat.reshape(-1, width) if width > 1 else flat


def _face_of_corner(mesh: bpy.types.Mesh) -> np.ndarray:
    return np.repeat(np.arange(len(mesh.polygons)), _array(mesh.polygons, "loop_total", 1, np.int32))


def _averse(mesh: bpy.types.Mesh) -> bool:
    own = _array(mesh.corner_normals, "vector", 3, np.float32)
    face = _array(mesh.polygons, "normal", 3, np.float32)[_face_of_corner(mesh)]
    return float(np.mean((own * face).sum(axis=1) < 0)) > AVERSE


def _drop_custom(mesh: bpy.types.Mesh) -> None:
    """Take the file's own normals away; what they had rounded stays round, except at creases."""
    if not mesh.has_custom_normals:
        return
    mesh.attributes.remove(mesh.attributes["custom_normal"])
    mesh.set_sharp_from_angle(angle=CREASE)


def _directed(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray]:
    """(first, second) vertex of every corner's edge, in the direction in which its face goes round."""
    starts = _array(mesh.polygons, "loop_start", 1, np.int32)
    totals = _array(mesh.polygons, "loop_total", 1, np.int32)
    first = _array(mesh.loops, "vertex_index", 1, np.int32).astype(np.int64)
    following = np.arange(1, len(first) + 1)
    following[starts + totals - 1] = starts
    return first, first[following]


def _twisted(mesh: bpy.types.Mesh) -> float:
    """Share of the edges that two faces run along in the same direction."""
    first, second = _directed(mesh)
    _edges, counts = np.unique(first * len(mesh.vertices) + second, return_counts=True)
    return float(np.count_nonzero(counts > 1) / max(len(mesh.edges), 1))


def _turn_faces(mesh: bpy.types.Mesh) -> None:
    import bmesh

    _drop_custom(mesh)
    work = bmesh.new()
    work.from_mesh(mesh)
    bmesh.ops.recalc_face_normals(work, faces=work.faces)
    work.to_mesh(mesh)
    work.free()


def _inside_out(mesh: bpy.types.Mesh) -> bool:
    return turned_in(mesh, np.ones(len(mesh.polygons), dtype=bool))


def turned_in(mesh: bpy.types.Mesh, faces: np.ndarray) -> bool:
    """Whether the chosen faces (mask) make a closed surface that looks inwards."""
    mesh.calc_loop_triangles()
    owners = _array(mesh.loop_triangles, "polygon_index", 1, np.int32)
    corners = _array(mesh.loop_triangles, "vertices", 3, np.int32)[faces[owners]]
    if len(corners) < 8:
        return False
    points = coordinates(mesh.vertices)
    points -= points[np.unique(corners)].mean(axis=0)
    volumes = np.einsum("ij,ij->i", points[corners[:, 0]], np.cross(points[corners[:, 1]], points[corners[:, 2]]))
    return bool(volumes.sum() < INSIDE_OUT * np.abs(volumes).sum() and _closed(points, corners))


def _closed(points: np.ndarray, corners: np.ndarray) -> bool:
    """Whether most edges of these triangles have a neighbour, seams between split vertices aside."""
    place = _places(points)[corners]
    edges = np.sort(np.concatenate([place[:, [0, 1]], place[:, [1, 2]], place[:, [2, 0]]]), axis=1)
    _rows, counts = np.unique(edges[:, 0] * (len(points) + 1) + edges[:, 1], return_counts=True)
    return float(np.mean(counts >= 2)) > 0.9


def _places(points: np.ndarray) -> np.ndarray:
    """A number for each vertex, the same for vertices in the same place."""
    step = max(float(np.ptp(points, axis=0).max()), 1e-12) * 1e-6
    keys = np.round((points - points.min(axis=0)) / step).astype(np.int64)
    _rows, place = np.unique(keys @ np.array([1, 2_097_143, 4_398_042_316_799], dtype=np.int64), return_inverse=True)
    return place.reshape(-1).astype(np.int64)


def _faceted(mesh: bpy.types.Mesh) -> bool:
    """Whether every face is shaded flat though the surface is finely cut and round."""
    faces = _array(mesh.polygons, "normal", 3, np.float32)
    if mesh.has_custom_normals:
        own = _array(mesh.corner_normals, "vector", 3, np.float32)
        if float(np.mean((own * faces[_face_of_corner(mesh)]).sum(axis=1))) < 0.9995:
            return False
    elif _array(mesh.polygons, "use_smooth", 1, bool).any():
        return False
    bends = _bends(mesh, faces)
    bends = bends[bends > math.radians(0.5)]
    return len(bends) >= FEW // 2 and float(np.median(bends)) < FINE


def _bends(mesh: bpy.types.Mesh, faces: np.ndarray) -> np.ndarray:
    """Angle (radians) across every edge that two faces share, also where the vertices are split."""
    first, second = _directed(mesh)
    place = _places(coordinates(mesh.vertices))
    low, high = np.minimum(place[first], place[second]), np.maximum(place[first], place[second])
    keys = low * (len(place) + 1) + high
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    owner = _face_of_corner(mesh)
    one, other = faces[owner[order[same]]], faces[owner[order[same + 1]]]
    return np.arccos(np.clip((one * other).sum(axis=1), -1, 1))


def _smooth(mesh: bpy.types.Mesh) -> None:
    """Shade smoothly up to a crease; split vertices get the normal of their place, and stay split."""
    _drop_custom(mesh)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    place = _places(coordinates(mesh.vertices))
    if place.max() + 1 > 0.95 * len(mesh.vertices):
        mesh.set_sharp_from_angle(angle=CREASE)
        return
    owner = _face_of_corner(mesh)
    faces = _array(mesh.polygons, "normal", 3, np.float32)
    areas = _array(mesh.polygons, "area", 1, np.float32)
    spot = place[_array(mesh.loops, "vertex_index", 1, np.int32)]
    total = np.zeros((place.max() + 1, 3))
    np.add.at(total, spot, faces[owner] * areas[owner, None])
    total /= np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-20)
    mine = total[spot]
    round_ = (mine * faces[owner]).sum(axis=1) > math.cos(CREASE)
    mesh.normals_split_custom_set(np.where(round_[:, None], mine, faces[owner]).tolist())
