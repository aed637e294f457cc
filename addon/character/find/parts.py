# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vertices are head and hands: by bone weights, by a mesh called head, or above the neck of the outline."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ...common.errors import InputError
from ..geometry import write_part
from ..names.naming import normalise
from .belongings import head_bones
from .silhouette import find_neck
from .subject import Subject, descendants
from .symmetry import HALF_SYMMETRIC, mirror_plane

#: How far below the neck of the outline a chin may still lie, as a share of neck to crown.
OVERLAP = 0.35
HEAD_NAMES = frozenset({"head", "face", "skull", "meshhead", "headmesh"})


@dataclass(frozen=True)
class FoundHead:
    """weights: mesh name -> (n,) 0..1 per original vertex; kind: "bone", "mesh", "outline" or "none".

    low: the height that no chin can lie below, where the outline tells it.
    """

    weights: dict[str, np.ndarray]
    kind: str
    evidence: str
    confidence: float
    low: float | None = None


def find_head(subject: Subject, wanted: str | None) -> FoundHead:
    """The vertices that are the head.

    wanted: the user's bone or object name. Raises InputError listing what exists when there is no such thing.
    """
    meshes = subject.cluster.meshes
    if wanted:
        return _wanted(subject, wanted)
    bone, bones = head_bones(subject)
    if bone:
        weights = bone_weights(subject, bones)
        if any(row.any() for row in weights.values()):
            subject.bones["head"] = bone
            named = "bone" if subject.scheme != "topology" else "by the skeleton's build bone"
            return FoundHead(weights, "bone", f"{named} {bone}", 0.95 if subject.scheme != "topology" else 0.8)
    named = [mesh for mesh in meshes if normalise(mesh.name).core in HEAD_NAMES]
    if named and len(meshes) > len(named):
        return FoundHead(_objects(subject, named), "mesh", f"mesh {named[0].name}", 0.7)
    return _outline(subject)


def _wanted(subject: Subject, wanted: str) -> FoundHead:
    meshes, armature = subject.cluster.meshes, subject.cluster.armature
    if armature is not None and wanted in armature.data.bones:
        subject.bones["head"] = wanted
        subject.refresh()
        weights = bone_weights(subject, descendants(armature, wanted))
        return FoundHead(weights, "bone", f"bone {wanted}, as asked", 1.0)
    named = [mesh for mesh in meshes if mesh.name == wanted]
    if named:
        return FoundHead(_objects(subject, named), "mesh", f"mesh {wanted}, as asked", 1.0)
    bones = sorted(bone.name for bone in armature.data.bones) if armature is not None else []
    names = ", ".join([*(mesh.name for mesh in meshes), *bones][:40])
    raise InputError(f"--head {wanted}: the character has no such bone or mesh. It has: {names}.")


def bone_weights(subject: Subject, names: set[str]) -> dict[str, np.ndarray]:
    """mesh name -> share of each vertex's weight that lies on those bones (all of it for meshes carried by one)."""
    return {name: skin.share(names) for name, skin in subject.skins.items()}


def _objects(subject: Subject, heads: list[bpy.types.Object]) -> dict[str, np.ndarray]:
    names = {head.name for head in heads}
    return {
        mesh.name: np.full(len(mesh.data.vertices), float(mesh.name in names), dtype=np.float32)
        for mesh in subject.cluster.meshes
    }


def _outline(subject: Subject) -> FoundHead:
    points = subject.even
    plane = mirror_plane(points) if len(points) else None
    side = plane.across if plane is not None and plane.score > HALF_SYMMETRIC else np.array([1.0, 0.0, 0.0])
    neck = find_neck(points @ np.stack([side, np.cross((0.0, 0.0, 1.0), side), (0.0, 0.0, 1.0)]).T)
    if neck is None:
        return whole(subject)
    low = neck.height - OVERLAP * (float(points[:, 2].max()) - neck.height)
    sure = round(min(0.3 + 0.45 * neck.worth, 0.7), 2)
    return FoundHead(above(subject, low), "outline", "the narrow neck of the outline", sure, neck.height)


def whole(subject: Subject) -> FoundHead:
    """Everything taken for the head, where nothing tells."""
    size = np.ptp(subject.points, axis=0).max() if len(subject.points) else 1.0
    bottom = float(subject.points[:, 2].min()) if len(subject.points) else 0.0
    return FoundHead(above(subject, bottom - float(size)), "none", "nothing tells; the whole model", 0.1)


def above(subject: Subject, low: float) -> dict[str, np.ndarray]:
    """Weights that take everything above a height, at rest."""
    rows = {}
    for mesh in subject.cluster.meshes:
        turn = np.array(mesh.matrix_world)
        flat = np.empty(len(mesh.data.vertices) * 3, dtype=np.float32)
        mesh.data.vertices.foreach_get("co", flat)
        height = flat.reshape(-1, 3) @ turn[2, :3] + turn[2, 3]
        rows[mesh.name] = (height > low).astype(np.float32)
    return rows


def write_parts(subject: Subject, head: dict[str, np.ndarray]) -> None:
    """Keep head and hands as attributes of the meshes, from which every later measurement reads them."""
    armature = subject.cluster.armature
    for mesh in subject.cluster.meshes:
        write_part(mesh, "head", head[mesh.name])
    if armature is None:
        return
    for part in ("left_hand", "right_hand"):
        if part in subject.bones:
            weights = bone_weights(subject, descendants(armature, subject.bones[part]))
            for mesh in subject.cluster.meshes:
                write_part(mesh, part, weights[mesh.name])
