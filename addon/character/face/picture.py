# SPDX-License-Identifier: GPL-3.0-or-later
"""A small picture of the face from the front, made in numpy, and how much of it an expression changes.

It tells what keys and bones do that a photograph can show: a key that moves hidden teeth, the back of the head or a
hidden mesh changes no pixel. A pixel has changed where another surface shows, where the surface has turned enough to
be lit differently, or where it has slid so far that its paint lies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np

from ..geometry import coordinates, evaluated, read_parts
from ..loaded import KeyDrive, Loaded
from ..pose.axes import axes_of
from ..tidy.seen import pictured, see_through
from .raster import Raster, draw, vertex_normals

#: Pixels along the longer side of the face's box.
SIZE = 96
#: Where the light comes from (across, up, towards the viewer), and by how much a pixel must be lit differently to have
#: changed. Of 0.06, 0.1 and 0.15 this agreed best with Cycles renders of twelve characters in a dozen expressions each
#: (share of pixels that differ by 0.06 in sRGB): slope 0.96, correlation 0.80, factor 1.6 either way. Slides add to it.
LIGHT = np.array([0.35, 0.5, 0.79])
LIT = 0.1
#: A surface that slides by more than this share of the face's box shows other paint; skin that slides less does not.
SLID = 0.06
#: The same where a picture is painted on the surface: one and a half pixels.
PAINTED = 0.016
#: A key that moves the surface by less than this share of the box does not stir it.
STIRS = 0.008
#: What lies farther behind the head's middle than this share of its height is not looked at.
BEHIND = 0.2
#: The box goes on below the lowest vertex of the face by this share of its height.
MARGIN = 0.1
#: Modifiers that only bend a mesh; all others are left out, so that keys and surface have the same vertices.
BENDING = frozenset({"ARMATURE", "LATTICE", "HOOK", "CORRECTIVE_SMOOTH", "SURFACE_DEFORM", "MESH_DEFORM"})


@dataclass
class _Piece:
    """One mesh: its points at neutral, its triangles in the face's box, what each is made of and may slide.

    start: number of its first triangle among all; count: vertices of the mesh; rows: those that are points here.
    """

    name: str
    start: int
    count: int
    rows: np.ndarray
    points: np.ndarray
    triangles: np.ndarray
    paints: np.ndarray
    limits: np.ndarray


class FacePicture:
    """The neutral face as it stands (pose at rest, keys that mean nothing to a face as they are), and changes of it.

    Costs some 20 ms a picture on a face of 20 000 vertices. Changes nothing in the scene.
    """

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        axes = axes_of(loaded.facts)
        self._turn = np.array([axes.left, axes.up, axes.forward], dtype=np.float64)
        self._steps: dict[tuple[str, str], np.ndarray] = {}
        with _bent_only(loaded.meshes):
            rows = evaluated(loaded.meshes)
            self._low, self._unit, self._shape = self._box(rows)
            self._pieces = list(self._read(rows))
        self._neutral = self._draw([piece.points for piece in self._pieces])

    def change(self, drives: Iterable[tuple[KeyDrive, float]]) -> float:
        """Share of the face's pixels that keys change at those values."""
        drives = list(drives)
        moved = [self._moved(piece, drives) for piece in self._pieces]
        if all(now is piece.points for now, piece in zip(moved, self._pieces, strict=True)):
            return 0.0
        return self._compare(self._draw(moved))

    def change_now(self) -> float:
        """Share of the face's pixels that differ between neutral and the evaluated scene."""
        with _bent_only(self._loaded.meshes):
            rows = {name: points for name, _shown, points in evaluated(self._loaded.meshes)}
        moved = []
        for piece in self._pieces:
            points = rows.get(piece.name, np.zeros((0, 3)))
            moved.append(self._project(points[piece.rows]) if len(points) == piece.count else piece.points)
        return self._compare(self._draw(moved))

    def stirs(self, drives: Iterable[KeyDrive]) -> float:
        """Share of the neutral picture's pixels whose surface a full key moves at all."""
        near = self._neutral
        way = np.zeros((len(near.triangle), 3))
        for drive in drives:
            for piece in self._pieces:
                if piece.name != drive.mesh:
                    continue
                step = drive.full * self._step(drive, piece)
                rows = (near.triangle >= piece.start) & (near.triangle < piece.start + len(piece.triangles))
                corners = piece.triangles[near.triangle[rows] - piece.start]
                way[rows] += (step[corners] * near.weights[rows][:, :, None]).sum(axis=1)
        covered = max(int(near.covered.sum()), 1)
        return float((np.linalg.norm(way, axis=1) > STIRS).sum()) / covered

    def _box(self, rows: list[tuple[str, bpy.types.Object, np.ndarray]]) -> tuple[np.ndarray, float, tuple[int, int]]:
        """(lower corner, pixels... as a share of the longer side per unit, picture's width and height)."""
        head = self._loaded.facts.head
        middle = (self._turn @ np.array(head.center))[:2]
        low, high = middle - 0.5 * head.height, middle + 0.5 * head.height
        points = np.concatenate([row[2] for row in rows]) if rows else np.zeros((0, 3))
        members = read_parts(rows, ("face",)).get("face")
        if members is not None and len(members) > 3:
            flat = points[members].astype(np.float64) @ self._turn[:2].T
            low, high = flat.min(axis=0), flat.max(axis=0)
            # a coarse face may have no vertex on its chin, and its mouth on the box's very edge
            low[1] -= MARGIN * (high[1] - low[1])
        extent = np.maximum(high - low, 1e-9)
        unit = 1.0 / float(extent.max())
        # what lies well behind the middle of the head is never seen from the front
        self._behind = float(self._turn[2] @ np.array(head.center) - BEHIND * head.height) * unit
        width, height = (max(8, round(float(side) * unit * SIZE)) for side in extent)
        return low, unit, (width, height)

    def _project(self, points: np.ndarray) -> np.ndarray:
        """World points -> (across, up, towards the viewer), in shares of the box's longer side."""
        flat = points.astype(np.float64) @ self._turn.T
        flat[:, :2] -= self._low
        return flat * self._unit

    def _read(self, rows: list[tuple[str, bpy.types.Object, np.ndarray]]) -> Iterator[_Piece]:
        groups = (self._loaded.keys, self._loaded.own)
        known = {(drive.mesh, drive.key) for group in groups for row in group.values() for drive in row}
        start = 0
        for number, (name, shown, world) in enumerate(rows):
            mesh = next(row for row in self._loaded.meshes if row.name == name)
            points = self._project(world)
            if mesh.data.shape_keys is not None and len(points) == len(mesh.data.vertices):
                for block in mesh.data.shape_keys.key_blocks[1:]:
                    if (name, block.name) in known and block.value and not block.mute:
                        points -= block.value * self._read_step(KeyDrive(name, block.name), len(points))
            triangles, paints = _triangles(shown.data)
            corners = points[triangles] if len(triangles) else np.zeros((0, 3, 3))
            limit = np.array(self._shape) / SIZE
            inside = (corners[:, :, :2].max(axis=1) > -0.1).all(axis=1)
            inside &= (corners[:, :, :2].min(axis=1) < limit + 0.1).all(axis=1)
            inside &= corners[:, :, 2].max(axis=1) > self._behind
            clear = see_through(shown)
            slots = np.minimum(paints, len(clear) - 1)
            inside &= ~clear[slots]
            if len(points) == len(mesh.data.vertices):
                inside &= ~_masked(mesh, triangles)
            limits = np.where(pictured(shown)[slots], PAINTED, SLID)
            used, corner = np.unique(triangles[inside], return_inverse=True)
            yield _Piece(
                name,
                start,
                len(points),
                used,
                points[used],
                corner.reshape(-1, 3),
                # slots of different meshes are different paints
                paints[inside] + 100_000 * number,
                limits[inside],
            )
            start += int(inside.sum())

    def _step(self, drive: KeyDrive, piece: _Piece) -> np.ndarray:
        """(n, 3) what a key adds at 1 to a piece's points."""
        place = (drive.mesh, drive.key)
        if place not in self._steps:
            self._steps[place] = self._read_step(drive, piece.count)[piece.rows]
        return self._steps[place]

    def _read_step(self, drive: KeyDrive, count: int) -> np.ndarray:
        """(count, 3) what a key adds at 1 to a mesh, projected; nothing where it does not fit the mesh."""
        mesh = next((row for row in self._loaded.meshes if row.name == drive.mesh), None)
        block = mesh.data.shape_keys.key_blocks.get(drive.key) if mesh and mesh.data.shape_keys else None
        if mesh is None or block is None or len(block.points) != count:
            return np.zeros((count, 3))
        step = coordinates(block.points) - coordinates(block.relative_key.points)
        return step @ np.array(mesh.matrix_world, dtype=float)[:3, :3].T @ self._turn.T * self._unit

    def _moved(self, piece: _Piece, drives: list[tuple[KeyDrive, float]]) -> np.ndarray:
        points = piece.points
        for drive, value in drives:
            if drive.mesh == piece.name and value:
                points = points + value * self._step(drive, piece)
        return points

    def _draw(self, points: list[np.ndarray]) -> Raster:
        corners = [now[piece.triangles] for now, piece in zip(points, self._pieces, strict=True)]
        normals = [
            vertex_normals(now, piece.triangles)[piece.triangles]
            for now, piece in zip(points, self._pieces, strict=True)
        ]
        if not corners:
            return draw(np.zeros((0, 3, 3)), np.zeros((0, 3, 3)), SIZE, self._shape)
        return draw(np.concatenate(corners), np.concatenate(normals), SIZE, self._shape)

    def _compare(self, other: Raster) -> float:
        near = self._neutral
        covered = near.covered
        if not covered.any():
            return 0.0
        both = covered & other.covered
        changed = covered & ~other.covered
        paints = np.concatenate([piece.paints for piece in self._pieces])
        places = np.concatenate([piece.points[piece.triangles] for piece in self._pieces])
        first, second = near.triangle[both], other.triangle[both]
        lit = np.abs((near.normal[both] @ LIGHT).clip(0) - (other.normal[both] @ LIGHT).clip(0)) > LIT
        was = (places[first] * near.weights[both][:, :, None]).sum(axis=1)
        now = (places[second] * other.weights[both][:, :, None]).sum(axis=1)
        limits = np.concatenate([piece.limits for piece in self._pieces])
        slid = np.linalg.norm(was - now, axis=1) > limits[first]
        changed[both] = lit | slid | (paints[first] != paints[second])
        return float(changed.sum()) / float(covered.sum())


@contextmanager
def _bent_only(meshes: Iterable[bpy.types.Object]) -> Iterator[None]:
    """With only those modifiers at work that keep a mesh's vertices; put back afterwards."""
    still = [m for mesh in meshes for m in mesh.modifiers if m.type not in BENDING and m.show_viewport]
    for modifier in still:
        modifier.show_viewport = False
    try:
        yield
    finally:
        for modifier in still:
            modifier.show_viewport = True


def _triangles(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray]:
    """((m, 3) vertex numbers, (m,) material numbers) of a mesh."""
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    rows, paints = np.empty(count * 3, dtype=np.int32), np.empty(count, dtype=np.int32)
    mesh.loop_triangles.foreach_get("vertices", rows)
    mesh.loop_triangles.foreach_get("material_index", paints)
    return rows.reshape(-1, 3), paints


def _masked(mesh: bpy.types.Object, triangles: np.ndarray) -> np.ndarray:
    """(m,) True for triangles that a mask modifier hides (MakeHuman's helpers, skin under clothes)."""
    hidden = np.full(len(mesh.data.vertices), False)
    for modifier in mesh.modifiers:
        group = mesh.vertex_groups.get(modifier.vertex_group) if modifier.type == "MASK" else None
        if group is None or not modifier.show_render or modifier.mode != "VERTEX_GROUP":
            continue
        inside = np.array(
            [
                any(entry.group == group.index and entry.weight > modifier.threshold for entry in vertex.groups)
                for vertex in mesh.data.vertices
            ]
        )
        hidden |= inside if modifier.invert_vertex_group else ~inside
    return hidden[triangles].any(axis=1) if len(triangles) else np.full(0, False)
