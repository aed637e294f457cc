# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vertices are head and hands: by bone weights, by a mesh called head, or above the neck of the outline."""

from __future__ import annotations

import bpy
import numpy as np

from ..common.errors import InputError
from .geometry import group_weights, write_part
from .naming import normalise
from .shape import neck_height
from .subject import Subject, descendants

HEAD_NAMES = frozenset({"head", "face", "skull", "meshhead", "headmesh"})


def find_head(subject: Subject, wanted: str | None) -> tuple[dict[str, np.ndarray], str, float]:
    """(mesh name -> weight per original vertex, evidence, confidence).

    wanted: the user's bone or object name. Raises InputError listing what exists when there is no such thing.
    """
    meshes, armature = subject.cluster.meshes, subject.cluster.armature
    if wanted:
        return _wanted(subject, wanted)
    if armature is not None and "head" in subject.bones:
        weights = bone_weights(meshes, armature, descendants(armature, subject.bones["head"]))
        if any(row.any() for row in weights.values()):
            return weights, f"bone {subject.bones['head']}", 0.95
    named = [mesh for mesh in meshes if normalise(mesh.name).core in HEAD_NAMES]
    if named and len(meshes) > len(named):
        return _objects(subject, named), f"mesh {named[0].name}", 0.7
    return _outline(subject)


def _wanted(subject: Subject, wanted: str) -> tuple[dict[str, np.ndarray], str, float]:
    meshes, armature = subject.cluster.meshes, subject.cluster.armature
    if armature is not None and wanted in armature.data.bones:
        subject.bones["head"] = wanted
        subject.refresh()
        weights = bone_weights(meshes, armature, descendants(armature, wanted))
        return weights, f"bone {wanted}, as asked", 1.0
    named = [mesh for mesh in meshes if mesh.name == wanted]
    if named:
        return _objects(subject, named), f"mesh {wanted}, as asked", 1.0
    bones = sorted(bone.name for bone in armature.data.bones) if armature is not None else []
    names = ", ".join([*(mesh.name for mesh in meshes), *bones][:40])
    raise InputError(f"--head {wanted}: the character has no such bone or mesh. It has: {names}.")


def bone_weights(meshes: list[bpy.types.Object], armature: bpy.types.Object, names: set[str]) -> dict[str, np.ndarray]:
    """mesh name -> share of each vertex's weight that lies on those bones (all of it for meshes carried by one)."""
    rows = {}
    for mesh in meshes:
        count = len(mesh.data.vertices)
        deformed = any(m.type == "ARMATURE" and m.object == armature for m in mesh.modifiers)
        if deformed:
            rows[mesh.name] = group_weights(mesh, names.__contains__)
        else:
            rows[mesh.name] = np.full(count, float(carrier(mesh) in names), dtype=np.float32)
    return rows


def carrier(mesh: bpy.types.Object) -> str:
    """The bone that carries a mesh, itself or through its parents; "" where none does."""
    obj = mesh
    while obj is not None:
        if obj.parent_type == "BONE" and obj.parent_bone:
            return obj.parent_bone
        obj = obj.parent
    return ""


def _objects(subject: Subject, heads: list[bpy.types.Object]) -> dict[str, np.ndarray]:
    names = {head.name for head in heads}
    return {
        mesh.name: np.full(len(mesh.data.vertices), float(mesh.name in names), dtype=np.float32)
        for mesh in subject.cluster.meshes
    }


def _outline(subject: Subject) -> tuple[dict[str, np.ndarray], str, float]:
    points = subject.outline
    neck = neck_height(points)
    confidence, evidence = (
        (0.5, "narrowest place of the outline") if neck is not None else (0.25, "nothing; whole model")
    )
    low = neck if neck is not None else float(points[:, 2].min()) - 1.0
    return above(subject, low), evidence, confidence


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
            weights = bone_weights(subject.cluster.meshes, armature, descendants(armature, subject.bones[part]))
            for mesh in subject.cluster.meshes:
                write_part(mesh, part, weights[mesh.name])
