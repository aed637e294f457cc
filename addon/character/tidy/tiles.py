# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiled pictures (UDIM) of which a tile is missing: what lies on it gets a material of its own, without the picture."""

from __future__ import annotations

import bpy
import numpy as np

from .missing import has_pixels
from .trees import trees

#: The number of the tile at the origin; the next one to the right is 1 more, the next one up 10 more.
FIRST = 1001


def part_lost_tiles(meshes: list[bpy.types.Object]) -> None:
    """Move faces whose tile is missing to a copy of their material that has lost its tiled pictures."""
    parted: dict[str, bpy.types.Material] = {}
    for mesh in meshes:
        for index, slot in enumerate(list(mesh.material_slots)):
            known = _tiles(slot.material)
            if not known:
                continue
            faces = _faces_beyond(mesh, index, known)
            if not len(faces):
                continue
            name = slot.material.name
            lost = parted.get(name) or _without(slot.material)
            parted[name] = lost
            mesh.data.materials.append(lost)
            for face in faces:
                mesh.data.polygons[int(face)].material_index = len(mesh.data.materials) - 1


def _tiles(material: bpy.types.Material | None) -> set[int]:
    """The tiles that all tiled pictures of a material have; empty where it has none."""
    if material is None or material.node_tree is None:
        return set()
    images = {
        node.image
        for tree in trees(material.node_tree)
        for node in tree.nodes
        if node.type == "TEX_IMAGE" and node.image and node.image.source == "TILED" and has_pixels(node.image)
    }
    rows = [{tile.number for tile in image.tiles if min(tile.size) > 0} for image in images]
    return set.intersection(*rows) if rows else set()


def _faces_beyond(mesh: bpy.types.Object, slot: int, known: set[int]) -> np.ndarray:
    layer = mesh.data.uv_layers.active
    if layer is None:
        return np.zeros(0, dtype=int)
    spots = np.empty(len(layer.uv) * 2, dtype=np.float32)
    layer.uv.foreach_get("vector", spots)
    starts = np.empty(len(mesh.data.polygons), dtype=np.int32)
    totals, owners = starts.copy(), starts.copy()
    mesh.data.polygons.foreach_get("loop_start", starts)
    mesh.data.polygons.foreach_get("loop_total", totals)
    mesh.data.polygons.foreach_get("material_index", owners)
    sums = np.add.reduceat(np.nan_to_num(spots.reshape(-1, 2)), starts)
    middle = np.floor((sums / totals[:, None]).clip(-1000, 1000)).astype(int)
    numbers = FIRST + middle[:, 0] + 10 * middle[:, 1]
    return np.flatnonzero((owners == slot) & ~np.isin(numbers, list(known)))


def _without(material: bpy.types.Material) -> bpy.types.Material:
    copy = material.copy()
    for node in copy.node_tree.nodes:
        if node.type == "TEX_IMAGE" and node.image and node.image.source == "TILED":
            node.image = None
    return copy
