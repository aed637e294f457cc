# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence for the facing that a subject offers: version, pairs of joints, eyes, face keys, feet, names."""

from __future__ import annotations

import numpy as np

from . import shape
from .eyes import Eyes
from .face_keys import motion
from .facing import Sign, across, straight
from .naming import normalise
from .subject import Subject


def signs_of(subject: Subject, head: np.ndarray, eyes: Eyes | None) -> list[Sign]:
    """Everything that hints at the facing. head: (N, 3) world points of the head."""
    signs: list[Sign] = []
    if subject.vrm is not None:
        signs += straight(np.array([0.0, 1.0 if subject.vrm.version == 0 else -1.0, 0.0]), "VRM version")
    if eyes is not None and eyes.sided:
        signs += across(eyes.left, eyes.right, "eyes left and right")
    for role, kind in (("upper_arm", "upper arms"), ("upper_leg", "thighs"), ("shoulder", "shoulders")):
        pair = subject.pair(role)
        if pair:
            signs += across(*pair, f"{kind} left and right")
    signs += _face_motion(subject)
    middle = (head.min(axis=0) + head.max(axis=0)) / 2
    if eyes is not None:
        signs += straight((eyes.left + eyes.right) / 2 - middle, "eyes in front of the head")
    ankles, toes = subject.pair("foot"), subject.pair("toes")
    if ankles and toes:
        signs += straight(np.mean(toes, axis=0) - np.mean(ankles, axis=0), "toes in front of the ankles")
    signs += _named_sides(subject)
    outline = subject.outline
    legs = subject.pair("lower_leg") or shape.has_legs(outline) or shape.has_legs(outline[:, [1, 0, 2]])
    step = shape.sole_direction(outline) if legs else None
    if step is not None:
        signs += straight(np.array([step[0], step[1], 0.0]), "soles in front of the ankles")
    return signs


def _named_sides(subject: Subject) -> list[Sign]:
    """Pairs of meshes called left and right: how rigless figures are often built."""
    sides: dict[str, dict[str, np.ndarray]] = {}
    for mesh in subject.cluster.meshes:
        name = normalise(mesh.name)
        rows = subject.points[subject.shape.spans[mesh.name]] if mesh.name in subject.shape.spans else ()
        if name.side and len(rows):
            sides.setdefault(name.core, {})[name.side] = (rows.min(axis=0) + rows.max(axis=0)) / 2
    pairs = [both for both in sides.values() if len(both) == 2]
    if not pairs:
        return []
    left, right = (np.mean([both[side] for both in pairs], axis=0) for side in ("left", "right"))
    return across(left, right, "meshes named left and right")


def _face_motion(subject: Subject) -> list[Sign]:
    """The outward normal where smile, brow and jaw keys move the skin."""
    total = np.zeros(3)
    for name in ("mouthSmileLeft", "mouthSmileRight", "browInnerUp", "jawOpen", "mouthFunnel"):
        drives = subject.keys.keys.get(name)
        move = motion(subject.cluster.meshes, drives) if drives else None
        if move is not None:
            total += move.normal / max(np.linalg.norm(move.normal), 1e-9)
    return straight(total, "where the face's shape keys move") if total.any() else []
