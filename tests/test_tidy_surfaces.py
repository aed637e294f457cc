# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces look outwards, smooth where they are round, whatever the file says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bmesh
import numpy as np
import pytest
from modelsheet.character.files.importers import clear
from modelsheet.character.tidy.cleanup import clean
from tidy_scene import (
    ball,
)


@pytest.fixture(autouse=True)
def empty() -> None:
    """An empty scene for every test."""
    clear()


def normals_of(body: Any) -> tuple[float, float]:
    """How far corner normals look out of a ball, in the mean, and how far faces do."""
    mesh = body.data
    corners = np.array([mesh.corner_normals[index].vector for index in range(len(mesh.loops))])
    spots = np.array([mesh.vertices[loop.vertex_index].co for loop in mesh.loops])
    faces = np.array([face.normal.dot(face.center.normalized()) for face in mesh.polygons])
    return float((corners * spots).sum(axis=1).mean()), float(faces.mean())


def turn_all(body: Any) -> None:
    body.data.flip_normals()


def turn_some(body: Any) -> None:
    work = bmesh.new()
    work.from_mesh(body.data)
    bmesh.ops.reverse_faces(work, faces=[face for face in work.faces if face.index % 3 == 0])
    work.to_mesh(body.data)
    work.free()


def contradict(body: Any) -> None:
    body.data.normals_split_custom_set_from_vertices([-vertex.normal for vertex in body.data.vertices])


def split_flat(body: Any) -> None:
    """As a glTF without normals comes: every face with corners of its own, shaded flat."""
    work = bmesh.new()
    work.from_mesh(body.data)
    bmesh.ops.split_edges(work, edges=work.edges)
    work.to_mesh(body.data)
    work.free()
    flat(body)


def flat(body: Any) -> None:
    body.data.polygons.foreach_set("use_smooth", np.zeros(len(body.data.polygons), dtype=bool))
    body.data.update()


@pytest.mark.parametrize("spoil", [turn_all, turn_some, contradict, split_flat, flat])
def test_round_surfaces_look_outwards_and_smooth(spoil: Callable[[Any], None]) -> None:
    body = ball("Hero", fine=40)
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="mouthOpen").data[5].co.z += 0.5
    spoil(body)
    count = len(body.data.vertices)
    before = normals_of(body)
    clean("case")
    corners, faces = normals_of(body)
    assert min(before) < 0.9985 <= corners
    assert faces > 0.98
    assert len(body.data.vertices) == count
    assert body.data.shape_keys.key_blocks["mouthOpen"].data[5].co.z == pytest.approx(
        body.data.shape_keys.key_blocks["Basis"].data[5].co.z + 0.5
    )


def test_low_poly_looks_stay_flat_and_mirrored_parts_as_they_are() -> None:
    gem = ball("Gem", fine=14)
    flat(gem)
    mirrored = ball("Mirrored", at=(3, 0, 0))
    mirrored.scale.x = -1
    clean("case")
    assert not any(face.use_smooth for face in gem.data.polygons)
    assert normals_of(mirrored)[1] > 0.98


def test_points_that_are_no_numbers_are_mended() -> None:
    body = ball("Hero")
    body.data.vertices[0].co.x = float("nan")
    clean("case")
    assert np.isfinite([vertex.co[:] for vertex in body.data.vertices]).all()
