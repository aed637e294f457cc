# SPDX-License-Identifier: GPL-3.0-or-later
"""Nose, mouth, ears, chin, crown and eyes as anchors, and the face as a part, from the head's outline at rest."""

from __future__ import annotations

import numpy as np

from ..anchors import Anchor, tie
from ..geometry import ATTRIBUTE, coordinates, evaluated, read_parts, write_part
from ..measure import bone_matrices
from . import shape
from .anatomy import Skull
from .face_cover import covers
from .face_keys import motion
from .subject import Subject

#: Points that the skin carries along; the others follow the bone alone, so that a blink does not move an eye.
ON_SKIN = frozenset({"chin", "mouth", "nose"})

#: How near the lips a vertex must lie to tell their depth, in chin-to-eye heights: as near as the mesh is fine.
LIPS = (0.04, 0.08, 0.16, 0.3)
#: Ears stand out most between these heights above the chin, in chin-to-eye heights; above them are buns and horns.
EARS = (0.5, 0.95)


def head_anchors(subject: Subject, skull: Skull, facing: np.ndarray) -> dict[str, Anchor]:
    """Anchors for crown, chin, nose, mouth, eyes and ears; marks the part `face` on the meshes."""
    mark_face(subject, skull, facing)
    rows = evaluated(subject.cluster.meshes)
    vertices = np.concatenate([row[2] for row in rows])
    parts = read_parts(rows, ("head", "face"))
    head = parts.get("head", np.arange(len(vertices)))
    bone = subject.bones.get("head", "")
    matrix = bone_matrices(subject.cluster.armature, [bone]).get(bone)
    hidden = np.concatenate([covers(name, shown.data) for name, shown, _points in rows])
    bare = head[~hidden[head]]
    points = face_points(subject, skull, facing, shape.to_frame(vertices[bare if len(bare) else head], facing))
    skin = parts.get("face", head)
    anchors = {}
    for name, point in points.items():
        members = skin if name in ON_SKIN else np.zeros(0, int)
        anchors[name] = tie(shape.to_world(point, facing), bone, matrix, vertices, members)
    return anchors


def face_points(subject: Subject, skull: Skull, facing: np.ndarray, head: np.ndarray) -> dict[str, np.ndarray]:
    """Key points of the head in the character's frame. head: (N, 3) in that frame."""
    chin, crown = skull.chin, skull.crown
    line = eye_line(skull)
    face = float(line - chin[2])
    width = 0.12 * skull.width
    points = {"crown": crown, "chin": chin}
    points["nose"] = shape.nose(head, skull.middle, chin[2] + 0.42 * face, chin[2] + 0.85 * face, width)
    mouth = _key_centre(subject, facing, ("mouthSmileLeft", "mouthSmileRight"))
    height = float(mouth[2]) if mouth is not None else float(chin[2]) + 0.36 * face
    if not chin[2] < height < points["nose"][2]:
        height = float(chin[2]) + 0.36 * face
    ahead = head[head[:, 1] > crown[1]]
    depths = (shape.front(ahead, skull.middle, height, reach * face) for reach in LIPS)
    depth = next((y for y in depths if y is not None), None)
    points["mouth"] = np.array([skull.middle, chin[1] if depth is None else depth, height])
    if skull.eyes is not None:
        points["left_eye"], points["right_eye"] = skull.eyes
        ears = shape.ears(head, chin[2] + EARS[0] * face, chin[2] + EARS[1] * face)
        if ears is not None:
            points["left_ear"], points["right_ear"] = ears
    return points


def eye_line(skull: Skull) -> float:
    """Height of the eyes, or of where they would be."""
    if skull.eyes is not None:
        return float(np.mean([eye[2] for eye in skull.eyes]))
    return float(skull.chin[2] + 0.45 * skull.height)


def _key_centre(subject: Subject, facing: np.ndarray, names: tuple[str, ...]) -> np.ndarray | None:
    moves = [motion(subject.cluster.meshes, subject.keys.keys[name]) for name in names if name in subject.keys.keys]
    centres = [move.centre for move in moves if move is not None]
    return shape.to_frame(np.mean(centres, axis=0), facing) if centres else None


def mark_face(subject: Subject, skull: Skull, facing: np.ndarray) -> None:
    """Keep as part `face` the bare front of the skull between chin and brow."""
    line = eye_line(skull)
    top = min(line + 0.6 * (line - skull.chin[2]), float(skull.crown[2]))
    depth = 0.5 * (skull.crown[1] + skull.chin[1])
    fronts, bare = {}, {}
    for mesh in subject.cluster.meshes:
        inside = np.zeros(len(mesh.data.vertices), dtype=np.float32)
        mesh.data.attributes[ATTRIBUTE + "head"].data.foreach_get("value", inside)
        turn = np.array(mesh.matrix_world)
        points = shape.to_frame(coordinates(mesh.data.vertices) @ turn[:3, :3].T + turn[:3, 3], facing)
        front = (points[:, 1] > depth) & (points[:, 2] >= skull.chin[2]) & (points[:, 2] <= top)
        fronts[mesh.name] = inside * (front & (np.abs(points[:, 0] - skull.middle) <= 0.5 * skull.width))
        bare[mesh.name] = fronts[mesh.name] * ~covers(mesh.name, mesh.data)
    # A name may cover everything ("boy_with_hat" as one mesh): then it says nothing.
    chosen = bare if any(row.any() for row in bare.values()) else fronts
    for mesh in subject.cluster.meshes:
        write_part(mesh, "face", chosen[mesh.name])
