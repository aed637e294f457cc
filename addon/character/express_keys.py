# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys: setting them, clearing them, and how far they move a face."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import bpy
import numpy as np

from .geometry import coordinates
from .loaded import KeyDrive, Loaded
from .pose_rest import still

Drives = Mapping[str, list[KeyDrive]]


def clear_keys(loaded: Loaded) -> None:
    """Set every key that makes expressions to 0, and silence what would move it at the next frame.

    Keys that mean nothing to the face (a body's shape, a piece of clothing) stay as the file has them.
    """
    for mesh in loaded.meshes:
        if mesh.data.shape_keys is not None:
            mesh.show_only_shape_key = False
            still(mesh.data.shape_keys)
    for drive in _all(loaded):
        block = _block(loaded, drive)
        if block is not None:
            block.value = 0.0


def set_keys(loaded: Loaded, drives: Drives, weights: Mapping[str, float]) -> None:
    """Set keys by canonical name; several names may share a key, which never goes beyond its full value."""
    goals: dict[tuple[str, str], tuple[KeyDrive, float]] = {}
    for name, weight in weights.items():
        for drive in drives[name]:
            place = (drive.mesh, drive.key)
            before = goals.get(place, (drive, 0.0))[1]
            limit = max(1.0, abs(drive.full))
            goals[place] = (drive, max(-limit, min(limit, before + weight * drive.full)))
    for drive, value in goals.values():
        block = _block(loaded, drive)
        if block is None:
            continue
        block.mute = False
        block.slider_max = max(block.slider_max, value)
        block.slider_min = min(block.slider_min, value)
        block.value = value


class Reach:
    """How far keys move a face, as a fraction of the head's height; measured on the keys, without setting them."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._known: dict[tuple[str, str], float] = {}

    def farthest(self, drives: Drives, weights: Mapping[str, float]) -> float:
        """The longest way of a vertex under any one of the weighted keys."""
        ways = [
            abs(weight * drive.full) * self._way(drive) for name, weight in weights.items() for drive in drives[name]
        ]
        return max(ways, default=0.0)

    def _way(self, drive: KeyDrive) -> float:
        place = (drive.mesh, drive.key)
        if place not in self._known:
            self._known[place] = self._measure(drive)
        return self._known[place]

    def _measure(self, drive: KeyDrive) -> float:
        block = _block(self._loaded, drive)
        if block is None:
            return 0.0
        mesh = _mesh(self._loaded, drive)
        step = coordinates(block.data) - coordinates(block.relative_key.data)
        world = step @ np.array(mesh.matrix_world, dtype=float)[:3, :3].T
        longest = float(np.linalg.norm(world, axis=1).max(initial=0.0))
        return longest / max(self._loaded.facts.head.height, 1e-9)


def _all(loaded: Loaded) -> Iterable[KeyDrive]:
    for group in (loaded.keys, loaded.own):
        for drives in group.values():
            yield from drives


def _mesh(loaded: Loaded, drive: KeyDrive) -> bpy.types.Object | None:
    return next((mesh for mesh in loaded.meshes if mesh.name == drive.mesh), None)


def _block(loaded: Loaded, drive: KeyDrive) -> bpy.types.ShapeKey | None:
    mesh = _mesh(loaded, drive)
    keys = mesh.data.shape_keys if mesh is not None else None
    return keys.key_blocks.get(drive.key) if keys is not None else None
