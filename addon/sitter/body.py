# SPDX-License-Identifier: GPL-3.0-or-later
"""Clothes and shoes: fields around the skeleton, meshed by surface nets. World space (before scaling). bpy-free."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .fields import Array, blend, cone, cut, ellipsoid, mirrored, smoothstep, sphere
from .nets import surface
from .part import Part, joined, mirror, tube
from .skeleton import chain_weights, head_of, tail_of

Shape = Mapping[str, float]
#: Thickness of the shoes' soles.
SOLE = 0.020


def torso(p: Array, s: Shape) -> Array:
    """Chest, waist, hips and shoulders; `p` already mirrored."""
    sh, ch, wa, hi, be = (s[k] for k in ("shoulders", "chest", "waist", "hips", "belly"))
    d = ellipsoid(p, (0, 0.022, 1.19), (0.142 + ch + sh / 2, 0.094 + ch / 2, 0.135))
    d = blend(d, ellipsoid(p, (0, 0.014, 1.035), (0.122 + wa, 0.088 + wa / 2 + be / 2, 0.13)), 0.08)
    d = blend(d, ellipsoid(p, (0, -0.012 - be, 1.01), (0.09 + wa, 0.062 + be / 2, 0.09)), 0.06)
    d = blend(d, ellipsoid(p, (0, 0.016, 0.905), (0.150 + hi, 0.106 + hi / 2 + be / 3, 0.12)), 0.08)
    d = blend(d, cone(p, (0, 0.026, 1.268), (0.128 + sh, 0.028, 1.252), 0.058, 0.056), 0.05)
    d = blend(d, cone(p, (0, 0.040, 1.335), (0.10 + sh, 0.030, 1.280), 0.050, 0.036), 0.05)
    if s["bust"] > 0:
        d = blend(d, ellipsoid(p, (0.064, -0.058, 1.150), (0.056, 0.050, 0.056)), 0.06)
        d = blend(d, ellipsoid(p, (0, -0.050, 1.150), (0.05, 0.045, 0.045)), 0.05)
    return d


def arm_joints(s: Shape) -> tuple[Array, Array, Array]:
    """Shoulder, elbow and wrist of the left arm."""
    return head_of("LeftArm"), head_of("LeftForeArm"), head_of("LeftHand")


def sleeve(p: Array, s: Shape) -> Array:
    """The left sleeve down to just above the wrist."""
    a, b, c = arm_joints(s)
    li = s["limbs"]
    end = c - (c - b) * 0.05
    d = blend(cone(p, a, b, 0.058 + li, 0.047 + li), cone(p, b, end, 0.047 + li, 0.037 + li * 0.6), 0.010)
    axis = (c - b) / np.linalg.norm(c - b)
    d = blend(d, cone(p, end - axis * 0.036, end - axis * 0.006, 0.0385 + li * 0.6, 0.0375 + li * 0.6), 0.004)
    return cut(d, (p - end) @ axis, 0.006)


def leg(p: Array, s: Shape) -> Array:
    """The left trouser leg."""
    hip, knee, foot = head_of("LeftUpLeg"), head_of("LeftLeg"), head_of("LeftFoot")
    li = s["limbs"] + s["hips"] * 0.4
    d = cone(p, hip + [0.004, 0.004, 0], knee, 0.090 + li, 0.062 + li)
    return blend(d, cone(p, knee, foot, 0.062 + li, 0.052 + li * 0.6), 0.012)


def top(shape: Shape) -> Part:
    """The sweater."""

    def field(points: Array) -> Array:
        p = mirrored(points)
        d = blend(torso(p, shape) - 0.010, sleeve(p, shape), 0.045)
        hem = -(p[:, 2] - 0.885)
        band = np.maximum(torso(p, shape) - 0.0135, p[:, 2] - 0.935)
        d = blend(d, band, 0.006)
        d = cut(d, hem, 0.012)
        collar = ellipsoid(p, *OPENING)
        return cut(d, -collar, 0.010)

    low, high = (-0.56, -0.16, 0.86), (0.56, 0.19, 1.42)
    vertices, faces = surface(field, low, high, 0.0085)
    part = Part("Top", vertices, faces, "cloth_top", None, ribs(vertices, shape))
    part = joined("Top", [part, collar_ring(shape)])
    part.weights = torso_weights(part.vertices, shape, lambda p: sleeve(p, shape))
    return part


#: The neck's opening of the sweater: centre and radii of the ellipsoid that is cut away.
OPENING = ((0.0, 0.022, 1.372), (0.072, 0.076, 0.066))


def ribs(vertices: Array, shape: Shape) -> Array:
    """(N, 2) position across the ribs in metres, and how much the knit is ribbed there: hem and cuffs."""
    p = mirrored(vertices)
    _, elbow, wrist = arm_joints(shape)
    axis = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    along = (p - wrist) @ axis
    cuff = smoothstep(along, -0.062, -0.052) * (p[:, 0] > 0.25)
    q = p - wrist - along[:, None] * axis
    side = np.cross(axis, [0.0, 1.0, 0.0])
    round_arm = 0.038 * np.arctan2(q[:, 1], q @ side)
    round_waist = 0.13 * np.arctan2(vertices[:, 0], -vertices[:, 1])
    hem = smoothstep(p[:, 2], 0.938, 0.928) * (p[:, 0] < 0.25)
    return np.column_stack([np.where(cuff > 0, round_arm, round_waist), np.maximum(cuff, hem)])


def collar_ring(shape: Shape) -> Part:
    """The ribbed collar: a soft ring along the edge of the neck's opening."""
    steps, around = 72, 10
    angle = 2 * np.pi * np.arange(steps + 1) / steps
    center, radii = np.array(OPENING[0]), np.array(OPENING[1])
    low, high = np.full(len(angle), -0.98), np.full(len(angle), 0.6)

    def at(height: Array) -> Array:
        flat = np.sqrt(1.0 - height**2)
        return center + radii * np.column_stack([flat * np.sin(angle), -flat * np.cos(angle), height])

    for _ in range(20):
        middle = 0.5 * (low + high)
        inside = torso(mirrored(at(middle)), shape) - 0.010 < 0.0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    path = at(low)
    tangent = np.roll(path[:-1], -1, axis=0) - np.roll(path[:-1], 1, axis=0)
    tangent = np.concatenate([tangent, tangent[:1]])
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    out = (path - center) / radii**2
    out -= tangent * (out * tangent).sum(axis=1, keepdims=True)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    up = np.cross(out, tangent)
    up *= np.sign(up[:, 2:])
    path = path + up * 0.002
    wide, thick = np.full((1, steps + 1), 0.0130), np.full((1, steps + 1), 0.0070)
    v, q, _ = tube(path[None], up[None], out[None], wide, thick, around)
    across = np.repeat(angle * 0.075, around)
    return Part("Collar", v, q, "cloth_top", None, np.column_stack([across, np.ones(len(v))]))


def torso_weights(vertices: Array, shape: Shape, limb: Callable[[Array], Array]) -> dict[str, Array]:
    """Spine, shoulders and arms for what covers the upper body."""
    spine = chain_weights(
        vertices, ["Hips", "Spine", "Spine1", "Spine2"], {"Spine": 0.05, "Spine1": 0.05, "Spine2": 0.05}
    )
    p = mirrored(vertices)
    share = smoothstep(torso(p, shape) - limb(p), -0.035, 0.045)
    arm = chain_weights(p, ["LeftArm", "LeftForeArm", "LeftHand"], {"LeftForeArm": 0.045, "LeftHand": 0.02})
    girdle = (1.0 - share) * 0.55 * smoothstep(p[:, 0], 0.03, 0.12) * smoothstep(p[:, 2], 1.15, 1.26)
    out = {bone: w * (1.0 - share) * (1.0 - girdle) for bone, w in spine.items()}
    out = {bone: w * (1.0 - share - girdle) for bone, w in spine.items()}
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        mine = vertices[:, 0] * sign >= 0.0
        for bone, w in arm.items():
            out[bone.replace("Left", side)] = np.where(mine, w * share, 0.0)
        out[f"{side}Shoulder"] = np.where(mine, girdle, 0.0)
    return out


def bottom(shape: Shape) -> Part:
    """The trousers."""

    def field(points: Array) -> Array:
        p = mirrored(points)
        d = blend(torso(p, shape) - 0.002, leg(p, shape), 0.04)
        d = cut(d, p[:, 2] - 0.95, 0.01)
        return cut(d, -(p[:, 2] - 0.105), 0.01)

    vertices, faces = surface(field, (-0.26, -0.17, 0.08), (0.26, 0.19, 0.97), 0.011)
    part = Part("Bottom", vertices, faces, "cloth_bottom")
    p = mirrored(vertices)
    legs = chain_weights(p, ["LeftUpLeg", "LeftLeg", "LeftFoot"], {"LeftLeg": 0.05, "LeftFoot": 0.02})
    share = smoothstep(p[:, 2], 0.90, 0.80)
    spine = chain_weights(vertices, ["Hips", "Spine"], {"Spine": 0.05})
    weights = {bone: w * (1.0 - share) for bone, w in spine.items()}
    left = smoothstep(vertices[:, 0], -0.02, 0.02)
    for bone, w in legs.items():
        weights[bone] = w * share * left
        weights[bone.replace("Left", "Right")] = w * share * (1.0 - left)
    part.weights = weights
    return part


def shoes(shape: Shape) -> list[Part]:
    """Two simple shoes."""

    def field(p: Array) -> Array:
        d = ellipsoid(p, (0.101, -0.092, 0.036), (0.043, 0.072, 0.034))
        d = blend(d, ellipsoid(p, (0.094, 0.026, 0.050), (0.038, 0.050, 0.046)), 0.06)
        d = blend(d, cone(p, (0.097, -0.050, 0.062), (0.093, 0.010, 0.100), 0.026, 0.036), 0.03)
        d = blend(d, cone(p, (0.092, 0.024, 0.08), (0.092, 0.028, 0.125), 0.041, 0.041), 0.03)
        foot = ellipsoid(p * [1.0, 1.0, 0.0], (0.099, -0.048, 0.0), (0.048, 0.126, 1.0))
        sole = np.maximum(foot, np.abs(p[:, 2] - SOLE / 2) - SOLE / 2 + 0.003) - 0.003
        d = np.minimum(cut(d, -(p[:, 2] - 0.010), 0.006), sole)
        return cut(d, p[:, 2] - 0.122, 0.006)

    vertices, faces = surface(field, (0.03, -0.20, -0.012), (0.17, 0.10, 0.14), 0.0055)
    left = Part("ShoeLeft", vertices, faces, "shoe", None, vertices.copy())
    left.weights = chain_weights(
        vertices, ["LeftLeg", "LeftFoot", "LeftToeBase"], {"LeftFoot": 0.03, "LeftToeBase": 0.03}
    )
    return [left, mirror(left, "ShoeRight")]


__all__ = ["bottom", "shoes", "sphere", "tail_of", "top"]
