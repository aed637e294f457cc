# SPDX-License-Identifier: GPL-3.0-or-later
"""All the hair of a style: a cap over the scalp, layers of locks, and what is tied from them. Head space, bpy-free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .face import Face
from .fields import gradient, smoothstep
from .locks import grow, hairline, lock_mesh, unit
from .part import Part, joined


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
    rise = -0.003 + (lift + 0.003) * smoothstep(high[used], -0.05, 0.08)
    points = points + gradient(face.field, points) * rise[:, None]
    coords = np.column_stack([grid.az[used] * 0.1, grid.el[used] * 0.1])
    tint = np.column_stack([np.full(len(used), 0.7), np.zeros(len(used)), smoothstep(high[used], 0.075, -0.01)])
    return Part("Scalp", points, [tuple(int(back[i]) for i in f) for f in faces], "hair", tint, coords)


def bun(row: Mapping[str, Any], rng: np.random.Generator) -> Part:
    """Locks wound round a ball."""
    center, radius = np.array(row["at"]), row["radius"]
    count, steps = int(row.get("count", 16)), 22
    t = np.linspace(0.0, 1.0, steps)[None, :]
    lane = (np.arange(count)[:, None] + 0.5) / count
    turn = 2 * np.pi * (lane * 3.0 + 0.62 * t)
    lift = (lane * 2 - 1) * 0.80 + 0.30 * (t - 0.5)
    flat = np.sqrt(np.clip(1 - lift**2, 0.05, 1.0))
    axis = unit(np.array(row.get("axis", [0.0, 0.85, 0.55])))
    side = np.array([1.0, 0.0, 0.0])
    up = np.cross(axis, side)
    out = (flat * np.cos(turn))[..., None] * side + (flat * np.sin(turn))[..., None] * up + lift[..., None] * axis
    line = center + radius * out * [1.0, 1.0, 1.0]
    return lock_mesh(line, unit(out), {"width": radius * 0.36, "flat": 0.55, "taper": 8.0, "root": 0.3}, rng)


def tail(row: Mapping[str, Any], rng: np.random.Generator) -> Part:
    """Locks falling from a point at the back of the head."""
    count, steps = int(row.get("count", 40)), 18
    start = np.array(row["at"])
    t = np.linspace(0.0, 1.0, steps)[None, :, None]
    angle = rng.random(count) * 2 * np.pi
    spread = np.sqrt(rng.random(count))
    ring = np.stack([np.cos(angle) * spread, 0.8 * np.sin(angle) * spread, 0.0 * angle], axis=1)
    belly = row["radius"] * (0.35 + 0.65 * np.sin(np.pi * np.clip(t * 0.9 + 0.05, 0, 1)) ** 0.8) * (1 - 0.55 * t**2)
    out = row["length"]
    center = start + np.concatenate(
        [
            0 * t,
            0.075 * np.sin(np.minimum(1.0, 2.4 * t) * np.pi / 2) - 0.045 * t,
            0.03 * np.sin(np.minimum(1, 4 * t) * np.pi) * (1 - t) - out * t**1.35,
        ],
        axis=2,
    )
    line = center + ring[:, None, :] * belly
    line[..., 2] += (rng.random(count)[:, None] - 0.5) * 0.05 * t[..., 0]
    normal = unit(np.broadcast_to(ring[:, None, :] + [0.0, 0.02, 0.0], line.shape).copy())
    return lock_mesh(line, normal, {"width": row.get("width", 0.012), "flat": 0.5, "taper": 3.0, "root": 0.6}, rng)


def hair(face: Face, style: Mapping[str, Any], seed: int = 7) -> Part | None:
    """All the hair of a style as one part, or None for a bald head. The same every time for the same face."""
    if not style:
        return None
    rng = np.random.default_rng(seed)
    pieces = [scalp(face, style.get("cap", 0.003))]
    pieces += [grow(face, layer, rng) for layer in style["layers"]]
    pieces += [bun(row, rng) for row in style.get("buns", [])]
    pieces += [tail(row, rng) for row in style.get("tails", [])]
    part = joined("Hair", pieces)
    hang = smoothstep(part.vertices[:, 2], -0.12, -0.26)
    part.weights = {"Head": 1.0 - 0.75 * hang, "Spine2": 0.75 * hang}
    return part
