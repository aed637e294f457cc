# SPDX-License-Identifier: GPL-3.0-or-later
"""False transparency, where an exporter wrote shine into alpha or 0 for opaque; and hair that lost its holes."""

from __future__ import annotations

import bpy
import numpy as np

from .missing import glance
from .trees import kind, trees, unlink, upstream

#: A body may not be more see-through than this on the whole.
OPAQUE = 0.9
#: Below this a material is as good as invisible.
INVISIBLE = 0.05
#: A material on at least this share of all faces is what the picture is of.
MAIN = 0.2
#: Bits a pixel of images that have alpha.
DEPTHS = frozenset({32, 64, 128})
#: A picture cuts strands out of cards where at least this share of it is clear, and of it is not.
CUT = 0.05


def mend_alpha(material: bpy.types.Material, meshes: list[bpy.types.Object]) -> None:
    """Make a material opaque where its transparency can't have been meant."""
    for tree in trees(material.node_tree):
        for node in tree.nodes:
            if node.type == "BSDF_PRINCIPLED" and _false(material, node.inputs["Alpha"], meshes):
                unlink(tree, node.inputs["Alpha"])
                node.inputs["Alpha"].default_value = 1.0
            elif node.type == "BSDF_PRINCIPLED" and kind(material.name, "cards"):
                _pierce(node, material, meshes)
    _keep_colours(material)


def _pierce(node: bpy.types.Node, material: bpy.types.Material, meshes: list[bpy.types.Object]) -> None:
    """Give hair and lashes the holes that their picture has, where the file does not say so: they lie on cards."""
    alpha = node.inputs["Alpha"]
    images = [entry for entry in upstream(node.inputs["Base Color"]) if entry.type == "TEX_IMAGE" and entry.image]
    if alpha.is_linked or alpha.default_value < 1.0 or len(images) != 1 or images[0].image.depth not in DEPTHS:
        return
    seen = _alpha_on(images[0].image, material, meshes)
    if seen is not None and min(np.mean(seen < 0.1), np.mean(seen > 0.9)) > CUT:
        node.id_data.links.new(images[0].outputs["Alpha"], alpha)


def _keep_colours(material: bpy.types.Material) -> None:
    """Where a picture's alpha is not used, its colours count there too: by default they are lost where alpha is 0."""
    for tree in trees(material.node_tree):
        for node in tree.nodes:
            image = node.image if node.type == "TEX_IMAGE" else None
            if image is not None and not node.outputs["Alpha"].is_linked and image.alpha_mode == "STRAIGHT":
                image.alpha_mode = "CHANNEL_PACKED"


def _false(material: bpy.types.Material, alpha: bpy.types.NodeSocket, meshes: list[bpy.types.Object]) -> bool:
    name = material.name
    if kind(name, "unseen") or kind(name, "film"):
        return False
    seen = _alpha(material, alpha, meshes)
    if seen is None or seen.min() >= 1.0:
        return False
    if float(np.mean(seen)) < INVISIBLE:
        return _share(material, meshes) > MAIN
    veiled = float(np.mean((seen > 0.05) & (seen < 0.95)))
    return kind(name, "skin") and not kind(name, "cutout") and float(np.median(seen)) < OPAQUE and veiled > 0.6


def _alpha(
    material: bpy.types.Material, alpha: bpy.types.NodeSocket, meshes: list[bpy.types.Object]
) -> np.ndarray | None:
    """The alpha on the material's faces; None where it can't be told."""
    if not alpha.is_linked:
        return np.array([alpha.default_value])
    images = [entry.image for entry in upstream(alpha) if entry.type == "TEX_IMAGE" and entry.image]
    if len(images) != 1 or images[0].depth not in DEPTHS:
        return None
    return _alpha_on(images[0], material, meshes)


def _share(material: bpy.types.Material, meshes: list[bpy.types.Object]) -> float:
    """The material's share of the faces of the meshes that use it."""
    mine = total = 0
    for mesh in meshes:
        indices = np.empty(len(mesh.data.polygons), dtype=np.int32)
        mesh.data.polygons.foreach_get("material_index", indices)
        slots = [index for index, slot in enumerate(mesh.material_slots) if slot.material == material]
        mine += int(np.isin(indices, slots).sum())
        total += len(indices)
    return mine / max(total, 1)


def _alpha_on(
    image: bpy.types.Image, material: bpy.types.Material, meshes: list[bpy.types.Object]
) -> np.ndarray | None:
    """The image's alpha where the faces with the material lie on it; all of it where they lie nowhere."""
    pixels = glance(image)
    if pixels is None:
        return None
    found = []
    for mesh in meshes:
        layer = mesh.data.uv_layers.active
        if layer is None:
            continue
        spots = np.empty(len(layer.uv) * 2, dtype=np.float32)
        layer.uv.foreach_get("vector", spots)
        owners = np.empty(len(mesh.data.polygons), dtype=np.int32)
        totals = owners.copy()
        mesh.data.polygons.foreach_get("material_index", owners)
        mesh.data.polygons.foreach_get("loop_total", totals)
        slots = [index for index, slot in enumerate(mesh.material_slots) if slot.material == material]
        mine = np.repeat(np.isin(owners, slots), totals)
        found.append(spots.reshape(-1, 2)[mine])
    spots = np.concatenate(found) if found else np.zeros((0, 2))
    spots = spots[np.isfinite(spots).all(axis=1)]
    if not len(spots):
        return pixels[:, :, 3].ravel()
    side = pixels.shape[0]
    rows = np.floor((spots % 1.0) * side).astype(int).clip(0, side - 1)
    return pixels[rows[:, 1], rows[:, 0], 3]
