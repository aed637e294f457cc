# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects make one character: everything its armatures move, then what is left, by family and by touch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import bpy
import numpy as np

from ..names.naming import CORE, Roles, find_roles
from .scenery import box_of, boxes_of, scenery

#: A leftover mesh belongs to an armature's character when its middle lies inside that character's box, grown so much.
GROWN = 0.1
#: A second armature is part of a character when so much of its meshes' box lies inside that character's.
INSIDE = 0.6
#: Two heads that lie farther apart than this share of the height are two characters.
APART = 0.12


@dataclass
class Cluster:
    """One character to be: its meshes, the armature that moves most of them, and further ones (hair, clothes)."""

    name: str
    meshes: list[bpy.types.Object]
    armature: bpy.types.Object | None = None
    box: tuple[np.ndarray, np.ndarray] = field(default=(np.zeros(3), np.zeros(3)))
    further: list[bpy.types.Object] = field(default_factory=list)
    loose: list[bpy.types.Object] = field(default_factory=list)
    roles: Roles = field(default_factory=lambda: Roles({}, ""))

    @property
    def weight(self) -> int:
        """How much there is of it: faces."""
        faces: list[int] = [len(mesh.data.polygons) for mesh in self.meshes]
        return sum(faces)

    @property
    def height(self) -> float:
        """Of its box."""
        return float(self.box[1][2] - self.box[0][2])

    @property
    def solid(self) -> bool:
        """Whether it stands up from the floor at all, or lies with some thickness."""
        size = self.box[1] - self.box[0]
        return bool(size[2] > 1e-6 * max(float(size.max()), 1e-30))

    def names(self) -> set[str]:
        """All by which a user may call it: its own, those of its objects, their data and their collections."""
        objects = [*self.meshes, *self.further, *([self.armature] if self.armature else [])]
        found = {self.name, *(obj.name for obj in objects), *(obj.data.name for obj in objects)}
        scene = bpy.context.scene.collection
        return found | {group.name for obj in objects for group in obj.users_collection if group != scene}


def clusters(objects: list[bpy.types.Object]) -> list[Cluster]:
    """Every cluster with faces, the likeliest character first: rigged like a person, then rigged, then the largest."""
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
        cluster.box = box_of(cluster.meshes)
        if cluster.armature is not None:
            cluster.roles = find_roles(bone.name for bone in cluster.armature.data.bones)
    rigged = _united(sorted(rigged, key=_standing, reverse=True))
    places = dict(zip(loose, boxes_of(loose), strict=True)) if rigged else {}
    rest = [mesh for mesh in loose if not rigged or not _adopted(mesh, places[mesh], rigged)]
    rows = rigged + _static(rest)
    for cluster in rigged:
        cluster.box = box_of(cluster.meshes)
    return sorted(rows, key=lambda row: ("head" not in row.roles.bones, row.armature is None, -row.weight, row.name))


def set_apart(objects: list[bpy.types.Object]) -> list[bpy.types.Object]:
    """Floors, backdrops and crates: see scenery."""
    return scenery(objects, {obj.name for obj in objects if obj.type == "MESH" and armature_of(obj) is not None})


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


def _standing(cluster: Cluster) -> tuple[int, int, str]:
    """What makes one of several armatures the main one: a body by its names, then faces."""
    return len(CORE & set(cluster.roles.bones)), cluster.weight, cluster.name


def _united(rows: list[Cluster]) -> list[Cluster]:
    """Put together what several armatures move of one character. rows: the main armatures first."""
    kept: list[Cluster] = []
    for row in rows:
        home = next((other for other in kept if _same(other, row)), None)
        if home is None or row.armature is None:
            kept.append(row)
            continue
        home.meshes += row.meshes
        home.further.append(row.armature)
        home.box = (np.minimum(home.box[0], row.box[0]), np.maximum(home.box[1], row.box[1]))
    return kept


def _same(main: Cluster, other: Cluster) -> bool:
    """Whether a second armature moves parts of the first one's character."""
    if other.armature is not None and main.armature in _parents(other.armature):
        return True
    places = [_bone_place(cluster, role) for cluster in (main, other) for role in ("head", "hips")]
    for here, there in ((places[0], places[2]), (places[1], places[3])):
        if here is not None and there is not None and np.linalg.norm(here - there) > APART * main.height:
            return False
    low, high = np.maximum(main.box[0], other.box[0]), np.minimum(main.box[1], other.box[1])
    size = np.maximum(other.box[1] - other.box[0], 1e-9)
    return bool(np.prod(np.clip(high - low, 0.0, None) / size) > INSIDE)


def _parents(obj: bpy.types.Object) -> list[bpy.types.Object]:
    rows = []
    while obj.parent is not None:
        obj = obj.parent
        rows.append(obj)
    return rows


def _bone_place(cluster: Cluster, role: str) -> np.ndarray | None:
    bone = cluster.roles.bones.get(role)
    if bone is None or cluster.armature is None:
        return None
    return np.array(cluster.armature.matrix_world @ cluster.armature.pose.bones[bone].head)


def _adopted(mesh: bpy.types.Object, box: np.ndarray, rigged: list[Cluster]) -> bool:
    """Add a loose mesh (hair, glasses) to the rigged cluster inside whose box it lies."""
    low, high = box
    for cluster in rigged:
        margin = GROWN * (cluster.box[1] - cluster.box[0])
        within = np.all(low >= cluster.box[0] - margin) and np.all(high <= cluster.box[1] + margin)
        if within:
            cluster.meshes.append(mesh)
            cluster.loose.append(mesh)
            return True
    return False


def _static(meshes: list[bpy.types.Object]) -> list[Cluster]:
    """Group rigless meshes that touch, or that hang on one parent and do not stand side by side as two figures do."""
    if not meshes:
        return []
    boxes = boxes_of(meshes)
    parents = np.array([hash(mesh.parent) if mesh.parent else 0 for mesh in meshes])
    group = np.full(len(meshes), -1)
    for seed in range(len(meshes)):
        if group[seed] >= 0:
            continue
        group[seed] = seed
        front = [seed]
        while front:
            row = front.pop()
            near = _touching(boxes, row) | ((parents == parents[row]) & (parents != 0) & ~_beside(boxes, row))
            for other in np.flatnonzero(near & (group < 0)):
                group[other] = seed
                front.append(int(other))
    rows = []
    seeds = np.unique(group)
    roots = [{root_of(meshes[row]).name for row in np.flatnonzero(group == seed)} for seed in seeds]
    shared = Counter(root for own in roots for root in own)
    for seed in seeds:
        members = np.flatnonzero(group == seed)
        biggest = max((meshes[row] for row in members), key=lambda mesh: (len(mesh.data.polygons), mesh.name))
        root = root_of(biggest).name
        # A root that holds several groups names none of them.
        made = Cluster(root if shared[root] == 1 else biggest.name, sorted((meshes[r] for r in members), key=_name))
        made.box = (boxes[members, 0].min(axis=0), boxes[members, 1].max(axis=0))
        rows.append(made)
    return rows


def _name(obj: bpy.types.Object) -> str:
    return str(obj.name)


def _touching(boxes: np.ndarray, row: int) -> np.ndarray:
    """(n,) whether each box touches that one. boxes: (n, 2, 3) lowest and highest corners."""
    sizes = (boxes[:, 1] - boxes[:, 0]).max(axis=1)
    margin = 0.02 * np.maximum(sizes, sizes[row])[:, None]
    one = boxes[row]
    return np.asarray(np.all((one[0] <= boxes[:, 1] + margin) & (boxes[:, 0] <= one[1] + margin), axis=1))


def _beside(boxes: np.ndarray, row: int) -> np.ndarray:
    """(n,) whether each box and that one are of like height and stand side by side on one level."""
    one, heights = boxes[row], boxes[:, 1, 2] - boxes[:, 0, 2]
    apart = np.any((one[0, :2] > boxes[:, 1, :2]) | (boxes[:, 0, :2] > one[1, :2]), axis=1)
    taller, lower = np.maximum(heights, heights[row]), np.minimum(heights, heights[row])
    level = np.abs(boxes[:, 0, 2] - one[0, 2]) < 0.2 * taller
    return np.asarray(apart & level & (lower > 0.5 * taller))
