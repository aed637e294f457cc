# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands around characters: floors, backdrops, skies, crates, text. Told by shape, where more is left."""

from __future__ import annotations

import bpy
import numpy as np

from ..geometry import surface

#: A sheet is thinner than this share of its shorter side; a slab on the ground than this one.
SHEET, SLAB = 0.02, 0.15
#: A room or sky reaches past everything else by this factor.
ROOM = 1.3
#: So many of the largest meshes are tried.
TRIED = 60
#: A crate has hardly more corners than a box, and at least this share of its points lie on the sides of its box.
CRATE_POINTS, ON_SIDES = 60, 0.98


def box_of(meshes: list[bpy.types.Object]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner in world space."""
    points = surface(meshes).vertices
    if not len(points):  # modifiers may leave nothing
        return np.zeros(3), np.zeros(3)
    return points.min(axis=0), points.max(axis=0)


def boxes_of(meshes: list[bpy.types.Object]) -> np.ndarray:
    """(n, 2, 3) lowest and highest corner of each mesh, in world space, read in one go."""
    whole = surface(meshes)
    boxes = np.zeros((len(meshes), 2, 3))
    for row, mesh in enumerate(meshes):
        span = whole.spans.get(mesh.name, slice(0, 0))
        if span.stop > span.start:
            points = whole.vertices[span]
            boxes[row] = points.min(axis=0), points.max(axis=0)
    return boxes


def scenery(objects: list[bpy.types.Object], rigged: set[str]) -> list[bpy.types.Object]:
    """Rigless meshes that are no part of any character; never all meshes there are.

    rigged: names of the meshes that an armature moves.
    """
    meshes = [obj for obj in objects if obj.type == "MESH" and len(obj.data.polygons) and not obj.hide_render]
    if not meshes:
        return []
    boxes = boxes_of(meshes)
    faces = np.array([len(mesh.data.polygons) for mesh in meshes])
    free = np.array([mesh.name not in rigged for mesh in meshes])
    left = np.ones(len(meshes), dtype=bool)
    for rule in (_sheet, _room, _slab):  # each looks at what the ones before have left
        rows = np.flatnonzero(free & left)
        rows = rows[np.argsort(-np.ptp(boxes[rows], axis=1).max(axis=1))][:TRIED]
        gone = [
            row
            for row in rows
            if left.sum() > 1
            and (rule is not _room or faces[row] < faces.max())
            and rule(boxes[row], boxes[left & (np.arange(len(meshes)) != row)])
        ]
        left[gone] = False
    counts = np.array([len(mesh.data.vertices) for mesh in meshes])
    if (counts[left] > CRATE_POINTS).any():
        left &= ~np.array([bool(free[row]) and _crate(mesh) for row, mesh in enumerate(meshes)])
    return [mesh for mesh, stays in zip(meshes, left, strict=True) if not stays] if left.any() else []


def words_and_curves(objects: list[bpy.types.Object], roots: set[bpy.types.Object]) -> list[bpy.types.Object]:
    """Renderable things that are no meshes and hang on none of the roots: text, paths, metaballs."""
    kinds = {"FONT", "CURVE", "SURFACE", "META", "VOLUME", "POINTCLOUD"}
    return [obj for obj in objects if obj.type in kinds and not obj.hide_render and not _ancestors(obj) & roots]


def _ancestors(obj: bpy.types.Object) -> set[bpy.types.Object]:
    found = {obj}
    while obj.parent is not None:
        obj = obj.parent
        found.add(obj)
    return found


def _sheet(box: np.ndarray, others: np.ndarray) -> bool:
    """A flat mesh, lying or standing, larger than any other mesh in its own two directions."""
    size, sizes = np.ptp(box, axis=0), np.ptp(others, axis=1)
    thin = int(np.argmin(size))
    wide = [axis for axis in range(3) if axis != thin]
    if size[thin] > SHEET * size[wide].min():
        return False
    solid = sizes[sizes.min(axis=1) > SHEET * np.sort(sizes, axis=1)[:, 1]]
    return bool(len(solid)) and bool(size[wide].min() > solid[:, wide].min(axis=1).max())


def _slab(box: np.ndarray, others: np.ndarray) -> bool:
    """A low broad mesh on which the others stand."""
    size, rest = np.ptp(box, axis=0), np.stack([others[:, 0].min(axis=0), others[:, 1].max(axis=0)])
    high = np.ptp(rest, axis=0)
    under = box[1, 2] < rest[0, 2] + 0.15 * high[2]
    low = size[2] < SLAB * size[:2].min() and size[2] < 0.3 * high[2]
    return bool(under and low and size[:2].min() > 0.6 * high[:2].max())


def _room(box: np.ndarray, others: np.ndarray) -> bool:
    """What all the rest stands in."""
    rest = np.stack([others[:, 0].min(axis=0), others[:, 1].max(axis=0)])
    size, high = np.ptp(box, axis=0), np.ptp(rest, axis=0)
    inside = np.all(box[0] <= rest[0] + 0.1 * high) and np.all(box[1] >= rest[1] - 0.1 * high)
    return bool(inside and np.all(size > ROOM * np.maximum(high, 1e-9)))


def _crate(mesh: bpy.types.Object) -> bool:
    """A mesh of few points, all of them on the sides of its own box: a cube, bevelled or not, however it is turned."""
    count = len(mesh.data.vertices)
    if not 8 <= count <= CRATE_POINTS:
        return False
    flat = np.empty(count * 3, dtype=np.float32)
    mesh.data.vertices.foreach_get("co", flat)
    rows = flat.reshape(-1, 3)
    low, size = rows.min(axis=0), np.ptp(rows, axis=0)
    if size.min() <= 0.2 * size.max():
        return False
    part = (rows - low) / size
    edge = np.minimum(part, 1 - part)
    return bool((np.sort(edge, axis=1)[:, 1] < 0.12).mean() > ON_SIDES)
