# SPDX-License-Identifier: GPL-3.0-or-later
"""Groomed locks: they grow from the scalp, bend under gravity, slide over head and shoulders, are cut at a hem.

Head space; all locks of a layer at once, (C, 3) a step. bpy-free. A layer is a row of hair.yaml, see its head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .body import torso
from .face import Face
from .fields import Array, Field, blend, ellipsoid, gradient, lengths, mirrored, smoothstep
from .part import Part, tube
from .skeleton import HEAD
from .skull import CENTER, directions, march

#: Azimuths at which a layer's four-number rows (front, temple, ear, back) hold.
AROUND = (0.0, 0.75, 1.55, np.pi)
#: Corners of a lock's cross-section.
CORNERS = 6

Layer = Mapping[str, Any]


def unit(vectors: Array) -> Array:
    """Vectors of length one along the last axis."""
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)


def hairline(azimuth: Array) -> Array:
    """Elevation of the hairline over azimuth: forehead, temple, sideburn, above and behind the ear, nape."""
    knots = [0.0, 0.35, 0.75, 1.02, 1.22, 1.42, 1.60, 1.90, 2.4, np.pi]
    heights = [0.71, 0.70, 0.62, 0.43, 0.14, 0.10, 0.26, 0.02, -0.42, -0.52]
    uneven = 0.012 * np.sin(23.0 * azimuth) + 0.009 * np.sin(41.0 * azimuth + 1.0)
    return np.interp(np.abs(azimuth), knots, heights) + uneven


@dataclass
class Roots:
    """Where locks begin. rank: 0 at the hairline to 1 at the crown."""

    position: Array
    normal: Array
    azimuth: Array
    rank: Array


def scatter(face: Face, layer: Layer, rng: np.random.Generator) -> Roots:
    """Evenly spread roots above the hairline: a golden spiral, lightly shaken."""
    total = int(layer["count"]) * 2
    k = np.arange(total) + 0.5
    azimuth = (k * np.pi * (3.0 - np.sqrt(5.0)) + np.pi) % (2 * np.pi) - np.pi + rng.normal(0.0, 0.02, total)
    elevation = np.arcsin(1.0 - 2.0 * k / total) + rng.normal(0.0, 0.02, total)
    low = hairline(azimuth) + np.interp(np.abs(azimuth), AROUND, layer.get("inset", [0.03] * 4))
    keep = (elevation > low) & (elevation < low + layer.get("band", 4.0)) & (np.abs(azimuth) > layer.get("from", -1.0))
    keep &= np.abs(azimuth) < layer.get("to", 9.0)
    elevation, azimuth, low = elevation[keep], azimuth[keep], low[keep]
    rays = directions(elevation, azimuth)
    position = rays * march(face.field, CENTER, rays)[:, None]
    rank = np.clip((elevation - low) / (np.pi / 2 - low), 0.0, 1.0)
    return Roots(position, gradient(face.field, position), azimuth, rank)


def obstacle(face: Face) -> Field:
    """What locks can't enter: head, ears and shoulders."""

    def field(points: Array) -> Array:
        p = mirrored(points)
        d = face.field(points)
        d = blend(d, ellipsoid(p, (0.092, 0.016, -0.010), (0.012, 0.022, 0.034)), 0.02)
        d = blend(d, torso(p + HEAD, face.shape) - 0.013, 0.02)
        return d

    return field


def comb(roots: Roots, layer: Layer) -> Array:
    """The direction in which each lock sets out: away from the parting, over the surface, lifted off it."""
    x, y = roots.position[:, 0], roots.position[:, 1]
    behind = smoothstep(y, 0.0, 0.07)
    away = np.tanh((x - layer.get("part", 0.03) * (1.0 - behind)) / (0.012 + 0.10 * behind))
    wide, back, down = layer.get("comb", (0.9, 0.15, -0.5))
    front = smoothstep(y, -0.01, -0.06)
    heading = np.column_stack([away * wide, np.full(len(x), back), np.full(len(x), down)])
    heading[:, 1] -= layer.get("fringe", 0.0) * front
    heading[:, 2] += layer.get("sweep", 0.0) * front
    if "swirl" in layer:
        heading = np.cross(roots.normal, np.array(layer["swirl"])) + heading * 0.3
    tangent = unit(heading - roots.normal * (heading * roots.normal).sum(axis=1, keepdims=True))
    return tangent + roots.normal * layer.get("lift", 0.5)


def flow(face: Face, roots: Roots, layer: Layer, rng: np.random.Generator) -> tuple[Array, Array]:
    """Centre lines (C, S, 3) and their outward normals."""
    count, steps = len(roots.position), int(layer.get("steps", 16))
    solid, shield = obstacle(face), layer.get("shield", 1.0)
    length = np.interp(np.abs(roots.azimuth), AROUND, layer["length"]) * (
        1 + rng.normal(0, layer.get("ragged", 0.04), count)
    )
    offset = layer.get("volume", 0.012) * (0.25 + 0.6 * roots.rank + 0.25 * rng.random(count))
    hem = None
    if "hem" in layer:
        hem = np.interp(np.abs(roots.azimuth), AROUND, layer["hem"]) + rng.normal(
            0, layer.get("hem_ragged", 0.003), count
        )
    goal = np.array(layer["gather"]) if "gather" in layer else None
    stride = length / (steps - 1)
    if goal is not None:
        stride = lengths(goal - roots.position) * 1.35 / (steps - 1)
    position = roots.position + roots.normal * layer.get("start", 0.001)
    direction = comb(roots, layer) + layer.get("random", 0.0) * rng.normal(0.0, 1.0, (count, 3))
    path, normals = [position], [roots.normal]
    for k in range(1, steps):
        t = k / (steps - 1)
        if goal is not None:
            direction = direction * 0.25 + unit(goal - position)
        else:
            direction = direction + np.array([0.0, 0.0, -layer.get("gravity", 0.22)])
            if hem is not None and "tuck" in layer:
                near = smoothstep(position[:, 2], hem + 0.055, hem)[:, None]
                direction = direction + layer["tuck"] * near * (np.array([0.0, 0.02, 0.0]) - position) * [
                    10.0,
                    10.0,
                    0.0,
                ]
        direction = unit(direction)
        reach = stride if goal is None else np.minimum(stride, lengths(goal - position))
        position = position + direction * reach[:, None]
        normal = gradient(solid, position, 1e-3)
        gap = offset * min(1.0, 2.5 * t) - solid(position)
        push = np.clip(gap, 0.0, None)
        cling = layer.get("cling", 0.0) * smoothstep(position[:, 2], -0.01, 0.05)
        direction = direction + normal * (np.clip(gap + 0.003, -0.03, 0.0) / 0.03 * cling)[:, None]
        if goal is not None:
            push = np.minimum(push, lengths(goal - position) * 0.5)
        position = position + normal * push[:, None]
        if shield:
            free = -0.050 * shield - 0.16 * smoothstep(position[:, 2], 0.045, 0.088)
            behind = np.clip(free - position[:, 1], 0.0, 0.8 * stride)
            position[:, 1] += behind
            direction[:, 1] += 0.5 * behind / stride
        into = np.minimum((direction * normal).sum(axis=1), 0.0)
        direction = direction - normal * np.where(push > 0, into, 0.0)[:, None]
        path.append(position)
        normals.append(normal)
    line = np.stack(path, axis=1)
    if hem is not None:
        line = trimmed(line, hem)
    return smoothed(line), smoothed(np.stack(normals, axis=1))


def smoothed(rows: Array, times: int = 2) -> Array:
    """Rows (C, S, 3) with kinks along S ironed out; the ends stay."""
    out = rows.copy()
    for _ in range(times):
        out[:, 1:-1] = 0.25 * out[:, :-2] + 0.5 * out[:, 1:-1] + 0.25 * out[:, 2:]
    return out


def trimmed(line: Array, hem: Array) -> Array:
    """Lines cut where they pass below the hem, resampled to the same number of steps."""
    steps = line.shape[1]
    below = line[..., 2] < hem[:, None]
    first = np.where(below.any(axis=1), below.argmax(axis=1), steps - 1)
    out = line.copy()
    for i, last in enumerate(first):
        if last < 2 or not below[i].any():
            continue
        z = line[i, :, 2]
        end = last - 1 + (z[last - 1] - hem[i]) / max(z[last - 1] - z[last], 1e-9)
        at = np.linspace(0.0, end, steps)
        out[i] = np.column_stack([np.interp(at, np.arange(steps), line[i, :, a]) for a in range(3)])
    return out


def curled(line: Array, out: Array, layer: Layer, rng: np.random.Generator) -> Array:
    """Lines wound about themselves."""
    radius = layer.get("curl", 0.0)
    if not radius:
        return line
    t = np.linspace(0.0, 1.0, line.shape[1])[None, :]
    phase = rng.random(len(line))[:, None] * 2 * np.pi + t * layer.get("turns", 3.0) * 2 * np.pi
    across = np.cross(out, unit(np.gradient(line, axis=1)))
    grown = radius * np.minimum(1.0, 3.0 * t)[..., None]
    return line + grown * (np.cos(phase)[..., None] * across + np.sin(phase)[..., None] * out)


def lock_mesh(line: Array, out: Array, layer: Layer, rng: np.random.Generator, name: str = "Locks") -> Part:
    """Flattened tapering tubes along lines; tint = (tone of the lock, 0, 0), coords = (across, along)."""
    count, steps = line.shape[:2]
    tangent = unit(np.gradient(line, axis=1))
    out = unit(out - tangent * (out * tangent).sum(axis=2, keepdims=True))
    across = np.cross(out, tangent)
    t = np.linspace(0.0, 1.0, steps)[None, :]
    size = layer.get("width", 0.012) * (0.7 + 0.6 * rng.random(count))[:, None]
    start = layer.get("root", 0.55)
    profile = np.minimum(1.0, start + 2.0 * t) * np.sqrt(np.clip(1.0 - t ** layer.get("taper", 4.0), 0.0, 1.0)) + 0.015
    vertices, quads, coords = tube(line, across, out, size * profile, size * profile * layer.get("flat", 0.35), CORNERS)
    tone = np.repeat(rng.random(count), steps * CORNERS)
    coords[:, 0] += np.repeat(rng.random(count) * 3.0, steps * CORNERS)
    reach = lengths(np.diff(line, axis=1).reshape(-1, 3)).reshape(count, steps - 1).sum(axis=1)
    coords[:, 1] *= np.repeat(reach, steps * CORNERS)
    thin = layer.get("thin", 0.0) * smoothstep(coords[:, 1], 0.012, 0.0)
    return Part(name, vertices, quads, "hair", np.column_stack([tone, coords[:, 1], thin]), coords)


def grow(face: Face, layer: Layer, rng: np.random.Generator) -> Part:
    """One layer of locks."""
    roots = scatter(face, layer, rng)
    line, out = flow(face, roots, layer, rng)
    return lock_mesh(curled(line, out, layer, rng), out, layer, rng)
