# SPDX-License-Identifier: GPL-3.0-or-later
"""How a character stands: upright or lying, on two legs or four, whole or cut off; and standing it up."""

from __future__ import annotations

import math

import numpy as np
from mathutils import Matrix, Vector

from . import shape
from .anatomy import Skull
from .clusters import root_of
from .silhouette import find_neck
from .subject import Subject
from .symmetry import HALF_SYMMETRIC, mirror_plane

#: Cosine to the vertical below which a spine is not upright.
UPRIGHT = math.cos(math.radians(45))
#: More heads than this below the chin: a body, whatever hides its legs.
TALL = 3.5
#: The directions that may be up, the usual one first.
UPS = ((0, 0, 1), (0, -1, 0), (0, 1, 0), (1, 0, 0), (-1, 0, 0), (0, 0, -1))
#: A static figure that stands so well is left as it is; another direction must be better by so much, and so good.
STANDS, BETTER, LEAST = 0.75, 0.3, 0.5


def stand_up(subject: Subject) -> list[str]:
    """Turn a lying character about its middle until hips to head points up; says so in a warning."""
    along = _lying_along(subject)
    if along is None:
        return []
    turn = _squared(Vector(along).rotation_difference(Vector((0, 0, 1))).to_matrix()).to_4x4()
    pivot = Matrix.Translation(Vector(subject.points.mean(axis=0).tolist()))
    objects = [*subject.cluster.meshes, *([subject.cluster.armature] if subject.cluster.armature else [])]
    stood = pivot @ turn @ pivot.inverted()
    for root in dict.fromkeys(root_of(obj) for obj in objects):
        root.matrix_world = stood @ root.matrix_world
    subject.stood = np.array(stood)
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


def body_kind(subject: Subject, head: Skull, facing: np.ndarray) -> str:
    """ "full" with legs, "bust" with shoulders, otherwise "head"."""
    points = shape.to_frame(subject.outline, facing)
    below = (float(head.chin[2]) - float(points[:, 2].min())) / max(head.height, 1e-9)
    knees = subject.pair("lower_leg")
    reached = knees is not None and float(points[:, 2].min()) < min(knee[2] for knee in knees)
    if knees and reached and max(knee[2] for knee in knees) < head.chin[2] and below > 0.3:
        return "full"
    if below > 0.8 and (shape.has_legs(points) or below > TALL):
        return "full"
    return "bust" if below > 0.6 else "head"


def _lying_along(subject: Subject) -> np.ndarray | None:
    """The direction of the head's end where the character lies; None where it stands or nothing tells."""
    along, down = spine(subject), legs(subject)
    frame = subject.anatomy.frame
    if frame is not None and frame.upright > UPRIGHT and (along is None or down is None):
        along, down = frame.along, -frame.along
    if along is not None and down is not None:
        # Legs that reach down stand, whatever the trunk does above them: a beast is never turned.
        return along if along[2] < UPRIGHT and float(along @ down) < -UPRIGHT < down[2] else None
    if along is not None:
        neck = subject.marks.get("neck")
        return along if neck is not None and along[2] < -UPRIGHT else None
    return None if subject.pair("upper_arm") else _static_along(subject)


def _static_along(subject: Subject) -> np.ndarray | None:
    """For a body without bones: the direction in which it stands best, where that is clearly better than as it is."""
    points = subject.even[:: max(len(subject.even) // 8000, 1)]
    if len(points) < 200:
        return None
    now = standing(points, UPS[0])
    if now > STANDS:
        return None
    worth, best = max(((standing(points, up), -index) for index, up in enumerate(UPS[1:])), default=(0.0, 0))
    return np.array(UPS[1 - best], float) if worth > max(now + BETTER, LEAST) else None


def standing(points: np.ndarray, up: tuple[int, int, int]) -> float:
    """How well a figure stands with `up` upwards: a neck under a round head, two legs, mirrored sides, tall."""
    axis = np.array(up, float)
    side = np.array([0.0, 0.0, 1.0]) if abs(axis[2]) < 0.5 else np.array([1.0, 0.0, 0.0])
    turned = points @ np.stack([side, np.cross(axis, side), axis]).T
    plane = mirror_plane(turned)
    across = plane.across if plane.score > HALF_SYMMETRIC else np.array([1.0, 0.0, 0.0])
    turned = turned @ np.stack([across, np.cross((0.0, 0.0, 1.0), across), (0.0, 0.0, 1.0)]).T
    neck, size = find_neck(turned), np.ptp(turned, axis=0)
    tall = min(1.0, float(size[2] / max(size[0], size[1], 1e-12)))
    return plane.score**2 * tall * ((neck.worth if neck else 0.0) + 0.6 * shape.has_legs(turned))


def _squared(turn: Matrix) -> Matrix:
    """The nearest turn by right angles where the turn is nearly one."""
    rounded = Matrix([[round(value) for value in row] for row in turn])
    pairs = [(a, b) for left, right in zip(turn, rounded, strict=True) for a, b in zip(left, right, strict=True)]
    near = all(abs(a - b) < 0.2 for a, b in pairs)
    return rounded if near and abs(rounded.determinant() - 1) < 1e-6 else turn
