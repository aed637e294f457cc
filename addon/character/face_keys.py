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

#: VRM's preset names (0.x and 1.0) -> the settings that they show; `neutral` needs no key.
VRM_SETTINGS = {
    "joy": "happy",
    "happy": "happy",
    "angry": "angry",
    "sorrow": "sad",
    "sad": "sad",
    "surprised": "surprised",
    "fun": "slight_smile",
    "relaxed": "slight_smile",
}
#: VRM's mouth and lid presets -> the ARKit names that they can stand for.
VRM_ARKIT = {
    "a": ("jawOpen",),
    "aa": ("jawOpen",),
    "o": ("mouthFunnel",),
    "oh": ("mouthFunnel",),
    "u": ("mouthPucker",),
    "ou": ("mouthPucker",),
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "blink_l": ("eyeBlinkLeft",),
    "blink_r": ("eyeBlinkRight",),
    "blinkleft": ("eyeBlinkLeft",),
    "blinkright": ("eyeBlinkRight",),
}


@dataclass(frozen=True)
class FaceKeys:
    """keys: ARKit name -> drives; own: setting name -> drives of the file's own whole expression."""

    keys: dict[str, list[KeyDrive]] = field(default_factory=dict)
    own: dict[str, list[KeyDrive]] = field(default_factory=dict)
    vrm: bool = False


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
        if name.lower() in VRM_SETTINGS:
            own.setdefault(VRM_SETTINGS[name.lower()], drives)
        meaning = read_key(name)
        for arkit in VRM_ARKIT.get(name.lower(), meaning.arkit):
            keys.setdefault(arkit, drives)
        for setting, weight in meaning.own:
            scaled = [KeyDrive(drive.mesh, drive.key, drive.full * weight) for drive in drives]
            own.setdefault(setting, scaled)
    return FaceKeys(keys, own, bool(own))


def _by_name(meshes: list[bpy.types.Object]) -> FaceKeys:
    keys: dict[str, list[KeyDrive]] = {}
    own: dict[str, list[KeyDrive]] = {}
    for mesh in meshes:
        if mesh.data.shape_keys is None:
            continue
        for block in mesh.data.shape_keys.key_blocks[1:]:
            meaning = read_key(block.name)
            for arkit in meaning.arkit:
                keys.setdefault(arkit, []).append(KeyDrive(mesh.name, block.name))
            for setting, weight in meaning.own:
                own.setdefault(setting, []).append(KeyDrive(mesh.name, block.name, weight))
    return FaceKeys(keys, own)


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
