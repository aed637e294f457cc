# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's shape keys by meaning, and where on its surface they move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import bpy
import numpy as np

from ..files.gltf import Vrm
from ..geometry import coordinates
from ..loaded import KeyDrive
from ..names.face_names import Key, read_key, together

#: A vertex counts as moved where its way is at least this share of the key's longest way.
MOVED = 0.25
#: A key whose longest step is outside these shares of its mesh's extent is empty, or broken.
TINY, WILD = 1e-6, 2.0


@dataclass(frozen=True)
class FaceKeys:
    """keys: ARKit name -> drives; own: setting name -> drives of the file's own whole expression."""

    keys: dict[str, list[KeyDrive]] = field(default_factory=dict)
    own: dict[str, list[KeyDrive]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Maker:
    """A key of a mesh as one that can make some goal; `full` is its value at which it makes all of it."""

    name: str
    meaning: Key
    full: float

    def fitness(self, goal: str) -> tuple[int, bool, int]:
        """The lowest goes first: the scheme that says more, then keys made for one side where the goal has one."""
        return self.meaning.rank, self.meaning.sided != goal.endswith(("Left", "Right")), self.meaning.place


def face_keys(meshes: Iterable[bpy.types.Object], vrm: Vrm | None) -> FaceKeys:
    """Read the meaning of every shape key; what a VRM file says of its own keys goes before names."""
    meshes = list(meshes)
    keys: dict[str, list[KeyDrive]] = {}
    own: dict[str, list[KeyDrive]] = {}
    for mesh in meshes:
        if mesh.data.shape_keys is not None:
            _read_mesh(mesh, keys, own)
    if vrm is not None:
        _read_vrm(meshes, vrm, keys, own)
    return FaceKeys(keys, own)


def _read_mesh(mesh: bpy.types.Object, keys: dict[str, list[KeyDrive]], own: dict[str, list[KeyDrive]]) -> None:
    """One mesh may speak several schemes (ARKit, visemes, controls of both sides): the best one makes a thing."""
    makers: dict[str, list[_Maker]] = {}
    wholes: dict[str, list[_Maker]] = {}
    for block in mesh.data.shape_keys.key_blocks[1:]:
        meaning = read_key(block.name)
        for goal, full in meaning.arkit.items():
            makers.setdefault(goal, []).append(_Maker(block.name, meaning, full))
        for goal, full in meaning.own.items():
            wholes.setdefault(goal, []).append(_Maker(block.name, meaning, full))
    sound = _Soundness(mesh)
    for goal, rows in makers.items():
        rows.sort(key=lambda row: row.fitness(goal))
        first_sound = next((row for row in rows if sound(row.name)), None)
        if first_sound is None:
            continue
        best = first_sound.fitness(goal)
        chosen = [row for row in rows if row.fitness(goal) == best and sound(row.name)]
        # a goal without sides may be made by the keys of both sides, but never twice by copies of one
        count = 2 if chosen[0].meaning.sided and not goal.endswith(("Left", "Right")) else 1
        drives = [KeyDrive(mesh.name, row.name, row.full, row.meaning.coarse) for row in chosen[:count]]
        keys.setdefault(goal, []).extend(drives)
    for goal, names in together([block.name for block in mesh.data.shape_keys.key_blocks[1:]]).items():
        if all(sound(name) for name in names):
            own.setdefault(goal, []).extend(KeyDrive(mesh.name, name, full) for name, full in names.items())
            wholes.pop(goal, None)
    for goal, rows in wholes.items():
        rows.sort(key=lambda row: (row.meaning.rank, row.meaning.place))
        first = next((row for row in rows if sound(row.name)), None)
        if first is not None:
            own.setdefault(goal, []).append(KeyDrive(mesh.name, first.name, first.full, first.meaning.guessed))


class _Soundness:
    """Whether a key does something, and nothing absurd: files hold empty keys, and ones with garbage in them."""

    def __init__(self, mesh: bpy.types.Object) -> None:
        self._blocks = mesh.data.shape_keys.key_blocks
        self._extent = float(np.ptp(coordinates(mesh.data.vertices), axis=0).max()) if mesh.data.vertices else 0.0
        self._known: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        if name not in self._known:
            block = self._blocks[name]
            step = np.abs(coordinates(block.points) - coordinates(block.relative_key.points)).max(initial=0.0)
            self._known[name] = bool(TINY * self._extent < step < WILD * self._extent)
        return self._known[name]


def _read_vrm(
    meshes: list[bpy.types.Object], vrm: Vrm, keys: dict[str, list[KeyDrive]], own: dict[str, list[KeyDrive]]
) -> None:
    """VRM's expressions: presets before custom ones of the same meaning; switches (isBinary) are on or off."""
    ranks: dict[str, int] = {}
    for name, binds in vrm.expressions.items():
        drives = [drive for bind in binds for drive in _drives(meshes, bind.mesh, bind.target, bind.weight)]
        if not drives:
            continue
        meaning, switch = read_key(name), name in vrm.binary
        for goal, full in meaning.arkit.items():
            if goal not in keys:
                keys[goal] = [KeyDrive(row.mesh, row.key, row.full * full, meaning.coarse, switch) for row in drives]
        for goal, weight in meaning.own.items():
            if meaning.rank <= ranks.get(goal, meaning.rank):
                ranks[goal] = meaning.rank
                own[goal] = [KeyDrive(row.mesh, row.key, row.full * weight, False, switch) for row in drives]


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
            step = drive.full * (coordinates(block.points) - coordinates(block.relative_key.points))
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
