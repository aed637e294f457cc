# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures that are not there: nothing turns magenta or black; what can be known stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .trees import Node, Socket, Tree, hint, kind, stand_in, trees, unlink, upstream

IMAGES = frozenset({"TEX_IMAGE", "TEX_ENVIRONMENT"})
#: What a shader's input is without its texture, where that is not what the file says.
WITHOUT: dict[str, float] = {
    "Alpha": 1.0,
    "Metallic": 0.0,
    "Roughness": 0.6,
    "Transmission Weight": 0.0,
    "Subsurface Weight": 0.0,
    "Emission Strength": 0.0,
    "Coat Weight": 0.0,
    "Sheen Weight": 0.0,
}
#: Images are looked at in this size: side in pixels.
GLANCE = 256


@dataclass
class Lost:
    """What of a material's textures is missing."""

    color: bool = False
    alpha: bool = False
    other: bool = False

    def __bool__(self) -> bool:
        return self.color or self.alpha or self.other


def has_pixels(image: bpy.types.Image | None) -> bool:
    """Whether an image can be drawn; Blender shows one that can't in magenta."""
    if image is None or image.source == "VIEWER":
        return False
    if image.source == "TILED":
        return any(tile.size[0] > 0 and tile.size[1] > 0 for tile in image.tiles)
    return image.size[0] > 0 and image.size[1] > 0


def drop_missing(material: bpy.types.Material, meshes: Iterable[str] = ()) -> Lost:
    """Take texture nodes without pixels out of a material: plain values stand in, by what the texture was for.

    meshes: the names of those that show it, which may say what its own name does not.
    """
    color = stand_in(material.name, meshes)
    lost = Lost()
    for tree in trees(material.node_tree):
        _still_images(tree)
        missing = [node for node in tree.nodes if node.type in IMAGES and not has_pixels(node.image)]
        if not missing:
            continue
        for node in list(tree.nodes):
            for socket in node.inputs:
                if socket.is_linked and _ends(node, socket):
                    _cut(tree, socket, missing, (material, color), lost)
        for node in missing:
            used = any(output.is_linked for output in node.outputs)
            lost.other |= used and not lost
            _neutral(tree, node)
    return lost


def drop_false(materials: list[bpy.types.Material]) -> None:
    """Take pictures away that serve as a colour and as normals too: FBX files that were embedded without names have
    one picture for all, which is nobody's.
    """
    nodes = [
        node
        for material in materials
        if material.node_tree is not None
        for tree in trees(material.node_tree)
        for node in tree.nodes
    ]
    bends = {image for node in nodes if node.type == "NORMAL_MAP" for image in _images_behind(node.inputs["Color"])}
    colours = {
        image
        for node in nodes
        if node.type.startswith("BSDF") and "Base Color" in node.inputs
        for image in _images_behind(node.inputs["Base Color"])
    }
    for node in nodes:
        if node.type == "TEX_IMAGE" and node.image in bends & colours:
            node.image = None


def _images_behind(socket: Socket) -> set[bpy.types.Image]:
    return {entry.image for entry in upstream(socket) if entry.type == "TEX_IMAGE" and entry.image}


def _still_images(tree: Tree) -> None:
    """A sequence shows its one named picture: at frame 1 it may have none."""
    for node in tree.nodes:
        image = node.image if node.type in IMAGES else None
        if image is not None and image.source == "SEQUENCE" and Path(bpy.path.abspath(image.filepath)).is_file():
            image.source = "FILE"


def _ends(node: Node, socket: Socket) -> bool:
    """Whether textures end here: an input of a shader, of a group, or the displacement of the output."""
    if node.type == "OUTPUT_MATERIAL":
        return socket.name == "Displacement"
    shader = node.type.startswith(("BSDF", "EMISSION", "BACKGROUND", "SUBSURFACE", "EEVEE"))
    return (shader or node.type == "GROUP") and socket.type != "SHADER"


def _cut(
    tree: Tree, socket: Socket, missing: list[Node], owner: tuple[bpy.types.Material, tuple[float, ...]], lost: Lost
) -> None:
    material, color = owner
    images = [node for node in upstream(socket) if node.type in IMAGES]
    if not images or any(node not in missing for node in images):
        return
    unlink(tree, socket)
    name = socket.name
    if hint(name, "alpha") and socket.type == "VALUE":
        # Lashes are thin strips on cards: without their holes the cards would cover the eyes.
        socket.default_value = 0.0 if kind(material.name, "lash") else 1.0
        lost.alpha = True
    elif socket.type == "RGBA" and hint(name, "color") and not hint(name, "other"):
        socket.default_value = material.diffuse_color = color
        lost.color = True
    else:
        lost.other = True
        if name in WITHOUT and socket.type == "VALUE":
            socket.default_value = WITHOUT[name]
        strength = socket.node.inputs.get("Emission Strength") if name == "Emission Color" else None
        if strength is not None:
            strength.default_value = 0.0


def _neutral(tree: Tree, node: Node) -> None:
    """In the middle of what is there a missing image is white and whole; alone it goes."""
    color, alpha = node.outputs[0], node.outputs.get("Alpha")
    if color.is_linked:
        white = tree.nodes.new("ShaderNodeRGB")
        white.outputs[0].default_value = (1.0, 1.0, 1.0, 1.0)
        for link in list(color.links):
            tree.links.new(white.outputs[0], link.to_socket)
    if alpha is not None and alpha.is_linked:
        one = tree.nodes.new("ShaderNodeValue")
        one.outputs[0].default_value = 1.0
        for link in list(alpha.links):
            tree.links.new(one.outputs[0], link.to_socket)
    tree.nodes.remove(node)


def glance(image: bpy.types.Image) -> np.ndarray | None:
    """(256, 256, 4) of an image, floats as stored, bottom row first; None where it can't be read."""
    if not has_pixels(image) or image.source == "TILED":
        return None
    copy: Any = image.copy()
    try:
        copy.scale(GLANCE, GLANCE)
        pixels = np.empty(GLANCE * GLANCE * copy.channels, dtype=np.float32)
        copy.pixels.foreach_get(pixels)
        shown = pixels.reshape(GLANCE, GLANCE, copy.channels)
    except RuntimeError:  # what Blender can measure and yet not hold in memory
        return None
    finally:
        bpy.data.images.remove(copy)
    return shown if shown.shape[2] == 4 else None
