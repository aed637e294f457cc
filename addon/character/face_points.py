# SPDX-License-Identifier: GPL-3.0-or-later
"""Nose, mouth, ears, chin, crown and eyes as anchors, and the face as a part, from the head's outline at rest."""

from __future__ import annotations

import re

import bpy
import numpy as np

from . import shape
from .anatomy import Skull
from .anchors import Anchor, tie
from .face_keys import motion
from .geometry import evaluated, read_parts, write_part
from .measure import bone_matrices
from .subject import Subject

#: Points that the skin carries along; the others follow the bone alone, so that a blink does not move an eye.
ON_SKIN = frozenset({"chin", "mouth", "nose"})
#: What lies over a face, by name.
COVER = re.compile(r"hair|wig|beard|(?<![a-z])(?:hat|cap)|helm|hood|glass|lash|brow|opacity", re.IGNORECASE)


def head_anchors(subject: Subject, skull: Skull, facing: np.ndarray) -> dict[str, Anchor]:
    """Anchors for crown, chin, nose, mouth, eyes and ears; marks the part `face` on the meshes."""
    mark_face(subject, skull, facing)
    rows = evaluated(subject.cluster.meshes)
    vertices = np.concatenate([row[2] for row in rows])
    parts = read_parts(rows, ("head", "face"))
    head = parts.get("head", np.arange(len(vertices)))
    bone = subject.bones.get("head", "")
    matrix = bone_matrices(subject.cluster.armature, [bone]).get(bone)
    bare = np.setdiff1d(head, covers(subject, rows), assume_unique=True)
    points = face_points(subject, skull, facing, shape.to_frame(vertices[bare if len(bare) else head], facing))
    skin = parts.get("face", head)
    anchors = {}
    for name, point in points.items():
        members = skin if name in ON_SKIN else np.zeros(0, int)
        anchors[name] = tie(shape.to_world(point, facing), bone, matrix, vertices, members)
    return anchors


def covers(subject: Subject, rows: list[tuple[str, bpy.types.Object, np.ndarray]]) -> np.ndarray:
    """Vertex numbers of hair, hats and glasses, by the names of meshes and materials: they hide ears and nose."""
    found, start = [np.zeros(0, int)], 0
    for name, shown, points in rows:
        mesh = shown.data
        slots = [i for i, material in enumerate(mesh.materials) if material and COVER.search(material.name)]
        if COVER.search(name):
            found.append(np.arange(start, start + len(points)))
        elif slots:
            used = {vertex for face in mesh.polygons if face.material_index in slots for vertex in face.vertices}
            found.append(start + np.array(sorted(used), dtype=int))
        start += len(points)
    return np.concatenate(found)


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
    depth = shape.front(
        head[np.abs(head[:, 0] - skull.middle) < 2 * width], skull.middle, height, max(width, 0.08 * face)
    )
    points["mouth"] = np.array([skull.middle, chin[1] if depth is None else depth, height])
    if skull.eyes is not None:
        points["left_eye"], points["right_eye"] = skull.eyes
        ears = shape.ears(head, chin[2] + 0.55 * face, chin[2] + 1.1 * face)
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
    """Keep as part `face` the front of the skull between chin and brow."""
    line = eye_line(skull)
    top = min(line + 0.6 * (line - skull.chin[2]), float(skull.crown[2]))
    half = 0.5 * skull.width
    for mesh in subject.cluster.meshes:
        count = len(mesh.data.vertices)
        inside = np.zeros(count, dtype=np.float32)
        made = mesh.data.attributes.get("modelsheet_head")
        made.data.foreach_get("value", inside)
        turn = np.array(mesh.matrix_world)
        flat = np.empty(count * 3, dtype=np.float32)
        mesh.data.vertices.foreach_get("co", flat)
        points = shape.to_frame(flat.reshape(-1, 3) @ turn[:3, :3].T + turn[:3, 3], facing)
        depth = 0.5 * (skull.crown[1] + skull.chin[1])
        front = (points[:, 1] > depth) & (points[:, 2] >= skull.chin[2]) & (points[:, 2] <= top)
        write_part(mesh, "face", inside * (front & (np.abs(points[:, 0] - skull.middle) <= half)))
