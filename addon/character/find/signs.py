# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence for the facing that a subject offers: version, pairs of joints, eyes, face keys, feet, names, shape."""

from __future__ import annotations

import re

import bpy
import numpy as np

from ..names.naming import normalise
from . import relief, shape
from .eyes import Eyes
from .face_keys import motion
from .facing import Line, Sign, across, straight
from .subject import Subject
from .symmetry import SYMMETRIC, mirror_plane

#: What lies at the front of a head, and what at its back, by the names of meshes and materials.
FRONT = re.compile(
    r"face|mouth|teeth|tooth|tongue|nose|brow|lash|lips?(?![a-z])|beard|mustache|glasses|goggle|mask|顔|口"
)
BACK = re.compile(r"hair|ponytail|髪")
#: The plane of symmetry is known when it is so much better than the one at right angles.
MARGIN = 0.1
#: Feet side by side take up less than this share of the height along the line of sight.
STRIDE = 0.24
#: Both feet together lead straight ahead, but for this share.
ASLANT = 0.2
#: From here on the fineness of the mesh alone tells the face.
FINE = 0.3
#: The evidence from shape at which it is quite clear.
CLEAR = {"density": 0.6, "nose": 0.05, "neck": 0.15, "feet": 0.04}


def line_of(subject: Subject, head: np.ndarray) -> Line | None:
    """The line along which the character looks: by mirrored limbs, else by the plane of symmetry of body or head."""
    frame = subject.anatomy.frame
    if frame is not None:
        sides = [row for row in (subject.pair("upper_arm"), subject.pair("upper_leg")) if row]
        steps = [left - right for left, right in sides]
        if steps:
            whole = np.cross(np.sum([step / np.linalg.norm(step) for step in steps], axis=0), (0.0, 0.0, 1.0))
            length = float(np.linalg.norm(whole[:2]))
            if length > 0.3:
                return Line(np.array([whole[0], whole[1], 0.0]) / length, "the skeleton's mirrored limbs", 0.9)
    even = subject.even
    for points in (even, near(even, head)):
        if len(points) > 500:
            plane = mirror_plane(points)
            if plane.score > SYMMETRIC and plane.margin > MARGIN:
                return Line(np.cross(plane.across, (0.0, 0.0, 1.0)), "the plane of symmetry", 0.6)
    return None


def near(points: np.ndarray, head: np.ndarray) -> np.ndarray:
    """The points in the head's box."""
    low, high = head.min(axis=0), head.max(axis=0)
    return points[np.all((points >= low) & (points <= high), axis=1)]


def signs_of(subject: Subject, head: np.ndarray, eyes: Eyes | None, line: Line | None) -> list[Sign]:
    """Everything that hints at the facing. head: (N, 3) world points of the head; line: the line of sight, if known."""
    signs: list[Sign] = []
    if subject.vrm is not None:
        signs += straight(np.array([0.0, 1.0 if subject.vrm.version == 0 else -1.0, 0.0]), "VRM version")
    if eyes is not None and eyes.sided:
        signs += across(eyes.left, eyes.right, "eyes left and right")
    pairs = (("upper_arm", "upper arms"), ("upper_leg", "thighs"), ("shoulder", "shoulders"))
    for role, kind in pairs if subject.anatomy.sided else ():
        pair = subject.pair(role)
        if pair:
            signs += across(*pair, f"{kind} left and right")
    signs += _face_motion(subject)
    low, high = head.min(axis=0), head.max(axis=0)
    middle = (low + high) / 2
    if eyes is not None:
        signs += straight((eyes.left + eyes.right) / 2 - middle, "eyes in front of the head")
    signs += _named_sides(subject) + _named_parts(subject, low, high) + _feet(subject)
    outline = subject.outline
    legs = subject.pair("lower_leg") or shape.has_legs(outline) or shape.has_legs(outline[:, [1, 0, 2]])
    step = shape.sole_direction(outline) if legs else None
    if step is not None:
        clear = float(np.linalg.norm(step[:2])) / (CLEAR["feet"] * float(np.ptp(outline[:, 2])))
        clear = min(clear, 1.0) * (0.2 if line is not None and _striding(outline, step, line) else 1.0)
        signs += straight(np.array([step[0], step[1], 0.0]), "soles in front of the ankles", clear)
    if line is not None:
        signs += _by_relief(subject, head, line)
    return signs


def _striding(points: np.ndarray, step: np.ndarray, line: Line) -> bool:
    """Whether one foot stands before the other or is lifted, so that the middle of both tells little."""
    across = np.cross(line.direction, (0.0, 0.0, 1.0))[:2]
    if abs(float(step[:2] @ across)) > ASLANT * float(np.linalg.norm(step[:2])):
        return True
    bottom, height = float(points[:, 2].min()), float(np.ptp(points[:, 2]))
    soles = points[points[:, 2] < bottom + 0.03 * height]
    return bool(np.ptp(soles @ line.direction) > STRIDE * height)


def _by_relief(subject: Subject, head: np.ndarray, line: Line) -> list[Sign]:
    """What the head's shape tells of the end of the line at which the face is."""
    rows, even = (shape.to_frame(points, line.direction) for points in (head, subject.even))
    low, high = float(rows[:, 2].min()), float(rows[:, 2].max())
    low += 0.12 * (high - low)
    box = (rows.min(axis=0), rows.max(axis=0))
    inside = even[np.all((even[:, :2] >= box[0][:2]) & (even[:, :2] <= box[1][:2]), axis=1)]
    finer = relief.density(rows, inside, low, high)
    found = [("the finer modelled side of the head", finer, "density", 0.25)]
    if abs(finer) < FINE:  # hair can make a ridge too, so these speak only where the better witness is silent
        ridge = relief.nose(np.concatenate([rows, inside]), low, high)
        found.append(("the side of the head with a nose", ridge, "nose", 0.2))
        found.append(("the head ahead of its neck", relief.overhang(inside, low, high), "neck", 0.5))
    signs: list[Sign] = []
    for kind, value, name, least in found:
        clear = abs(value) / CLEAR[name]
        if clear > least:
            signs += straight(np.sign(value) * line.direction, kind, clear)
    return signs


def _feet(subject: Subject) -> list[Sign]:
    """Toes in front of the ankles, by joints, or by the surface that the feet move."""
    ankles, toes = subject.pair("foot"), subject.pair("toes")
    if not ankles:
        return []
    if toes:
        return straight(np.mean(toes, axis=0) - np.mean(ankles, axis=0), "toes in front of the ankles")
    place = {name: index for index, name in enumerate(subject.tree.names)}
    middles = [subject.tree.middle(place[subject.bones[f"{side}_foot"]]) for side in ("left", "right")]
    step = np.mean(middles, axis=0) - np.mean(ankles, axis=0)
    step[2] = 0.0
    clear = float(np.linalg.norm(step)) / (CLEAR["feet"] * float(np.ptp(subject.points[:, 2])))
    return straight(step, "toes in front of the ankles", clear) if clear > 0.3 else []


def _named_sides(subject: Subject) -> list[Sign]:
    """Pairs of meshes called left and right: how rigless figures are often built."""
    sides: dict[str, dict[str, np.ndarray]] = {}
    for mesh in subject.body:
        name = normalise(mesh.name)
        rows = subject.points[subject.shape.spans[mesh.name]] if mesh.name in subject.shape.spans else ()
        if name.side and len(rows):
            sides.setdefault(name.core, {})[name.side] = (rows.min(axis=0) + rows.max(axis=0)) / 2
    pairs = [both for both in sides.values() if len(both) == 2]
    if not pairs:
        return []
    left, right = (np.mean([both[side] for both in pairs], axis=0) for side in ("left", "right"))
    return across(left, right, "meshes named left and right")


def _named_parts(subject: Subject, low: np.ndarray, high: np.ndarray) -> list[Sign]:
    """Meshes and materials of the head called mouth, brow, hair ...: the face lies at the front, hair behind."""
    middle, size = (low + high) / 2, float(np.linalg.norm((high - low)[:2]))
    ways = []
    for mesh in subject.body:
        if mesh.name not in subject.shape.spans:
            continue
        rows = subject.points[subject.shape.spans[mesh.name]]
        for name, points in _parts(mesh, rows):
            sign = 1.0 if FRONT.search(name) else -0.5 if BACK.search(name) else 0.0
            inside = np.all((points > low - 0.1 * size) & (points < high + 0.1 * size), axis=1) if sign else ()
            if sign and len(points) and np.mean(inside) > 0.9:
                ways.append(sign * ((points.min(axis=0) + points.max(axis=0)) / 2 - middle))
    if not ways:
        return []
    way = np.sum(ways, axis=0) * np.array([1.0, 1.0, 0.0])
    return straight(way, "face and hair by their names", float(np.linalg.norm(way)) / max(0.2 * size, 1e-12))


def _parts(mesh: bpy.types.Object, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """(lower-case name, points): the mesh by its name, where that says something, else by its materials."""
    name = mesh.name.lower()
    data = mesh.data
    if (FRONT.search(name) or BACK.search(name)) and "surface" not in name:
        return [(name, rows)]
    slots = [(i, m.name.lower()) for i, m in enumerate(data.materials) if m]
    slots = [(i, n) for i, n in slots if (FRONT.search(n) or BACK.search(n)) and "surface" not in n]
    if not slots or len(data.vertices) != len(rows) or len(data.materials) < 2:
        return []
    owner = np.zeros(len(data.polygons), dtype=np.int32)
    data.polygons.foreach_get("material_index", owner)
    starts, corners = np.zeros(len(data.polygons), dtype=np.int32), np.zeros(len(data.loops), dtype=np.int32)
    data.polygons.foreach_get("loop_start", starts)
    data.loops.foreach_get("vertex_index", corners)
    return [(name, rows[corners[starts[owner == index]]]) for index, name in slots]


def _face_motion(subject: Subject) -> list[Sign]:
    """The outward normal where smile, brow and jaw keys move the skin."""
    total = np.zeros(3)
    for name in ("mouthSmileLeft", "mouthSmileRight", "browInnerUp", "jawOpen", "mouthFunnel"):
        drives = subject.keys.keys.get(name)
        move = motion(subject.cluster.meshes, drives) if drives else None
        if move is not None:
            total += move.normal / max(np.linalg.norm(move.normal), 1e-9)
    return straight(total, "where the face's shape keys move") if total.any() else []
