# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed distance fields in numpy: the clay of which the sitter is made. Free of bpy.

Points are (N, 3) arrays in metres; a field maps points to (N,) distances, negative inside. Primitives and the smooth
minimum follow Inigo Quilez, https://iquilezles.org/articles/distfunctions and /smin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Array = np.ndarray
Field = Callable[[Array], Array]


def lengths(q: Array) -> Array:
    """Euclidean lengths of the rows of (N, 3)."""
    return np.sqrt(np.einsum("ij,ij->i", q, q))


def mirrored(points: Array) -> Array:
    """Points with x made positive: a field of these is symmetric."""
    out = points.copy()
    out[:, 0] = np.abs(out[:, 0])
    return out


def ellipsoid(p: Array, center: Sequence[float], radii: Sequence[float]) -> Array:
    """Approximate distance to an axis-aligned ellipsoid (exact on the surface)."""
    r = np.asarray(radii, dtype=float)
    q = p - np.asarray(center, dtype=float)
    k0 = lengths(q / r)
    k1 = np.maximum(np.linalg.norm(q / (r * r), axis=1), 1e-9)
    return k0 * (k0 - 1.0) / k1


def sphere(p: Array, center: Sequence[float], radius: float) -> Array:
    """Distance to a sphere."""
    return lengths(p - np.asarray(center, dtype=float)) - radius


def cone(p: Array, a: Sequence[float], b: Sequence[float], ra: float, rb: float) -> Array:
    """Distance to a capsule whose radius runs from `ra` at `a` to `rb` at `b`."""
    start, end = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    axis = end - start
    t = np.clip((p - start) @ axis / max(float(axis @ axis), 1e-12), 0.0, 1.0)
    return lengths(p - start - t[:, None] * axis) - (ra + (rb - ra) * t)


def box(p: Array, center: Sequence[float], half: Sequence[float], rounding: float) -> Array:
    """Distance to a box with rounded edges; `half` includes the rounding."""
    q = np.abs(p - np.asarray(center, dtype=float)) - (np.asarray(half, dtype=float) - rounding)
    outside = lengths(np.maximum(q, 0.0))
    return outside + np.minimum(q.max(axis=1), 0.0) - rounding


def blend(a: Array, b: Array, k: float) -> Array:
    """Smooth union: the polynomial smooth minimum with radius `k`."""
    h = np.maximum(k - np.abs(a - b), 0.0) / k
    return np.minimum(a, b) - h * h * k * 0.25


def carve(a: Array, b: Array, k: float) -> Array:
    """Smooth subtraction of `b` from `a`."""
    return -blend(-a, b, k)


def cut(a: Array, b: Array, k: float) -> Array:
    """Smooth intersection of `a` and `b`."""
    return -blend(-a, -b, k)


def smoothstep(x: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, smooth between (also with `low` > `high`)."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def gauss(p: Array, center: Sequence[float], widths: Sequence[float]) -> Array:
    """A bell of height 1 at `center` with the standard deviations `widths`, one an axis."""
    q = (p - np.asarray(center, dtype=float)) / np.asarray(widths, dtype=float)
    return np.exp(-0.5 * (q * q).sum(axis=1))


def gradient(field: Field, p: Array, step: float = 2e-4) -> Array:
    """The unit gradient of a field at points, by central differences."""
    out = np.empty_like(p)
    for axis in range(3):
        shift = np.zeros(3)
        shift[axis] = step
        out[:, axis] = field(p + shift) - field(p - shift)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


def project(field: Field, p: Array, steps: int = 4) -> Array:
    """Points moved onto the zero surface along the gradient (Newton)."""
    out = p.copy()
    for _ in range(steps):
        out -= field(out)[:, None] * gradient(field, out)
    return out


def march(field: Field, origin: Array, direction: Array, start: float = 0.03, steps: int = 24) -> Array:
    """The first crossing from inside to outside along rays from `origin`: sphere tracing. Returns distances (N,)."""
    reach = np.full(len(direction), start)
    live = np.arange(len(direction))
    for _ in range(steps):
        distance = field(origin + reach[live, None] * direction[live])
        reach[live] -= np.where(distance < 0.0, 0.95, 1.0) * distance
        live = live[np.abs(distance) > 2e-6]
        if not len(live):
            break
    return reach
