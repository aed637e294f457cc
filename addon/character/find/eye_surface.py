# SPDX-License-Identifier: GPL-3.0-or-later
"""From the middle of an eyeball to the place on it that a picture shows: forward, onto the surface of the eye."""

from __future__ import annotations

import itertools

import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from ..geometry import evaluated
from ..names.eye_words import is_eye
from .face_cover import covers
from .subject import Subject

#: How far before its middle (head heights) an eye's surface may lie: drawn eyes of anime heads lie far before the bone.
FARTHEST = 0.30
#: A middle that was taken from a lid may lie this far before the eye; what is nearer than this ahead is the eye.
BEHIND, NEAR = 0.04, 0.10
#: Surfaces closer together than this (head heights) are layers of one eye: back, iris, cornea.
LAYER = 0.06
#: Surfaces met by one ray at most.
MOST = 32
#: Faces this near (head heights) to the line of sight are looked at.
COLUMN = 0.25


def eyes_seen(
    subject: Subject, eyes: tuple[np.ndarray, np.ndarray], facing: np.ndarray, height: float
) -> tuple[np.ndarray, np.ndarray]:
    """The places of both eyes that show, for their middles (world space); a middle with nothing before it stays.

    height: of the head, chin to crown. Looks at the bare faces of the surface at rest: no hair, lashes, glasses.
    """
    points, triangles, named = _bare(subject)
    columns = [np.linalg.norm(np.cross(points - eye, facing), axis=1) < COLUMN * height for eye in eyes]
    near = np.flatnonzero(np.any(columns, axis=0)[triangles].any(axis=1))
    used, corners = np.unique(triangles[near], return_inverse=True)
    tree = BVHTree.FromPolygons(points[used].tolist(), corners.reshape(-1, 3).tolist())
    left, right = (eye + facing * _depth(tree, named[near], eye, facing, height) for eye in eyes)
    return left, right


def _bare(subject: Subject) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N, 3) vertices, (T, 3) triangles that cover no face, (T,) whether a triangle is named as an eye."""
    points, triangles, named, start = [], [], [], 0
    for name, shown, vertices in evaluated(subject.cluster.meshes):
        mesh = shown.data
        mesh.calc_loop_triangles()
        corners = np.empty(len(mesh.loop_triangles) * 3, dtype=np.int32)
        mesh.loop_triangles.foreach_get("vertices", corners)
        slots = np.empty(len(mesh.loop_triangles), dtype=np.int32)
        mesh.loop_triangles.foreach_get("material_index", slots)
        corners = corners.reshape(-1, 3)
        bare = ~covers(name, mesh)[corners].all(axis=1)
        eyes = [index for index, material in enumerate(mesh.materials) if material and is_eye(material.name)]
        named.append((np.isin(slots, eyes) | is_eye(name))[bare])
        triangles.append(corners[bare] + start)
        points.append(vertices)
        start += len(vertices)
    return np.concatenate(points).astype(float), np.concatenate(triangles), np.concatenate(named)


def _depth(tree: BVHTree, named: np.ndarray, eye: np.ndarray, facing: np.ndarray, height: float) -> float:
    """How far before its middle an eye shows, world units."""
    ahead, behind = (_met(tree, eye, way * facing, reach * height) for way, reach in ((1, FARTHEST), (-1, BEHIND)))
    eyes = [depth for depth, index in ahead if named[index]]
    if eyes:
        return eyes[-1]
    if behind and (not ahead or ahead[0][0] > NEAR * height):
        return -behind[0][0]
    layers = [depth for depth, _index in ahead]
    gaps = [after - before > LAYER * height for before, after in itertools.pairwise(layers)]
    return layers[gaps.index(True) if True in gaps else -1] if layers else 0.0


def _met(tree: BVHTree, eye: np.ndarray, way: np.ndarray, reach: float) -> list[tuple[float, int]]:
    """(distance, number of the triangle) of the surfaces that a ray from the eye meets, the nearest first."""
    step, gone = 1e-4 * reach, 0.0
    met: list[tuple[float, int]] = []
    while len(met) < MOST:
        spot, _normal, index, far = tree.ray_cast(Vector(eye + way * gone), Vector(way), reach - gone)
        if spot is None:
            break
        met.append((gone + far, index))
        gone += far + step
    return met
