# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster at rest, with everything that the search for head, eyes and facing looks at, read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import bpy
import numpy as np

from ..files.gltf import Vrm
from ..geometry import Surface, sampled, surface
from .clusters import Cluster
from .face_keys import FaceKeys, face_keys
from .roles import Anatomy, read_anatomy
from .skin import Skin, read_skin, rest_points, tree_of
from .topology import Tree


@dataclass
class Subject:
    """anatomy: which bone is which; marks: role -> its place in world space (a bone's head, or a joint's middle).

    skins: mesh name -> which bone moves which of its vertices; tree: the skeleton as it stands. aside: names of meshes
    that are not part of the body (what it holds) and do not count for its outline. stood: (4, 4) how it was turned
    from where the file has it, to stand.
    """

    cluster: Cluster
    vrm: Vrm | None
    anatomy: Anatomy
    keys: FaceKeys
    skins: dict[str, Skin] = field(default_factory=dict)
    tree: Tree = field(default_factory=lambda: Tree([], [], np.zeros((0, 3)), np.zeros(0), np.zeros((0, 3))))
    aside: frozenset[str] = frozenset()
    marks: dict[str, np.ndarray] = field(default_factory=dict)
    shape: Surface = field(default_factory=lambda: Surface(np.zeros((0, 3), np.float32), {}))
    stood: np.ndarray = field(default_factory=lambda: np.eye(4))

    @property
    def bones(self) -> dict[str, str]:
        """role -> pose bone."""
        return self.anatomy.bones

    @property
    def scheme(self) -> str:
        """The naming scheme of the bones, "" for none."""
        return self.anatomy.scheme

    def exchange_sides(self) -> None:
        """Take for left what was taken for right, where the build alone could not tell."""
        self.anatomy = self.anatomy.flipped()
        self.marks = bone_marks(self.cluster.armature, self.bones)

    @cached_property
    def outline(self) -> np.ndarray:
        """Points spread evenly over the surface, and its vertices: for what is read from the silhouette."""
        return np.concatenate([self.points, self.even])

    @cached_property
    def even(self) -> np.ndarray:
        """(N, 3) points spread evenly over the surface."""
        return sampled(self.body)

    @property
    def body(self) -> list[bpy.types.Object]:
        """The meshes without what is only held."""
        return [mesh for mesh in self.cluster.meshes if mesh.name not in self.aside]

    @property
    def points(self) -> np.ndarray:
        """(N, 3) rest surface, world space."""
        return self.shape.vertices

    def middle(self, *roles: str) -> np.ndarray | None:
        """The mean of those marks that exist, or None."""
        rows = [self.marks[role] for role in roles if role in self.marks]
        return np.mean(rows, axis=0) if rows else None

    def pair(self, role: str) -> tuple[np.ndarray, np.ndarray] | None:
        """The left and the right mark of a role, if both exist and lie apart."""
        left, right = self.marks.get(f"left_{role}"), self.marks.get(f"right_{role}")
        if left is None or right is None or np.linalg.norm(left - right) < 1e-6:
            return None
        return left, right

    def put_aside(self, meshes: list[bpy.types.Object]) -> None:
        """Leave meshes out of the outline."""
        names = frozenset(mesh.name for mesh in meshes)
        if names and len(names) < len(self.cluster.meshes):
            self.aside = names
            self.refresh()

    def refresh(self) -> None:
        """Read marks and surface again, after the character was turned."""
        self.shape = surface(self.body)
        for kept in ("outline", "even"):
            self.__dict__.pop(kept, None)
        self.marks = bone_marks(self.cluster.armature, self.bones)
        self.tree = read_tree(self.cluster, self.skins)


def make_subject(cluster: Cluster, vrm: Vrm | None) -> Subject:
    """Read names, build, keys, marks and surface of a cluster."""
    armature = cluster.armature
    skins = {mesh.name: read_skin(mesh, armature) for mesh in cluster.meshes} if armature else {}
    known = {role: bone for role, bone in vrm.bones.items() if armature and bone in armature.pose.bones} if vrm else {}
    tree = read_tree(cluster, skins)
    anatomy = read_anatomy(tree, known, f"VRM {vrm.version}.x" if vrm and known else "")
    subject = Subject(cluster, vrm, anatomy, face_keys(cluster.meshes, vrm), skins)
    subject.refresh()
    return subject


def read_tree(cluster: Cluster, skins: dict[str, Skin]) -> Tree:
    """The cluster's skeleton as it stands now; an empty one without an armature."""
    if cluster.armature is None:
        return Tree([], [], np.zeros((0, 3)), np.zeros(0), np.zeros((0, 3)))
    return tree_of(cluster.armature, skins, {mesh.name: rest_points(mesh) for mesh in cluster.meshes})


def bone_marks(armature: bpy.types.Object | None, bones: dict[str, str]) -> dict[str, np.ndarray]:
    """role -> world place of the pose bone's head as it stands now (evaluated)."""
    if armature is None:
        return {}
    shown = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    turn = np.array(shown.matrix_world)
    marks = {}
    for role, bone in bones.items():
        place = np.array(shown.pose.bones[bone].head)
        marks[role] = turn[:3, :3] @ place + turn[:3, 3]
    return marks


def descendants(armature: bpy.types.Object, bone: str) -> set[str]:
    """A bone and all bones below it."""
    top = armature.data.bones[bone]
    return {top.name, *(child.name for child in top.children_recursive)}
