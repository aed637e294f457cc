# SPDX-License-Identifier: GPL-3.0-or-later
"""Make imported materials take light as they were meant to: missing textures, false metal and glass, unlit ones."""

from __future__ import annotations

import re
from collections.abc import Iterable

import bpy

#: Stand-ins for a texture that is missing, by what the material's name says: the first that fits (linear RGB).
STAND_INS: tuple[tuple[str, tuple[float, float, float, float]], ...] = (
    (r"tooth|teeth|sclera|eye.?white", (0.75, 0.73, 0.70, 1.0)),
    (r"iris|pupil|eye(?!brow|lash)", (0.22, 0.14, 0.08, 1.0)),
    (r"tongue|gum|mouth", (0.45, 0.16, 0.15, 1.0)),
    (r"hair|brow|lash|beard|opacity", (0.06, 0.04, 0.03, 1.0)),
    (r"head|face|skin|hand|arm|leg", (0.58, 0.36, 0.26, 1.0)),
    (r"", (0.36, 0.36, 0.38, 1.0)),
)
#: Marks a material whose colour texture is missing.
STOOD_IN = "modelsheet_stood_in"
#: What may be see-through by its nature.
GLASS = re.compile(r"eye|glass|cornea|lens|visor|crystal|water|tear|lacrimal", re.IGNORECASE)


def mend(meshes: Iterable[bpy.types.Object]) -> list[str]:
    """Mend every material of these meshes; returns warnings that name those whose textures are missing."""
    materials = {slot.name: slot for mesh in meshes for slot in mesh.data.materials if slot is not None}
    lost = []
    for name in sorted(materials):
        material = materials[name]
        tree = material.node_tree
        if tree is None:
            continue
        if drop_missing(material):
            lost.append(name)
        light_up(material)
        plain(material)
    if not lost:
        return []
    named = ", ".join(lost[:6]) + (f" and {len(lost) - 6} more" if len(lost) > 6 else "")
    return [f"textures are missing for {named}: plain colours stand in. Put the texture files beside the model."]


def has_pixels(image: bpy.types.Image | None) -> bool:
    """Whether an image can be drawn; Blender shows one that can't in magenta."""
    return image is not None and (image.source == "GENERATED" or image.size[0] > 0) and image.size[1] > 0


def drop_missing(material: bpy.types.Material) -> bool:
    """Remove texture nodes without pixels; a stand-in takes the place of the colour. True where one went."""
    tree = material.node_tree
    missing = [node for node in tree.nodes if node.type == "TEX_IMAGE" and not has_pixels(node.image)]
    for node in missing:
        for socket in _fed_by(tree, node):
            if socket.name in {"Base Color", "Color"} and socket.node.type.startswith(
                ("BSDF", "EMISSION", "BACKGROUND")
            ):
                socket.default_value = material.diffuse_color = stand_in(material.name)
                material[STOOD_IN] = True
            elif socket.name == "Alpha":
                socket.default_value = 1.0
        tree.nodes.remove(node)
    return bool(missing)


def _fed_by(tree: bpy.types.NodeTree, node: bpy.types.Node) -> list[bpy.types.NodeSocket]:
    """Every shader input that a node feeds, through whatever lies between."""
    found: list[bpy.types.NodeSocket] = []
    todo, seen = [node], {node.name}
    while todo:
        current = todo.pop()
        for link in [link for link in tree.links if link.from_node == current]:
            if link.to_node.type.startswith(("BSDF", "EMISSION", "BACKGROUND", "SUBSURFACE")):
                found.append(link.to_socket)
            elif link.to_node.name not in seen:
                seen.add(link.to_node.name)
                todo.append(link.to_node)
    return found


def stand_in(name: str) -> tuple[float, float, float, float]:
    """A plausible plain colour for a material of that name."""
    return next(color for pattern, color in STAND_INS if re.search(pattern, name, re.IGNORECASE))


def plain(material: bpy.types.Material) -> None:
    """Undo what importers set without meaning it: full metal without a texture, glass on what is not glass."""
    for node in material.node_tree.nodes:
        if node.type != "BSDF_PRINCIPLED":
            continue
        metal = node.inputs["Metallic"]
        if metal.default_value >= 0.999 and not metal.is_linked:
            metal.default_value = 0.0
        glass = node.inputs["Transmission Weight"]
        if glass.default_value > 0 and not glass.is_linked and not GLASS.search(material.name):
            glass.default_value = 0.0


def light_up(material: bpy.types.Material) -> None:
    """Turn a material that only glows (glTF unlit, MToon) into a matt one with the same colour and alpha."""
    tree = material.node_tree
    output = next((node for node in tree.nodes if node.type == "OUTPUT_MATERIAL" and node.is_active_output), None)
    if output is None or not output.inputs["Surface"].is_linked:
        return
    shaders = _upstream(output.inputs["Surface"])
    glow = next((node for node in shaders if node.type in {"EMISSION", "BACKGROUND"}), None)
    if glow is None or any(node.type.startswith(("BSDF_PRINCIPLED", "BSDF_DIFFUSE", "GROUP")) for node in shaders):
        return
    matt = tree.nodes.new("ShaderNodeBsdfPrincipled")
    matt.inputs["Roughness"].default_value = 0.8
    matt.inputs["Specular IOR Level"].default_value = 0.2
    _carry(tree, glow.inputs["Color"], matt.inputs["Base Color"])
    alpha = _alpha_source(shaders)
    if alpha is not None:
        _carry(tree, alpha, matt.inputs["Alpha"])
    tree.links.new(matt.outputs[0], output.inputs["Surface"])


def _upstream(socket: bpy.types.NodeSocket) -> list[bpy.types.Node]:
    """The shader nodes behind a socket, nearest first."""
    found: list[bpy.types.Node] = []
    todo = [link.from_node for link in socket.links]
    while todo:
        node = todo.pop(0)
        if node not in found:
            found.append(node)
            todo += [link.from_node for entry in node.inputs if entry.type == "SHADER" for link in entry.links]
    return found


def _alpha_source(shaders: list[bpy.types.Node]) -> bpy.types.NodeSocket | None:
    """The factor that mixes see-through and colour, unless it is the trick that hides unlit light from the scene."""
    for node in shaders:
        if node.type != "MIX_SHADER":
            continue
        first, second = (link[0].from_node if (link := entry.links) else None for entry in node.inputs[1:3])
        factor = node.inputs[0]
        tricky = factor.is_linked and factor.links[0].from_node.type == "LIGHT_PATH"
        if first is not None and first.type == "BSDF_TRANSPARENT" and second is not None and not tricky:
            return factor
    return None


def _carry(tree: bpy.types.NodeTree, source: bpy.types.NodeSocket, target: bpy.types.NodeSocket) -> None:
    """Give `target` the link, or else the value, of `source`."""
    if source.is_linked:
        tree.links.new(source.links[0].from_socket, target)
    else:
        target.default_value = source.default_value
