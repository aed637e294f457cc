# SPDX-License-Identifier: GPL-3.0-or-later
"""How a character stands: upright or lying, on two legs or four, whole or cut off; and standing it up."""

from __future__ import annotations

import math

import numpy as np
from mathutils import Matrix, Vector

from . import shape
from .anatomy import Skull
from .clusters import root_of
from .subject import Subject

#: Cosine to the vertical below which a spine is not upright.
UPRIGHT = math.cos(math.radians(45))
#: A static body is turned only where it is this much longer than high.
LONG = 1.4


def stand_up(subject: Subject) -> list[str]:
    """Turn a lying character about its middle until hips to head points up; says so in a warning."""
    along = _lying_along(subject)
    if along is None:
        return []
    turn = _squared(Vector(along).rotation_difference(Vector((0, 0, 1))).to_matrix()).to_4x4()
    pivot = Matrix.Translation(Vector(subject.points.mean(axis=0).tolist()))
    objects = [*subject.cluster.meshes, *([subject.cluster.armature] if subject.cluster.armature else [])]
    for root in dict.fromkeys(root_of(obj) for obj in objects):
        root.matrix_world = pivot @ turn @ pivot.inverted() @ root.matrix_world
    subject.refresh()
    return ["the character lies in the file; it was stood up for the pictures."]


def spine(subject: Subject) -> np.ndarray | None:
    """Unit vector from hips to head, or None."""
    hips, head = subject.middle("hips", "left_upper_leg", "right_upper_leg"), subject.marks.get("head")
    if hips is None or head is None or np.linalg.norm(head - hips) < 1e-9:
        return None
    return (head - hips) / np.linalg.norm(head - hips)


def legs(subject: Subject) -> np.ndarray | None:
    """Unit vector from the hip joints to the ankles (or knees), or None."""
    top = subject.middle("left_upper_leg", "right_upper_leg")
    end = subject.middle("left_foot", "right_foot")
    end = subject.middle("left_lower_leg", "right_lower_leg") if end is None else end
    if top is None or end is None or np.linalg.norm(end - top) < 1e-9:
        return None
    return (end - top) / np.linalg.norm(end - top)


def four_legged(subject: Subject) -> bool:
    """A spine that lies while the legs stand."""
    along, down = spine(subject), legs(subject)
    return along is not None and along[2] < UPRIGHT and (down is None or down[2] < -UPRIGHT)


def humanoid(subject: Subject, facing: np.ndarray, head_known: bool) -> bool:
    """A person's build: a head, upright, and not much deeper than high."""
    box = np.ptp(shape.to_frame(subject.points, facing), axis=0)
    return head_known and not four_legged(subject) and bool(box[1] < 1.2 * box[2])


def body_kind(subject: Subject, head: Skull, facing: np.ndarray) -> str:
    """ "full" with legs, "bust" with shoulders, otherwise "head"."""
    points = shape.to_frame(subject.outline, facing)
    below = (float(head.chin[2]) - float(points[:, 2].min())) / max(head.height, 1e-9)
    if below > 0.9 and (subject.pair("lower_leg") or shape.has_legs(points) or below > 4.0):
        return "full"
    return "bust" if below > 0.6 else "head"


def _lying_along(subject: Subject) -> np.ndarray | None:
    """The direction of the head's end where the character lies; None where it stands or is none."""
    along, down = spine(subject), legs(subject)
    if along is not None:
        lies = along[2] < UPRIGHT and down is not None and float(along @ down) < -UPRIGHT
        return along if lies else None
    return None if subject.bones else _static_along(subject)


def _static_along(subject: Subject) -> np.ndarray | None:
    """For a body without bones: the long horizontal direction in which it has a neck above two legs."""
    points = subject.outline
    size = np.ptp(points, axis=0)
    for axis in np.argsort(-size[:2]):
        if size[axis] < LONG * size[2]:
            continue
        for sign in (1.0, -1.0):
            direction = np.zeros(3)
            direction[axis] = sign
            turned = points[:, [1 - axis, 2, axis]] * np.array([1.0, 1.0, sign])
            if shape.neck_height(turned) is not None and shape.has_legs(turned):
                return direction
    return None


def _squared(turn: Matrix) -> Matrix:
    """The nearest turn by right angles where the turn is nearly one."""
    rounded = Matrix([[round(value) for value in row] for row in turn])
    pairs = [(a, b) for left, right in zip(turn, rounded, strict=True) for a, b in zip(left, right, strict=True)]
    near = all(abs(a - b) < 0.2 for a, b in pairs)
    return rounded if near and abs(rounded.determinant() - 1) < 1e-6 else turn
