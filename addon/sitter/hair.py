# SPDX-License-Identifier: GPL-3.0-or-later
"""Hair as groomed clumps: locks grow from the scalp, bend under gravity, slide over head and shoulders. bpy-free.

Head space. A style is a row of hair.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .face import Face
from .fields import Array, blend, cone, ellipsoid, gradient, mirrored, smoothstep
from .part import Part, joined, tube
from .skull import CENTER, directions, march


def hairline(azimuth: Array, recede: float = 0.0) -> Array:
    """Elevation of the hairline over azimuth."""
    a = np.abs(azimuth)
    knots = np.array([0.0, 0.35, 0.75, 1.02, 1.22, 1.42, 1.60, 1.90, 2.4, np.pi])
    values = np.array([0.70, 0.69, 0.62, 0.42, 0.12, 0.10, 0.26, 0.02, -0.42, -0.50])
    return np.interp(a, knots, values) + recede * np.exp(-((a / 0.9) ** 2))


def scalp(face: Face, lift: float) -> Part:
    """A thin cap of hair over the scalp that dives under the skin at the hairline."""
    grid = face.grid
    high = grid.el - hairline(grid.az)
    keep = grid.skin & (grid.neck == 0.0) & (high > -0.10)
    faces = [f for f in grid.faces if all(keep[i] for i in f)]
    used = np.unique(np.concatenate([np.array(f) for f in faces]))
    back = np.full(len(keep), -1)
    back[used] = np.arange(len(used))
    points = face.rest[used]
    rise = -0.003 + (lift + 0.003) * smoothstep(high[used], -0.04, 0.10)
    points = points + gradient(face.field, points) * rise[:, None]
    coords = np.column_stack([grid.az[used] * 0.1, grid.el[used]])
    return Part("Scalp", points, [tuple(int(back[i]) for i in f) for f in faces], "hair", None, coords)


def roots(count: int, rng: np.random.Generator, low: float) -> tuple[Array, Array]:
    """Evenly scattered rays above the hairline: a golden spiral, lightly shaken."""
    k = np.arange(count * 3) + 0.5
    z = 1.0 - 2.0 * k / (count * 3)
    azimuth = (k * np.pi * (3.0 - np.sqrt(5.0)) + np.pi) % (2 * np.pi) - np.pi
    elevation = np.arcsin(z) + rng.normal(0.0, 0.02, len(k))
    azimuth = azimuth + rng.normal(0.0, 0.02, len(k))
    keep = elevation > hairline(azimuth) + low
    return elevation[keep], azimuth[keep]


def grow(face: Face, style: Mapping[str, Any], rng: np.random.Generator) -> Part:
    """The locks of a style."""
    elevation, azimuth = roots(int(style["count"]), rng, style.get("root_low", 0.02))
    rays = directions(elevation, azimuth)
    position = rays * march(face.field, CENTER, rays)[:, None]
    count, steps = len(position), int(style.get("steps", 14))

    def solid(points: Array) -> Array:
        p = mirrored(points)
        d = face.field(points)
        ears = ellipsoid(p, (0.098, 0.016, -0.016), (0.014, 0.020, 0.032))
        shoulders = cone(p, (0, 0.03, -0.24), (0.14, 0.028, -0.268), 0.062, 0.066)
        chest = ellipsoid(p, (0, 0.02, -0.34), (0.155, 0.115, 0.14))
        return blend(blend(d, ears, 0.02), blend(shoulders, chest, 0.05), 0.03)

    part_x = style.get("part", 0.02)
    away = np.sign(position[:, 0] - part_x) + (position[:, 0] == part_x)
    back = np.array(style.get("comb", [0.9, 0.35, 0.1]))
    heading = np.column_stack([away * back[0], np.full(count, back[1]), np.full(count, back[2])])
    fringe = smoothstep(position[:, 1], -0.02, -0.075) * style.get("fringe", 0.0)
    heading[:, 1] -= fringe * 1.1
    normal = gradient(face.field, position)
    length = np.interp(np.abs(azimuth), [0.0, 0.7, 1.5, np.pi], style["length"]) * (
        1 + rng.normal(0, style.get("ragged", 0.04), count)
    )
    level = style.get("level")
    offset = style.get("volume", 0.010) * (0.45 + 0.55 * rng.random(count))
    path = [position + normal * 0.001]
    normals = [normal]
    stride = length / (steps - 1)
    curl, twist = style.get("curl", 0.0), rng.random(count) * 2 * np.pi
    direction = heading - normal * (heading * normal).sum(axis=1, keepdims=True)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True) + 1e-9
    direction = direction + normal * style.get("lift", 0.8)
    for k in range(1, steps):
        t = k / (steps - 1)
        direction = direction + np.array([0.0, 0.0, -1.0]) * style.get("gravity", 0.22)
        if "pull" in style:
            direction = direction + (np.array(style["pull"]) - position) * style.get("pull_force", 6.0)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True) + 1e-9
        position = position + direction * stride[:, None]
        for _ in range(2):
            gap = offset * min(1.0, 2.2 * t) * style.get("keep", 1.0) - solid(position)
            normal = gradient(solid, position, 1e-3)
            push = np.clip(gap, 0.0, None)
            position = position + normal * push[:, None]
            into = np.minimum((direction * normal).sum(axis=1), 0.0)
            direction = direction - normal * np.where(push > 0, into, 0.0)[:, None]
        path.append(position)
        normals.append(normal)
    line = np.stack(path, axis=1)
    out = np.stack(normals, axis=1)
    if curl:
        t = np.linspace(0.0, 1.0, steps)[None, :]
        phase = twist[:, None] + t * style.get("turns", 3.0) * 2 * np.pi
        tangent = np.gradient(line, axis=1)
        tangent /= np.linalg.norm(tangent, axis=2, keepdims=True)
        across = np.cross(out, tangent)
        line = line + curl * np.minimum(1.0, 3 * t)[..., None] * (
            np.cos(phase)[..., None] * across + np.sin(phase)[..., None] * out
        )
    if level is not None:
        line[..., 2] = np.maximum(line[..., 2], level + 0.012 * (rng.random(count)[:, None] - 0.5) - 0.0)
    tangent = np.gradient(line, axis=1)
    tangent /= np.linalg.norm(tangent, axis=2, keepdims=True) + 1e-9
    out = out - tangent * (out * tangent).sum(axis=2, keepdims=True)
    out /= np.linalg.norm(out, axis=2, keepdims=True) + 1e-9
    across = np.cross(out, tangent)
    t = np.linspace(0.0, 1.0, steps)[None, :]
    size = style.get("width", 0.011) * (0.75 + 0.5 * rng.random(count))[:, None]
    profile = np.minimum(1.0, 0.55 + 2.0 * t) * np.sqrt(np.clip(1.0 - t ** style.get("taper", 3.0), 0.0, 1.0)) + 0.02
    around = 8
    v, q, uv = tube(line, across, out, size * profile, size * profile * style.get("flat", 0.42), around)
    tone = np.repeat(rng.random(count), steps * around)
    uv[:, 0] += np.repeat(rng.random(count) * 3.0, steps * around)
    return Part("Locks", v, q, "hair", np.column_stack([tone, uv[:, 1], np.zeros_like(tone)]), uv)


def hair(face: Face, style: Mapping[str, Any], seed: int = 7) -> Part | None:
    """All the hair of a style as one part, or None for a bald head."""
    if not style:
        return None
    rng = np.random.default_rng(seed)
    pieces = [scalp(face, style.get("cap", 0.003))]
    pieces[0].tint = np.tile([0.4, 0.2, 0.0], (len(pieces[0].vertices), 1))
    pieces += [grow(face, layer | {"layers": None}, rng) for layer in style["layers"]]
    part = joined("Hair", pieces)
    z = part.vertices[:, 2]
    hang = smoothstep(z, -0.10, -0.24)
    part.weights = {"Head": 1.0 - 0.7 * hang, "Spine2": 0.7 * hang}
    return part
