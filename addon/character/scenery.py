# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands around characters: floors, backdrops, skies, crates, text. Told by shape, where more is left."""

from __future__ import annotations

import bpy
import numpy as np

from .geometry import surface

#: A sheet is thinner than this share of its shorter side; a slab on the ground than this one.
SHEET, SLAB = 0.02, 0.15
#: A room or sky reaches past everything else by this factor.
ROOM = 1.3
#: A crate has hardly more corners than a box, and at least this share of its points lie on the sides of its box.
CRATE_POINTS, ON_SIDES = 60, 0.98


def box_of(meshes: list[bpy.types.Object]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner in world space."""
    points = surface(meshes).vertices
    return points.min(axis=0), points.max(axis=0)


def scenery(objects: list[bpy.types.Object], rigged: set[str]) -> list[bpy.types.Object]:
    """Rigless meshes that are no part of any character; never all meshes there are.

    rigged: names of the meshes that an armature moves.
    """
    meshes = [obj for obj in objects if obj.type == "MESH" and len(obj.data.polygons) and not obj.hide_render]
    loose = [mesh for mesh in meshes if mesh.name not in rigged]
    boxes = {mesh.name: np.stack(box_of([mesh])) for mesh in meshes}
    most = max((len(mesh.data.polygons) for mesh in meshes), default=0)
    found: list[bpy.types.Object] = []
    for rule in (_sheet, _room, _slab):  # each looks at what the ones before have left
        held = {mesh.name: boxes[mesh.name] for mesh in meshes if mesh not in found}
        found += [
            mesh
            for mesh in loose
            if mesh not in found and (rule is not _room or len(mesh.data.polygons) < most) and rule(held, mesh.name)
        ]
    left = [mesh for mesh in meshes if mesh not in found]
    if any(len(mesh.data.vertices) > CRATE_POINTS for mesh in left):
        found += [mesh for mesh in left if mesh.name not in rigged and _crate(mesh)]
    return found if len(found) < len(meshes) else []


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


def _rest(boxes: dict[str, np.ndarray], name: str) -> np.ndarray | None:
    """The box of everything else."""
    rows = [box for other, box in boxes.items() if other != name]
    return np.stack([np.min([r[0] for r in rows], axis=0), np.max([r[1] for r in rows], axis=0)]) if rows else None


def _sheet(boxes: dict[str, np.ndarray], name: str) -> bool:
    """A flat mesh, lying or standing, larger than any other mesh in its own two directions."""
    size = np.ptp(boxes[name], axis=0)
    thin = int(np.argmin(size))
    wide = [axis for axis in range(3) if axis != thin]
    if size[thin] > SHEET * size[wide].min():
        return False
    others = [np.ptp(box, axis=0) for other, box in boxes.items() if other != name]
    solid = [other for other in others if other.min() > SHEET * np.sort(other)[1]]
    return bool(solid) and bool(size[wide].min() > max(other[wide].min() for other in solid))


def _slab(boxes: dict[str, np.ndarray], name: str) -> bool:
    """A low broad mesh on which the others stand."""
    size, rest = np.ptp(boxes[name], axis=0), _rest(boxes, name)
    if rest is None or size[2] > SLAB * size[:2].min():
        return False
    high = np.ptp(rest, axis=0)
    under = boxes[name][1, 2] < rest[0, 2] + 0.15 * high[2]
    return bool(under and size[2] < 0.3 * high[2] and size[:2].min() > 0.6 * high[:2].max())


def _room(boxes: dict[str, np.ndarray], name: str) -> bool:
    """What all the rest stands in."""
    rest = _rest(boxes, name)
    if rest is None:
        return False
    size, high = np.ptp(boxes[name], axis=0), np.ptp(rest, axis=0)
    inside = np.all(boxes[name][0] <= rest[0] + 0.1 * high) and np.all(boxes[name][1] >= rest[1] - 0.1 * high)
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
