# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in the scene: one set of facts for each character, and the chosen one ready to be photographed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import bpy
import numpy as np

from ...common.errors import InputError
from ...plan.facts import CharacterFacts, Head
from ..anchors import Anchor
from ..as_imported import as_imported
from ..files.gltf import Vrm
from ..geometry import evaluated, read_parts
from ..loaded import Loaded
from ..overrides import Overrides
from . import anatomy, shape
from .attach import attach
from .belongings import held
from .clusters import Cluster, clusters, root_of, set_apart
from .eye_paint import paint_eyes
from .eye_surface import eyes_seen
from .eyes import Eyes, find_eyes
from .face_points import head_anchors
from .facing import Verdict, decide, parse_axis
from .kinds import kind_of
from .parts import FoundHead, above, find_head, whole, write_parts
from .scenery import words_and_curves
from .signs import line_of, signs_of
from .stature import body_kind, stand_up
from .subject import Subject, make_subject

#: More characters than this in one file are a crowd: only the first are described.
MOST = 8
#: So many are looked at for one that is built like a person.
TRIED = 4
#: What has no rig is described as another character from this share of the chosen one's faces on.
LEAST = 0.1
#: Bones and keys that only a face has.
FACE_ROLES = frozenset({"jaw", "left_eye", "left_inner_brow", "left_mouth_corner"})


def understand(source: str, sha256: str, overrides: Overrides, vrm: Vrm | None) -> Loaded:
    """Find the characters of the current scene and choose one; the rest is hidden from the renderer.

    Raises InputError where there is nothing to choose from or an override names what does not exist.
    """
    objects = list(bpy.context.scene.objects)
    floor = set_apart(objects)
    rows = [row for row in clusters([obj for obj in objects if obj not in floor]) if row.solid]
    if not rows:
        what = "holds no mesh with faces, or only flat ones, so there is nothing to photograph"
        raise InputError(f"{source}: {what}. Choose another file.")
    chosen, result = _choose(rows, overrides, vrm)
    rest = [row for row in rows if row is not chosen]
    worth = [row for row in rest if row.armature is not None or row.weight > LEAST * chosen.weight]
    others = [study(make_subject(row, None), Overrides()) for row in worth[:MOST]]
    hidden = [*floor, *(mesh for row in rest for mesh in row.meshes)]
    hidden += words_and_curves(objects, {root_of(obj) for obj in [*chosen.meshes, *filter(None, [chosen.armature])]})
    for mesh in hidden:
        mesh.hide_render = True
    warnings = list(result.warnings)
    if hidden:
        names = ", ".join(sorted(mesh.name for mesh in hidden)[:6])
        warnings.append(f"not part of {result.facts.name}, so left out of the pictures: {names}.")
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
        warnings=warnings,
        others=[as_imported(other.facts, other.subject.stood) for other in others if other.facts.kind == "humanoid"],
        anchors=result.anchors,
        stood=subject.stood,
    )


@dataclass
class Study:
    """What study found of one cluster."""

    subject: Subject
    facts: CharacterFacts
    warnings: list[str]
    anchors: dict[str, Anchor]


def _choose(rows: list[Cluster], overrides: Overrides, vrm: Vrm | None) -> tuple[Cluster, Study]:
    """The character that was asked for, or else the first that is built like a person, or else the first."""
    wanted = overrides.character
    candidates = rows[:TRIED]
    if wanted is not None:
        candidates = [row for row in rows if wanted.casefold() in {name.casefold() for name in row.names()}][:1]
        if not candidates:
            names = ", ".join(row.name for row in rows[:20])
            raise InputError(f"--character {wanted}: no such character in the file. It has: {names}.")
    found: list[tuple[Cluster, Study]] = []
    for row in candidates:
        attach(row)
        found.append((row, study(make_subject(row, vrm), overrides)))
        if found[-1][1].facts.kind == "humanoid":
            return found[-1]
    return found[0]


def study(subject: Subject, overrides: Overrides) -> Study:
    """Stand the subject up, find head, eyes and facing, mark the parts on its meshes, and state the facts."""
    warnings = stand_up(subject)
    subject.put_aside(held(subject))
    found = find_head(subject, overrides.head)
    seen = find_eyes(subject, subject.points) if found.kind == "outline" else None
    if seen is not None and found.low is not None and max(seen.left[2], seen.right[2]) < found.low:
        found = whole(subject)  # what lies above the eyes is no head: an antenna, a hat
    write_parts(subject, found.weights)
    head = head_points(subject)
    asked = _asked_eyes(subject, overrides)
    eyes = asked or find_eyes(subject, head)
    verdict = _facing(subject, head, eyes, overrides)
    facing = verdict.facing
    _settle_sides(subject, facing)
    skull = anatomy.skull(subject, head, facing, eyes, found)
    if asked is None:
        skull = _with_eyes_seen(subject, skull, facing)
    if found.kind in {"outline", "none"}:
        write_parts(subject, above(subject, float(skull.chin[2]) - 0.02 * skull.height))
    sure = _check_head(subject, found, eyes, skull, warnings)
    if verdict.warning:
        warnings.append(verdict.warning)
    body = body_kind(subject, skull, facing)
    marks = anatomy.landmarks(subject, facing, skull, body == "full")
    warnings += paint_eyes(subject, facing)
    kind = kind_of(subject, facing, found, head, eyes is not None)
    if kind.kind == "other":
        warnings.append(f"this is no person's build ({kind.why}), so it is photographed as what it is.")
    pair = None if skull.eyes is None else tuple(_tuple(shape.to_world(eye, facing)) for eye in skull.eyes)
    facts = CharacterFacts(
        name=(subject.vrm.title if subject.vrm else "") or subject.cluster.name,
        kind=kind.kind,
        body=body,
        facing=_tuple(facing),
        up=(0.0, 0.0, 1.0),
        height=float(np.ptp(subject.points[:, 2])),
        head=Head(_tuple(shape.to_world(_centre(skull), facing)), skull.height),
        eyes=pair,
        face=eyes is not None or has_face(subject),
        rig=subject.scheme or ("unknown" if subject.cluster.armature else "none"),
        expressions={},
        poses={},
        landmarks={name: _tuple(shape.to_world(point, facing)) for name, point in marks.items()},
        evidence={
            "facing": verdict.evidence,
            "head": f"{found.evidence}; chin by {skull.evidence}",
            "eyes": eyes.evidence if eyes else "none",
            "kind": kind.why,
        },
        confidence={
            "facing": verdict.confidence,
            "head": sure,
            "eyes": eyes.confidence if eyes else 0.0,
            "kind": round(kind.confidence, 2),
        },
        licence=subject.vrm.licence if subject.vrm and subject.vrm.licence else None,
    )
    return Study(subject, facts, warnings, head_anchors(subject, skull, facing))


def _tuple(point: np.ndarray) -> tuple[float, float, float]:
    return (round(float(point[0]), 6), round(float(point[1]), 6), round(float(point[2]), 6))


def _centre(skull: anatomy.Skull) -> np.ndarray:
    """Half-way between chin and crown in height, over the middle of the head in depth."""
    return np.array([skull.middle, skull.crown[1], (skull.crown[2] + skull.chin[2]) / 2])


def _with_eyes_seen(subject: Subject, skull: anatomy.Skull, facing: np.ndarray) -> anatomy.Skull:
    """The eyes where a picture shows them; bones and meshes give the middle of the eyeball."""
    if skull.eyes is None:
        return skull
    left, right = (shape.to_world(eye, facing) for eye in skull.eyes)
    seen = eyes_seen(subject, (left, right), facing, skull.height)
    return dataclasses.replace(skull, eyes=(shape.to_frame(seen[0], facing), shape.to_frame(seen[1], facing)))


def head_points(subject: Subject) -> np.ndarray:
    """(N, 3) world points of the head part."""
    rows = evaluated(subject.body)
    indices = read_parts(rows, ("head",)).get("head")
    return subject.points if indices is None else subject.points[indices]


def has_face(subject: Subject) -> bool:
    """Whether keys or bones of a face exist."""
    return bool(subject.keys.keys or subject.keys.own or FACE_ROLES & set(subject.bones))


def _facing(subject: Subject, head: np.ndarray, eyes: Eyes | None, overrides: Overrides) -> Verdict:
    if overrides.facing:
        return Verdict(parse_axis(overrides.facing), "as asked", 1.0)
    line = line_of(subject, head)
    return decide(signs_of(subject, head, eyes, line), line)


def _asked_eyes(subject: Subject, overrides: Overrides) -> Eyes | None:
    """The eyes where the user says they are, turned with the character where it was stood up."""
    points = overrides.eye_points()
    if points is None:
        return None
    left, right = (subject.stood[:3, :3] @ np.array(point) + subject.stood[:3, 3] for point in points)
    return Eyes(left, right, "as asked", 1.0, sided=False)


def _settle_sides(subject: Subject, facing: np.ndarray) -> None:
    """Call left what lies to the left of the facing: builds alone do not tell, and some files' names are wrong."""
    left = np.cross((0.0, 0.0, 1.0), facing)
    sides = [subject.pair(role) for role in ("upper_arm", "upper_leg")]
    if sum(float(np.sign((one - two) @ left)) for one, two in (pair for pair in sides if pair)) < 0:
        subject.exchange_sides()


def _check_head(
    subject: Subject, found: FoundHead, eyes: Eyes | None, skull: anatomy.Skull, warnings: list[str]
) -> float:
    """How sure the head is, after what was found later had its say; adds a warning where it disagrees."""
    sure = found.confidence
    if found.kind in {"outline", "none"} and eyes is not None:
        sure = 0.8
    elif found.kind == "none":
        warnings.append(
            "no head was found; the whole model is framed as one. --head names the mesh or bone that is it."
        )
    if subject.anatomy.doubt and found.kind == "bone" and found.confidence < 1:
        warnings.append(f"{subject.anatomy.doubt}. Look at the preview; what mends it is --head.")
        sure *= 0.5
    top = float(subject.points[:, 2].max())
    if found.kind == "bone" and float(skull.crown[2]) < top - 0.35 * float(np.ptp(subject.points[:, 2])):
        warnings.append(f"the head ({found.evidence}) lies far below the top of the model; --head names another.")
        sure *= 0.5
    return round(sure, 2)
