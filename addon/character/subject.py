# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster at rest, with everything that the search for head, eyes and facing looks at, read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import bpy
import numpy as np

from .clusters import Cluster
from .face_keys import FaceKeys, face_keys
from .geometry import Surface, sampled, surface
from .gltf import Vrm
from .roles import Anatomy, read_anatomy
from .skin import Skin, read_skin, rest_points, tree_of


@dataclass
class Subject:
    """anatomy: which bone is which; marks: role -> its place in world space (a bone's head, or a joint's middle).

    skins: mesh name -> which bone moves which of its vertices.
    """

    cluster: Cluster
    vrm: Vrm | None
    anatomy: Anatomy
    keys: FaceKeys
    skins: dict[str, Skin] = field(default_factory=dict)
    marks: dict[str, np.ndarray] = field(default_factory=dict)
    shape: Surface = field(default_factory=lambda: Surface(np.zeros((0, 3), np.float32), {}))

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
        return np.concatenate([self.points, sampled(self.cluster.meshes)])

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

    def refresh(self) -> None:
        """Read marks and surface again, after the character was turned."""
        self.shape = surface(self.cluster.meshes)
        self.__dict__.pop("outline", None)
        self.marks = bone_marks(self.cluster.armature, self.bones)


def make_subject(cluster: Cluster, vrm: Vrm | None) -> Subject:
    """Read names, build, keys, marks and surface of a cluster."""
    skins = {mesh.name: read_skin(mesh, cluster.armature) for mesh in cluster.meshes} if cluster.armature else {}
    subject = Subject(cluster, vrm, _anatomy(cluster, vrm, skins), face_keys(cluster.meshes, vrm), skins)
    subject.refresh()
    return subject


def _anatomy(cluster: Cluster, vrm: Vrm | None, skins: dict[str, Skin]) -> Anatomy:
    """Roles of the bones: VRM's own map first, then names and build."""
    armature = cluster.armature
    if armature is None:
        return Anatomy({}, "")
    known = {role: bone for role, bone in vrm.bones.items() if bone in armature.pose.bones} if vrm else {}
    tree = tree_of(armature, skins, {mesh.name: rest_points(mesh) for mesh in cluster.meshes})
    return read_anatomy(tree, known, f"VRM {vrm.version}.x" if vrm and known else "")


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
