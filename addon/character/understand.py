# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in the scene: one set of facts for each character, and the chosen one ready to be photographed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..common.errors import InputError
from ..plan.facts import CharacterFacts, Head
from . import anatomy, shape
from .anchors import Anchor
from .clusters import Cluster, clusters, root_of
from .eyes import Eyes, find_eyes
from .face_keys import motion
from .face_points import head_anchors
from .facing import Sign, Verdict, across, decide, parse_axis, straight
from .geometry import evaluated, read_parts
from .gltf import Vrm
from .loaded import Loaded
from .naming import normalise
from .overrides import Overrides
from .parts import above, find_head, write_parts
from .subject import Subject, make_subject

#: Farther from vertical than this and the character lies: it is stood up.
TILTED = math.cos(math.radians(40))


def understand(source: str, sha256: str, overrides: Overrides, vrm: Vrm | None) -> Loaded:
    """Find the characters of the current scene and choose one; the others are hidden from the renderer.

    Raises InputError where there is nothing to choose from or an override names what does not exist.
    """
    rows = clusters(list(bpy.context.scene.objects))
    if not rows:
        raise InputError(f"{source}: holds no mesh with faces, so there is nothing to photograph. Choose another file.")
    chosen = _choose(rows, overrides.character)
    result = study(make_subject(chosen, vrm), overrides)
    for row in rows:
        if row is not chosen:
            for mesh in row.meshes:
                mesh.hide_render = True
    subject = result.subject
    return Loaded(
        facts=result.facts,
        source=source,
        sha256=sha256,
        meshes=list(subject.cluster.meshes),
        armature=subject.cluster.armature,
        bones=dict(subject.bones),
        keys=subject.keys.keys,
        own=subject.keys.own,
        warnings=result.warnings,
        anchors=result.anchors,
    )


@dataclass
class Study:
    """What study found of one cluster."""

    subject: Subject
    facts: CharacterFacts
    warnings: list[str]
    anchors: dict[str, Anchor]


def _choose(rows: list[Cluster], wanted: str | None) -> Cluster:
    if wanted is None:
        return rows[0]
    for row in rows:
        if wanted in (row.name, *(mesh.name for mesh in row.meshes)):
            return row
    names = ", ".join(row.name for row in rows)
    raise InputError(f"--character {wanted}: no such character in the file. It has: {names}.")


def study(subject: Subject, overrides: Overrides) -> Study:
    """Stand the subject up, find head, eyes and facing, mark the parts on its meshes, and state the facts."""
    warnings = stand_up(subject)
    weights, head_evidence, head_sure = find_head(subject, overrides.head)
    write_parts(subject, weights)
    head = head_points(subject)
    eyes = find_eyes(subject, head)
    verdict = _facing(subject, head, eyes, overrides)
    if verdict.warning:
        warnings.append(verdict.warning)
    facing = verdict.facing
    by_bones = head_evidence.startswith("bone")
    skull = anatomy.skull(subject, head, facing, eyes, "mesh" in head_evidence)
    if not by_bones and not head_evidence.startswith("mesh"):
        write_parts(subject, above(subject, float(skull.chin[2]) - 0.02 * skull.height))
    body = body_kind(subject, skull, facing)
    marks = anatomy.landmarks(subject, facing, skull, body == "full")
    centre = (skull.crown + skull.chin) / 2
    centre[1] = skull.crown[1]
    points = subject.points
    pair = None if skull.eyes is None else tuple(_tuple(shape.to_world(eye, facing)) for eye in skull.eyes)
    facts = CharacterFacts(
        name=(subject.vrm.title if subject.vrm else "") or subject.cluster.name,
        kind="humanoid" if humanoid(subject, facing) else "other",
        body=body,
        facing=_tuple(facing),
        up=(0.0, 0.0, 1.0),
        height=float(np.ptp(points[:, 2])),
        head=Head(_tuple(shape.to_world(centre, facing)), skull.height),
        eyes=pair,
        face=eyes is not None or has_face(subject),
        rig=subject.scheme or ("unknown" if subject.cluster.armature else "none"),
        expressions={},
        poses={},
        landmarks={name: _tuple(shape.to_world(point, facing)) for name, point in marks.items()},
        evidence={
            "facing": verdict.evidence,
            "head": f"{head_evidence}; chin by {skull.evidence}",
            "eyes": eyes.evidence if eyes else "none",
        },
        confidence={"facing": verdict.confidence, "head": head_sure, "eyes": eyes.confidence if eyes else 0.0},
        licence=subject.vrm.licence if subject.vrm and subject.vrm.licence else None,
    )
    return Study(subject, facts, warnings, head_anchors(subject, skull, facing))


def _tuple(point: np.ndarray) -> tuple[float, float, float]:
    return (round(float(point[0]), 6), round(float(point[1]), 6), round(float(point[2]), 6))


def head_points(subject: Subject) -> np.ndarray:
    """(N, 3) world points of the head part."""
    rows = evaluated(subject.cluster.meshes)
    indices = read_parts(rows, ("head",)).get("head")
    return subject.points if indices is None else subject.points[indices]


def stand_up(subject: Subject) -> list[str]:
    """Turn a lying character about its middle until hips to head points up; says so."""
    hips, head = subject.middle("hips", "left_upper_leg", "right_upper_leg"), subject.marks.get("head")
    if hips is None or head is None or np.linalg.norm(head - hips) < 1e-9:
        return []
    along = Vector(head - hips).normalized()
    if along.z > TILTED or not humanoid_chain(subject):
        return []
    turn = _squared(along.rotation_difference(Vector((0, 0, 1))).to_matrix()).to_4x4()
    pivot = Matrix.Translation(Vector(subject.points.mean(axis=0).tolist()))
    objects = [*subject.cluster.meshes, *([subject.cluster.armature] if subject.cluster.armature else [])]
    for root in dict.fromkeys(root_of(obj) for obj in objects):
        root.matrix_world = pivot @ turn @ pivot.inverted() @ root.matrix_world
    subject.refresh()
    return ["the character lay on its side or back in the file; it was stood up."]


def _squared(turn: Matrix) -> Matrix:
    """The nearest turn by right angles where the turn is nearly one."""
    rounded = Matrix([[round(value) for value in row] for row in turn])
    near = all(
        abs(a - b) < 0.2 for left, right in zip(turn, rounded, strict=True) for a, b in zip(left, right, strict=True)
    )
    return rounded if near and abs(rounded.determinant() - 1) < 1e-6 else turn


def humanoid_chain(subject: Subject) -> bool:
    """Arms that start near the head's end of the spine and legs that start at the hips' end: not four paws."""
    hips, head = subject.middle("hips"), subject.marks.get("head")
    arms, legs = subject.pair("upper_arm"), subject.pair("upper_leg")
    if hips is None or head is None or arms is None or legs is None:
        return False
    return not four_paws(subject)


def four_paws(subject: Subject) -> bool:
    """Whether all four limb ends touch the floor, or the box is much deeper than high."""
    floor, height = subject.points[:, 2].min(), np.ptp(subject.points[:, 2])
    ends = [subject.marks[role][2] for role in ("left_hand", "right_hand") if role in subject.marks]
    return len(ends) == 2 and max(ends) < floor + 0.25 * height and _spine_tilt(subject) < TILTED


def _spine_tilt(subject: Subject) -> float:
    """Cosine between hips-to-head and up; 1 where unknown."""
    hips, head = subject.middle("hips", "left_upper_leg", "right_upper_leg"), subject.marks.get("head")
    if hips is None or head is None:
        return 1.0
    along = head - hips
    return float(along[2] / max(np.linalg.norm(along), 1e-9))


def humanoid(subject: Subject, facing: np.ndarray) -> bool:
    """A person's build: upright, and not much deeper than high."""
    box = np.ptp(shape.to_frame(subject.points, facing), axis=0)
    return not four_paws(subject) and _spine_tilt(subject) > math.cos(math.radians(50)) and box[1] < 1.2 * box[2]


def has_face(subject: Subject) -> bool:
    """Whether keys or bones of a face exist."""
    roles = {"jaw", "left_eye", "left_inner_brow", "left_mouth_corner"}
    return bool(subject.keys.keys or subject.keys.own or roles & set(subject.bones))


def body_kind(subject: Subject, head: anatomy.Skull, facing: np.ndarray) -> str:
    """ "full" with legs, "bust" with shoulders, otherwise "head"."""
    points = shape.to_frame(subject.outline, facing)
    below = (float(head.chin[2]) - float(points[:, 2].min())) / max(head.height, 1e-9)
    legs = subject.pair("lower_leg") is not None
    if below > 0.9 and (legs or shape.has_legs(points) or below > 4.0):
        return "full"
    return "bust" if below > 0.6 else "head"


def _facing(subject: Subject, head: np.ndarray, eyes: Eyes | None, overrides: Overrides) -> Verdict:
    if overrides.facing:
        return Verdict(parse_axis(overrides.facing), "as asked", 1.0)
    return decide(_signs(subject, head, eyes))


def _signs(subject: Subject, head: np.ndarray, eyes: Eyes | None) -> list[Sign]:
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
