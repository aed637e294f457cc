# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vertices are head and hands: by bone weights, by a mesh called head, or above the neck of the outline."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ..common.errors import InputError
from .geometry import write_part
from .naming import normalise
from .shape import neck_height
from .skin import carrier as carrier
from .subject import Subject, descendants

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
    meshes, armature = subject.cluster.meshes, subject.cluster.armature
    if wanted:
        return _wanted(subject, wanted)
    if armature is not None and "head" in subject.bones:
        weights = bone_weights(subject, descendants(armature, subject.bones["head"]))
        if any(row.any() for row in weights.values()):
            return FoundHead(weights, "bone", f"bone {subject.bones['head']}", 0.95)
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
    points = subject.outline
    neck = neck_height(points)
    if neck is None:
        return FoundHead(above(subject, float(points[:, 2].min()) - 1.0), "none", "nothing tells; the whole model", 0.1)
    low = neck - OVERLAP * (float(points[:, 2].max()) - neck)
    return FoundHead(above(subject, low), "outline", "the narrowest place of the outline", 0.5, neck)


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
