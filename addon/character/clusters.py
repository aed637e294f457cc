# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects make one character: everything an armature moves, then what is left, by family and by touch."""

from __future__ import annotations

from dataclasses import dataclass, field

import bpy
import numpy as np

from .geometry import surface
from .naming import find_roles

#: A leftover mesh belongs to an armature's character when its middle lies inside that character's box, grown so much.
GROWN = 0.1


@dataclass
class Cluster:
    """One character to be: its meshes and the armature that moves them."""

    name: str
    meshes: list[bpy.types.Object]
    armature: bpy.types.Object | None = None
    box: tuple[np.ndarray, np.ndarray] = field(default=(np.zeros(3), np.zeros(3)))

    @property
    def weight(self) -> int:
        """How much there is of it: faces."""
        faces: list[int] = [len(mesh.data.polygons) for mesh in self.meshes]
        return sum(faces)


def clusters(objects: list[bpy.types.Object]) -> list[Cluster]:
    """Every cluster with faces, the likeliest character first: rigged before static, then by number of faces."""
    meshes = [obj for obj in objects if obj.type == "MESH" and len(obj.data.polygons) and not obj.hide_render]
    found: dict[str, Cluster] = {}
    loose: list[bpy.types.Object] = []
    for mesh in meshes:
        armature = armature_of(mesh)
        if armature is None:
            loose.append(mesh)
        else:
            found.setdefault(armature.name, Cluster(armature.name, [], armature)).meshes.append(mesh)
    rigged = list(found.values())
    for cluster in rigged:
        cluster.box = _box(cluster.meshes)
    rest = [mesh for mesh in loose if not _adopted(mesh, rigged)]
    rows = rigged + _static(rest)
    for cluster in rows:
        cluster.box = _box(cluster.meshes)
    return sorted(rows, key=lambda row: (not _rigged_head(row), row.armature is None, -row.weight, row.name))


def ground(objects: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Floors and backdrops: rigless flat meshes, where there is something else that is not flat."""
    meshes = [obj for obj in objects if obj.type == "MESH" and len(obj.data.polygons) and not obj.hide_render]
    flat = []
    for mesh in meshes:
        low, high = _box([mesh])
        size = high - low
        if armature_of(mesh) is None and size[2] < 0.02 * min(size[0], size[1]):
            flat.append(mesh)
    largest = max(
        (np.ptp(np.stack(_box([mesh])), axis=0)[:2].min() for mesh in meshes if mesh not in flat), default=0.0
    )
    wide = [mesh for mesh in flat if np.ptp(np.stack(_box([mesh])), axis=0)[:2].min() > largest]
    return wide if len(wide) < len(meshes) else []


def armature_of(mesh: bpy.types.Object) -> bpy.types.Object | None:
    """The armature that deforms a mesh or carries it on a bone or through its parents."""
    for modifier in mesh.modifiers:
        if modifier.type == "ARMATURE" and modifier.object is not None:
            return modifier.object
    parent = mesh.parent
    while parent is not None:
        if parent.type == "ARMATURE":
            return parent
        parent = parent.parent
    return None


def root_of(obj: bpy.types.Object) -> bpy.types.Object:
    """The topmost parent."""
    while obj.parent is not None:
        obj = obj.parent
    return obj


def _rigged_head(cluster: Cluster) -> bool:
    """Whether the armature has a bone that is a head by its name."""
    return cluster.armature is not None and "head" in find_roles(b.name for b in cluster.armature.data.bones).bones


def _box(meshes: list[bpy.types.Object]) -> tuple[np.ndarray, np.ndarray]:
    points = surface(meshes).vertices
    return points.min(axis=0), points.max(axis=0)


def _adopted(mesh: bpy.types.Object, rigged: list[Cluster]) -> bool:
    """Add a loose mesh (hair, glasses) to the rigged cluster inside whose box it lies."""
    low, high = _box([mesh])
    for cluster in rigged:
        margin = GROWN * (cluster.box[1] - cluster.box[0])
        within = np.all(low >= cluster.box[0] - margin) and np.all(high <= cluster.box[1] + margin)
        if within:
            cluster.meshes.append(mesh)
            return True
    return False


def _static(meshes: list[bpy.types.Object]) -> list[Cluster]:
    """Group rigless meshes that share a topmost parent or whose boxes touch."""
    groups: list[list[bpy.types.Object]] = []
    for mesh in meshes:
        box = _box([mesh])
        joined = [group for group in groups if any(_together(mesh, box, other) for other in group)]
        merged = [mesh, *(member for group in joined for member in group)]
        groups = [group for group in groups if group not in joined] + [merged]
    rows = []
    for group in groups:
        biggest = max(group, key=lambda mesh: (len(mesh.data.polygons), mesh.name))
        root = root_of(biggest)
        rows.append(Cluster(root.name, sorted(group, key=lambda mesh: mesh.name)))
    return rows


def _together(mesh: bpy.types.Object, box: tuple[np.ndarray, np.ndarray], other: bpy.types.Object) -> bool:
    if mesh.parent is not None and root_of(mesh) is root_of(other):
        return True
    low, high = _box([other])
    margin = 0.02 * max(np.ptp(np.stack(box), axis=0).max(), (high - low).max())
    return bool(np.all(box[0] <= high + margin) and np.all(low <= box[1] + margin))
