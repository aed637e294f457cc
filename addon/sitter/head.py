# SPDX-License-Identifier: GPL-3.0-or-later
"""The head as a part: shape keys from keys.yaml, skin tints, ears, weights. Head space. bpy-free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .face import SIDES, Face
from .features import TITLE, ear
from .fields import Array, gauss, smoothstep
from .grid import MOUTH_EL
from .part import Part, joined, mirror
from .relief import lip_heights
from .skeleton import HEAD, chain_weights

#: The scar's ends and the mole's middle (x, z) on the left side of the face, metres.
SCAR = (np.array([0.066, -0.020]), np.array([0.044, -0.055]))
MOLE = (0.031, -0.061)
#: Distance at which the mole's nearness has fallen to 1/e.
MOLE_REACH = 0.004


def placements(face: Face, table: Mapping[str, Any]) -> dict[str, Array]:
    """Shape-key name -> the head's vertices with that key at 1."""
    out = {}
    for name, row in table.items():
        if not name.endswith("_"):
            changes = dict(row.get("face", {}))
            for control, value in row.get("both", {}).items():
                changes |= {f"{side}_{control}": value for side in SIDES}
            out[name] = face.place(changes)
            continue
        for side in SIDES:
            changes = {f"{side}_{control}": value for control, value in row.get("add", {}).items()}
            for control, value in row.get("to", {}).items():
                changes[f"{side}_{control}"] = value - face.rest_controls[f"{side}_{control}"]
            out[name[:-1] + TITLE[side]] = face.place(changes)
    return out


def head(face: Face, heads: Mapping[str, Array], feature: str) -> Part:
    """Skin of head and neck with both ears."""
    vertices = face.rest
    keys = {name: placed - vertices for name, placed in heads.items()}
    part = Part("Head", vertices, face.grid.faces, "skin", tints(face), None, None, keys)
    left = ear(face)
    left.tint = np.column_stack([np.full(len(left.vertices), 0.55), np.zeros((len(left.vertices), 2))])
    whole = joined("Head", [part, left, mirror(left, "EarRight")])
    whole.weights = neck_weights(whole.vertices)
    whole.coords = whole.vertices.copy()
    whole.marks = marks(whole.vertices, feature)
    return whole


def neck_weights(vertices: Array) -> dict[str, Array]:
    """Spine2, Neck and Head along the neck, with the jaw wholly on the head."""
    world = vertices + HEAD
    chain = chain_weights(world, ["Spine2", "Neck", "Head"], {"Neck": 0.045, "Head": 0.05})
    face = smoothstep(vertices[:, 1], 0.0, -0.045) * smoothstep(vertices[:, 2], -0.145, -0.125)
    out = {bone: w * (1.0 - face) for bone, w in chain.items()}
    out["Head"] = out["Head"] + face
    return out


def marks(points: Array, feature: str) -> Array:
    """(N, 3) masks in the head's space: where freckles may lie, a scar, nearness to a mole (1 at its middle)."""
    out = np.zeros((len(points), 3))
    if feature == "freckles":
        for x, y, z in ((0.046, -0.08, -0.030), (-0.046, -0.08, -0.030), (0.0, -0.11, -0.026)):
            out[:, 0] += gauss(points, (x, y, z), (0.022, 0.04, 0.013))
    front = points[:, 1] < -0.03
    if feature == "scar":
        a, b = SCAR
        flat = points[:, (0, 2)]
        t = np.clip((flat - a) @ (b - a) / ((b - a) @ (b - a)), 0.0, 1.0)
        away = np.linalg.norm(flat - a - t[:, None] * (b - a), axis=1)
        out[:, 1] = np.where(front, np.exp(-0.5 * (away / 0.0018) ** 2), 0.0)
    if feature == "mole":
        flat = np.hypot(points[:, 0] - MOLE[0], points[:, 2] - MOLE[1]) + np.where(front, 0.0, 1.0)
        away = np.linalg.norm(points - points[flat.argmin()], axis=1)
        out[:, 2] = np.exp(-((away / MOLE_REACH) ** 2))
    return np.clip(out, 0.0, 1.0)


def tints(face: Face) -> Array:
    """(N, 3) masks the skin material reads: blush, lips, mouth's inside."""
    grid = face.grid
    points = face.rest
    out = np.zeros((len(points), 3))
    t = (grid.el - MOUTH_EL) * 0.125
    s = np.abs(grid.az) / face.mouth
    top, low = lip_heights(np.clip(s, 0.0, 1.0), face.shape["lips"])
    edge = np.where(t >= 0, top - t, low + t)
    lip = smoothstep(edge, -0.0006, 0.0010) * (s < 1.01)
    blush = 0.0
    for sign in (1.0, -1.0):
        blush = blush + 0.8 * gauss(points, (sign * 0.050, -0.078, -0.036), (0.019, 0.04, 0.015))
    blush = blush + 0.75 * gauss(points, (0.0, -0.118, -0.043), (0.013, 0.03, 0.012))
    blush = blush + 0.25 * gauss(points, (0.0, -0.095, -0.108), (0.018, 0.03, 0.014))
    out[:, 0] = np.clip(blush, 0.0, 1.0)
    out[:, 1] = lip
    for sign in (1.0, -1.0):
        nostril = (sign * 0.0060, -0.108 - face.shape["nose_out"], -face.shape["nose_length"] - 0.0085)
        out[:, 2] += 0.9 * gauss(points, nostril, (0.0022, 0.0035, 0.0022))
    slit = grid.slits["mouth"]
    for rims in (slit.rims_upper, slit.rims_lower):
        for k, row in enumerate(rims):
            out[row, 1] = 1.0
            out[row, 2] = min(1.0, (k / 3.0))
    for side in SIDES:
        slit = grid.slits[f"{side}_eye"]
        for rims in (slit.rims_upper, slit.rims_lower):
            out[rims, 0] = 0.7
        out[slit.upper, 0] = np.maximum(out[slit.upper, 0], 0.5)
        out[slit.lower, 0] = np.maximum(out[slit.lower, 0], 0.5)
    return out
