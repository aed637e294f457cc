# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's shape keys by meaning, and where on its surface they move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import bpy
import numpy as np

from .geometry import coordinates
from .gltf import Vrm
from .loaded import KeyDrive
from .naming import read_key

#: A vertex counts as moved where its way is at least this share of the key's longest way.
MOVED = 0.25


@dataclass(frozen=True)
class FaceKeys:
    """keys: ARKit name -> drives; own: setting name -> drives of the file's own whole expression."""

    keys: dict[str, list[KeyDrive]] = field(default_factory=dict)
    own: dict[str, list[KeyDrive]] = field(default_factory=dict)


def face_keys(meshes: Iterable[bpy.types.Object], vrm: Vrm | None) -> FaceKeys:
    """Read the meaning of every shape key; what a VRM file says of its own keys goes before names."""
    meshes = list(meshes)
    found = _by_name(meshes)
    if vrm is None:
        return found
    keys, own = dict(found.keys), dict(found.own)
    for name, binds in vrm.expressions.items():
        drives = [drive for bind in binds for drive in _drives(meshes, bind.mesh, bind.target, bind.weight)]
        if not drives:
            continue
        meaning = read_key(name)
        for arkit in meaning.arkit:
            keys.setdefault(arkit, drives)
        for setting, weight in meaning.own:
            own[setting] = [KeyDrive(drive.mesh, drive.key, drive.full * weight) for drive in drives]
    return FaceKeys(keys, own)


def _by_name(meshes: list[bpy.types.Object]) -> FaceKeys:
    keys: dict[str, list[KeyDrive]] = {}
    own: dict[str, list[KeyDrive]] = {}
    for mesh in meshes:
        if mesh.data.shape_keys is None:
            continue
        read = [(block.name, read_key(block.name)) for block in mesh.data.shape_keys.key_blocks[1:]]
        # One mesh may speak several schemes (ARKit and visemes): the best one makes a thing, or it would be made twice.
        best: dict[str, int] = {}
        for _name, meaning in read:
            for goal in (*meaning.arkit, *dict(meaning.own)):
                best[goal] = min(best.get(goal, meaning.rank), meaning.rank)
        for name, meaning in read:
            for arkit in meaning.arkit:
                if best[arkit] == meaning.rank:
                    keys.setdefault(arkit, []).append(KeyDrive(mesh.name, name))
            for setting, weight in meaning.own:
                if best[setting] == meaning.rank and not _has(own, setting, mesh.name):
                    own.setdefault(setting, []).append(KeyDrive(mesh.name, name, weight))
    return FaceKeys(keys, own)


def _has(found: dict[str, list[KeyDrive]], goal: str, mesh: str) -> bool:
    return any(drive.mesh == mesh for drive in found.get(goal, ()))


def _drives(meshes: list[bpy.types.Object], node: str, target: int, weight: float) -> list[KeyDrive]:
    """The key of a node's mesh by the target's number: the importer keeps the order, not always the name."""
    rows = []
    for mesh in meshes:
        blocks = mesh.data.shape_keys.key_blocks if mesh.data.shape_keys else ()
        same = node in (mesh.name, mesh.data.name) or mesh.name.rpartition(".")[0] == node
        if same and 0 <= target < len(blocks) - 1 and weight > 0:
            rows.append(KeyDrive(mesh.name, blocks[target + 1].name, weight))
    return rows


@dataclass(frozen=True)
class Motion:
    """Where keys move a surface: the moved points (world, rest), how far, and the surface's normals there."""

    points: np.ndarray
    ways: np.ndarray
    normals: np.ndarray

    @property
    def centre(self) -> np.ndarray:
        """The middle of the moved points, weighted by how far they move."""
        return np.average(self.points, axis=0, weights=self.ways)

    @property
    def normal(self) -> np.ndarray:
        """The mean outward normal there, not normalised."""
        return np.average(self.normals, axis=0, weights=self.ways)


def motion(meshes: Iterable[bpy.types.Object], drives: Iterable[KeyDrive]) -> Motion | None:
    """How some drives move the surface; of several meshes the one that moves farthest. None where nothing moves."""
    steps: dict[str, np.ndarray] = {}
    by_name = {mesh.name: mesh for mesh in meshes}
    for drive in drives:
        mesh = by_name.get(drive.mesh)
        block = mesh.data.shape_keys.key_blocks.get(drive.key) if mesh and mesh.data.shape_keys else None
        if block is not None:
            step = drive.full * (coordinates(block.data) - coordinates(block.relative_key.data))
            steps[drive.mesh] = steps.get(drive.mesh, 0.0) + step
    rows = [_moved(by_name[name], step) for name, step in steps.items()]
    return max((row for row in rows if row is not None), key=lambda row: row.ways.max(), default=None)


def _moved(mesh: bpy.types.Object, step: np.ndarray) -> Motion | None:
    turn = np.array(mesh.matrix_world, dtype=float)
    ways = np.linalg.norm(step @ turn[:3, :3].T, axis=1)
    if ways.max(initial=0.0) < 1e-9:
        return None
    rows = ways > MOVED * ways.max()
    points = coordinates(mesh.data.vertices)[rows] @ turn[:3, :3].T + turn[:3, 3]
    normals = coordinates(mesh.data.vertices, "normal")[rows] @ np.linalg.inv(turn[:3, :3])
    return Motion(points, ways[rows], normals)
