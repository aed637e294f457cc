# SPDX-License-Identifier: GPL-3.0-or-later
"""A piece of the sitter as plain arrays, before it becomes a Blender object. bpy-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .fields import Array


@dataclass
class Part:
    """One mesh: vertices (N, 3) in metres, faces as tuples or an (M, K) array, one material for all or one a face.

    tint: (N, 3) linear colour an own material reads. coords: (N, 2 or 3) coordinates a material reads; marks: (N, 3)
    more masks.
    keys: shape-key name -> (N, 3) offsets. weights: bone name -> (N,) 0..1.
    """

    name: str
    vertices: Array
    faces: Sequence[Sequence[int]] | Array
    material: str
    tint: Array | None = None
    coords: Array | None = None
    marks: Array | None = None
    keys: dict[str, Array] = field(default_factory=dict)
    weights: dict[str, Array] = field(default_factory=dict)

    def moved(self, offset: Sequence[float]) -> Part:
        """The same part with its vertices shifted (in place)."""
        self.vertices = self.vertices + np.asarray(offset, dtype=float)
        return self

    def bound(self, bone: str) -> Part:
        """The same part hanging wholly on one bone (in place)."""
        self.weights = {bone: np.ones(len(self.vertices))}
        return self


def joined(name: str, parts: Sequence[Part]) -> Part:
    """Several parts of one material as one mesh; missing keys, weights, tints and coords are zero."""
    sizes = [len(part.vertices) for part in parts]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    faces: list[tuple[int, ...]] = []
    for part, start in zip(parts, starts, strict=True):
        faces += [tuple(int(v) + int(start) for v in face) for face in part.faces]

    def gather(pick: list[Array | None], width: int | None) -> Array:
        rows = []
        for size, value in zip(sizes, pick, strict=True):
            empty = np.zeros(size) if width is None else np.zeros((size, width))
            rows.append(empty if value is None else value)
        return np.concatenate(rows)

    keys = sorted({key for part in parts for key in part.keys})
    bones = sorted({bone for part in parts for bone in part.weights})
    return Part(
        name,
        np.concatenate([part.vertices for part in parts]),
        faces,
        parts[0].material,
        gather([part.tint for part in parts], 3) if any(part.tint is not None for part in parts) else None,
        gather([part.coords for part in parts], 2) if any(part.coords is not None for part in parts) else None,
        None,
        {key: gather([part.keys.get(key) for part in parts], 3) for key in keys},
        {bone: gather([part.weights.get(bone) for part in parts], None) for bone in bones},
    )


def mirror(part: Part, name: str) -> Part:
    """The part on the other side of x = 0, with Left and Right exchanged in bones and keys."""
    flip = np.array([-1.0, 1.0, 1.0])
    return Part(
        name,
        part.vertices * flip,
        [tuple(face)[::-1] for face in part.faces],
        part.material,
        part.tint,
        part.coords,
        part.marks,
        {swap(key): value * flip for key, value in part.keys.items()},
        {swap(bone): value for bone, value in part.weights.items()},
    )


def swap(name: str) -> str:
    """A name with Left and Right exchanged."""
    if "Left" in name:
        return name.replace("Left", "Right")
    return name.replace("Right", "Left")


def tube(
    path: Array, side: Array, normal: Array, width: Array, thick: Array, around: int
) -> tuple[Array, Array, Array]:
    """Tubes along many paths at once.

    path, side, normal: (C, S, 3) centre line and cross-section axes; width, thick: (C, S) half extents.
    Returns vertices (C * (S * around), 3), quads with closed ends left open, and coords (u around, v along).
    """
    count, steps = path.shape[:2]
    angle = 2.0 * np.pi * np.arange(around) / around
    ring = (
        path[:, :, None]
        + (width[..., None] * np.cos(angle))[..., None] * side[:, :, None]
        + (thick[..., None] * np.sin(angle))[..., None] * normal[:, :, None]
    )
    index = np.arange(count * steps * around).reshape(count, steps, around)
    a, b = index[:, :-1], index[:, 1:]
    quads = np.stack([a, np.roll(a, -1, axis=2), np.roll(b, -1, axis=2), b], axis=-1).reshape(-1, 4)
    u = np.broadcast_to(np.cos(angle)[None, None] * width[..., None], index.shape)
    v = np.broadcast_to(np.linspace(0.0, 1.0, steps)[None, :, None], index.shape)
    return ring.reshape(-1, 3), quads, np.stack([u.ravel(), v.ravel()], axis=1)
