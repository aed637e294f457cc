# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials that ignore light (glTF's unlit, as VRM's toon shaders arrive) made to receive it.

An unlit character looks the same under every rig, and a caption that names the light would lie.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from ..common.blender import node_tree

#: Shaders that look the same in every light.
UNLIT = {"EMISSION", "BACKGROUND", "BSDF_TRANSPARENT", "HOLDOUT"}
JOINS = {"MIX_SHADER", "ADD_SHADER"}


def receive_light(meshes: Iterable[bpy.types.Object]) -> list[str]:
    """Turn unlit materials into matt ones of the same colours and transparency; returns the names of those changed.

    Left alone: whatever has a lit shader, and what shines brighter than white (a lamp). Asked twice, it finds nothing.
    """
    materials = {slot.material for mesh in meshes for slot in mesh.material_slots if slot.material}
    return [material.name for material in sorted(materials, key=lambda item: item.name) if _relit(material)]


def _relit(material: bpy.types.Material) -> bool:
    tree = node_tree(material)
    shaders = _shaders(tree)
    glowing = [node for node in shaders if node.type in ("EMISSION", "BACKGROUND")]
    if not glowing or any(node.type not in UNLIT | JOINS for node in shaders) or any(map(_is_lamp, glowing)):
        return False
    for node in glowing:
        _replace(tree, node)
    for node in shaders:
        if node.type == "MIX_SHADER":
            _show_to_all_rays(tree, node)
    return True


def _shaders(tree: Any) -> list[Any]:
    """The shader nodes that reach the active output's surface."""
    output = tree.get_output_node("CYCLES")
    found, open_inputs = [], [output.inputs["Surface"]] if output else []
    while open_inputs:
        for link in open_inputs.pop().links:
            if link.from_node not in found:
                found.append(link.from_node)
                open_inputs += [socket for socket in link.from_node.inputs if socket.type == "SHADER"]
    return found


def _is_lamp(node: Any) -> bool:
    strength = node.inputs["Strength"]
    return not strength.is_linked and strength.default_value > 1


def _replace(tree: Any, node: Any) -> None:
    matt = tree.nodes.new("ShaderNodeBsdfDiffuse")
    colour = node.inputs["Color"]
    matt.inputs["Color"].default_value = colour.default_value
    for link in list(colour.links):
        tree.links.new(link.from_socket, matt.inputs["Color"])
    for link in list(node.outputs[0].links):
        tree.links.new(matt.outputs[0], link.to_socket)
    tree.nodes.remove(node)


def _show_to_all_rays(tree: Any, mix: Any) -> None:
    """Undo `transparent but to the camera`, with which importers keep unlit surfaces from casting light and shadow."""
    share = mix.inputs[0]
    for link in list(share.links):
        if link.from_node.type == "LIGHT_PATH":
            tree.links.remove(link)
            share.default_value = 1.0
