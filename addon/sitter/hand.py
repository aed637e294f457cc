# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter's hands: a palm, four fingers and a thumb fused from capsules, fingers curling lightly. bpy-free."""

from __future__ import annotations

import numpy as np

from .fields import Array, blend, cone, ellipsoid
from .fingers import finger_weights, hand_frame, paths
from .nets import surface
from .part import Part, mirror
from .skeleton import chain_weights

#: Radii at the root and at the ends of the three parts.
FINGER_RADII, THUMB_RADII = (0.0098, 0.0090, 0.0082, 0.0071), (0.0135, 0.0115, 0.0105, 0.0085)
#: Opposite corners of the hand's box in its own frame.
BOX = ((-0.05, -0.055, -0.085), (0.175, 0.075, 0.03))


def hands(limbs: float) -> list[Part]:
    """Both hands. limbs: how much thicker than usual the limbs are, in metres."""
    wrist, frame = hand_frame()
    fingers, thick = paths(), 1.0 + limbs * 6

    def field(points: Array) -> Array:
        p = (points - wrist) @ frame.T
        d = cone(p, (-0.05, 0, 0), (0.0, 0, 0), 0.0235, 0.0215)
        d = blend(d, ellipsoid(p, (0.042, 0.001, 0.0), (0.046, 0.036, 0.0165)), 0.02)
        d = blend(d, ellipsoid(p, (0.030, 0.020, -0.008), (0.026, 0.017, 0.016)), 0.015)
        for name, path in fingers.items():
            radii, soft = (THUMB_RADII, 0.010) if name == "Thumb" else (FINGER_RADII, 0.004)
            d = blend(d, _finger(p, path, [radius * thick for radius in radii]), soft)
        return d

    (x0, y0, z0), (x1, y1, z1) = BOX
    corners = np.array([[x, y, z] for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)]) @ frame + wrist
    vertices, faces = surface(field, corners.min(axis=0), corners.max(axis=0), 0.0036)
    left = Part("HandLeft", vertices, faces, "skin")
    arm = chain_weights(vertices, ["LeftForeArm", "LeftHand"], {"LeftHand": 0.022})
    left.weights = arm | finger_weights(vertices, arm["LeftHand"])
    left.coords = np.zeros((len(vertices), 2))
    return [left, mirror(left, "HandRight")]


def _finger(p: Array, path: Array, radii: list[float]) -> Array:
    finger = cone(p, path[0], path[1], radii[0], radii[1])
    for i in (1, 2):
        finger = blend(finger, cone(p, path[i], path[i + 1], radii[i], radii[i + 1]), 0.003)
    return finger
