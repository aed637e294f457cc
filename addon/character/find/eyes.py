# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the eyes are: eye bones, eye meshes, materials or groups by name, or where the blink keys move."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ..geometry import coordinates
from ..names.eye_words import is_eye
from ..names.naming import normalise
from .face_keys import motion
from .subject import Subject


@dataclass(frozen=True)
class Eyes:
    """Two points in world space; `sided` where names say which one is left."""

    left: np.ndarray
    right: np.ndarray
    evidence: str
    confidence: float
    sided: bool = True


def find_eyes(subject: Subject, head: np.ndarray) -> Eyes | None:
    """The eyes, or None. head: (N, 3) world points of the head, inside whose box eyes must lie."""
    pair = subject.pair("eye")
    candidates = [Eyes(*pair, "eye bones", 0.95)] if pair else []
    candidates += [eyes for eyes in (_named(subject), _blink(subject)) if eyes]
    low, high = head.min(axis=0), head.max(axis=0)
    margin = 0.05 * (high - low)
    for eyes in candidates:
        both = np.stack([eyes.left, eyes.right])
        if np.all(both > low - margin) and np.all(both < high + margin):
            return eyes
    return None


def _named(subject: Subject) -> Eyes | None:
    sides: dict[str, list[np.ndarray]] = {"left": [], "right": [], "": []}
    for mesh in subject.cluster.meshes:
        for side, points in _eye_points(mesh):
            sides[side].append(points)
    if sides["left"] and sides["right"]:
        left, right = (_middle(np.concatenate(sides[side])) for side in ("left", "right"))
        return Eyes(left, right, "eye meshes or materials", 0.9)
    if sides[""] and not sides["left"] and not sides["right"]:
        return _halves(np.concatenate(sides[""]), "an eye mesh or material, split in the middle", 0.75)
    return None


def _eye_points(mesh: bpy.types.Object) -> list[tuple[str, np.ndarray]]:
    """(side, world points) of each part of a mesh that is named as an eye."""
    turn = np.array(mesh.matrix_world)
    points = coordinates(mesh.data.vertices) @ turn[:3, :3].T + turn[:3, 3]
    if is_eye(mesh.name):
        return [(normalise(mesh.name).side, points)]
    rows = []
    slots = [index for index, material in enumerate(mesh.data.materials) if material and is_eye(material.name)]
    for slot in slots:
        used = {v for face in mesh.data.polygons if face.material_index == slot for v in face.vertices}
        if used:
            rows.append((normalise(mesh.data.materials[slot].name).side, points[sorted(used)]))
    if rows:
        return rows
    groups = {group.index: normalise(group.name).side for group in mesh.vertex_groups if is_eye(group.name)}
    named: dict[int, list[int]] = {index: [] for index in groups}
    if groups and not any(modifier.type == "ARMATURE" for modifier in mesh.modifiers):
        for vertex in mesh.data.vertices:
            for entry in vertex.groups:
                if entry.group in named:
                    named[entry.group].append(vertex.index)
    return [(groups[index], points[members]) for index, members in named.items() if members]


def _blink(subject: Subject) -> Eyes | None:
    keys = subject.keys.keys
    left, right = keys.get("eyeBlinkLeft"), keys.get("eyeBlinkRight")
    if not left or not right:
        return None
    moves = motion(subject.cluster.meshes, left), motion(subject.cluster.meshes, right)
    if moves[0] is None or moves[1] is None:
        return None
    if np.linalg.norm(moves[0].centre - moves[1].centre) > 0.1 * np.ptp(moves[0].points, axis=0).max():
        return Eyes(moves[0].centre, moves[1].centre, "blink shape keys", 0.85)
    return _halves(moves[0].points, "a blink shape key, split in the middle", 0.75)


def _middle(points: np.ndarray) -> np.ndarray:
    return (points.min(axis=0) + points.max(axis=0)) / 2


def _halves(points: np.ndarray, evidence: str, confidence: float) -> Eyes | None:
    """Split points into two heaps at the widest gap of their widest horizontal direction."""
    flat = points[:, :2] - points[:, :2].mean(axis=0)
    along = flat @ np.linalg.svd(flat, full_matrices=False)[2][0]
    order = np.sort(along)
    gaps = np.diff(order)
    middle = (gaps.size > 3) and (np.abs(order[:-1] + gaps / 2) < 0.2 * np.ptp(along))
    if not np.any(middle):
        return None
    cut = int(np.argmax(np.where(middle, gaps, 0.0)))
    limit = (order[cut] + order[cut + 1]) / 2
    return Eyes(_middle(points[along > limit]), _middle(points[along <= limit]), evidence, confidence, sided=False)
