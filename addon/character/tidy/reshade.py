# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials that take no light (toon graphs, unlit ones, none at all) become matt ones of the same colour and alpha.

Cycles shows Shader to RGB and EEVEE's own shaders in black, emission in flat colour, and a material without a surface
not at all; toon shaders of other programs arrive as node groups around these.
"""

from __future__ import annotations

import bpy

from ...common import blender
from .missing import IMAGES
from .trees import Node, Socket, Tree, carry, hint, kind, output_of, reached, stand_in, unlink, upstream

#: Shaders that take light.
LIT = frozenset(
    "BSDF_PRINCIPLED BSDF_DIFFUSE BSDF_GLOSSY BSDF_ANISOTROPIC BSDF_METALLIC SUBSURFACE_SCATTERING BSDF_TRANSLUCENT "
    "BSDF_SHEEN BSDF_HAIR BSDF_HAIR_PRINCIPLED BSDF_GLASS BSDF_REFRACTION".split()
)
#: Shaders that take none, or that Cycles can't draw.
UNLIT = frozenset({"EMISSION", "BACKGROUND", "EEVEE_SPECULAR", "BSDF_TOON", "HOLDOUT"})
#: How a shader that takes none takes it: unlit and toon colours are painted ones, without shine.
ROUGHNESS, SHINE = 0.8, 0.2


def plain_material(material: bpy.types.Material, color: tuple[float, ...]) -> None:
    """Make a material from nothing: matt, of one colour."""
    tree = blender.node_tree(material)
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    matt = _matt(tree)
    matt.inputs["Base Color"].default_value = material.diffuse_color = color
    tree.links.new(matt.outputs[0], output.inputs["Surface"])


def needs_light(material: bpy.types.Material) -> bool:
    """Whether Cycles would show the material in black, flat or not at all."""
    output = output_of(material.node_tree)
    if output is None or not output.inputs["Surface"].is_linked:
        return output is None or not output.inputs["Volume"].is_linked
    nodes = list(reached(output.inputs["Surface"]))
    types = {node.type for node in nodes}
    groups = [node for node in nodes if node.type == "GROUP" and node.node_tree]
    if "SHADERTORGB" in types or any(kind(group.node_tree.name, "toon") for group in groups):
        return True
    if types & LIT:
        flat = types & {"EEVEE_SPECULAR", "BSDF_TOON"}
        return bool(flat) or ("LIGHT_PATH" in types and _same_picture(nodes))
    if types & {"EMISSION", "BACKGROUND"} and not types & IMAGES and kind(material.name, "glow"):
        return False
    # what is left is see-through on purpose, or made of nodes that this Blender has not (lost groups, other renderers')
    return bool(types & UNLIT) or "BSDF_TRANSPARENT" not in types


def _same_picture(nodes: list[Node]) -> bool:
    """Whether a picture both glows and is lit: the way to show it unlit to the camera only."""
    glowing = {image for node in nodes if node.type in UNLIT for image in _images(node)}
    return bool(glowing & {image for node in nodes if node.type in LIT for image in _images(node)})


def _images(node: Node) -> set[bpy.types.Image]:
    return {entry.image for socket in node.inputs for entry in upstream(socket) if entry.type in IMAGES}


def light_up(material: bpy.types.Material) -> None:
    """Rebuild a material around one Principled shader: matt, with the colour, alpha and normals that it had."""
    tree = material.node_tree
    output = output_of(tree)
    nodes = list(reached(output.inputs["Surface"])) if output is not None else []
    if output is None:
        output = tree.nodes.new("ShaderNodeOutputMaterial")
    nodes = nodes or list(tree.nodes)
    own = [node for node in nodes if node.id_data == tree]
    matt = _matt(tree)
    _give_color(material, own, nodes, matt)
    _give_alpha(tree, output, own, matt)
    normal = next((node for node in own if node.type == "NORMAL_MAP" and node.inputs["Color"].is_linked), None)
    if normal is not None:
        tree.links.new(normal.outputs["Normal"], matt.inputs["Normal"])
    tree.links.new(matt.outputs[0], output.inputs["Surface"])


def _matt(tree: Tree) -> Node:
    matt = tree.nodes.new("ShaderNodeBsdfPrincipled")
    matt.inputs["Roughness"].default_value = ROUGHNESS
    matt.inputs["Specular IOR Level"].default_value = SHINE
    return matt


def _give_color(material: bpy.types.Material, own: list[Node], nodes: list[Node], matt: Node) -> None:
    tree, target = material.node_tree, matt.inputs["Base Color"]
    source = _painted(own)
    if source is not None:
        carry(tree, source, target)
        return
    picture = _picture(own)
    if picture is not None:
        tree.links.new(picture.outputs["Color"], target)
        return
    inner = _picture(nodes)
    if inner is not None:
        copy = tree.nodes.new("ShaderNodeTexImage")
        copy.image = inner.image
        tree.links.new(copy.outputs["Color"], target)
        return
    target.default_value = _flat_color(material, own)


def _painted(own: list[Node]) -> Socket | None:
    """The colour input of an unlit shader or a toon group that carries a picture, and no light of the scene's."""
    for node in own:
        if node.type in UNLIT or node.type == "GROUP":
            for socket in _color_sockets(node):
                behind = upstream(socket)
                if any(entry.type in IMAGES for entry in behind) and not any(
                    entry.type == "SHADERTORGB" for entry in behind
                ):
                    return socket
    return None


def _color_sockets(node: Node) -> list[Socket]:
    """Where a node takes its colour, likeliest first."""
    rows = [socket for socket in node.inputs if socket.type == "RGBA" and not hint(socket.name, "other")]
    return sorted(rows, key=lambda socket: not hint(socket.name, "color"))


def _picture(nodes: list[Node]) -> Node | None:
    """The image that is the material's colour, by the names of images and of what they feed; nearest first."""
    ranked = [
        (_rank(node), -index, node) for index, node in enumerate(nodes) if node.type == "TEX_IMAGE" and node.image
    ]
    best = max(ranked, key=lambda row: row[:2], default=None)
    return best[2] if best is not None and best[0] > -3 else None


def _rank(node: Node) -> int:
    names = [link.to_socket.name for link in node.outputs[0].links]
    texts = [*names, node.image.name, node.label]
    rank = 2 * any(hint(text, "color") for text in texts) - 4 * any(hint(text, "other") for text in texts)
    rank -= 4 * any(link.to_node.type in {"NORMAL_MAP", "BUMP"} for link in node.outputs[0].links)
    rank -= 4 * (node.image.colorspace_settings.name == "Non-Color")
    return rank - (not node.outputs[0].is_linked)


def _flat_color(material: bpy.types.Material, own: list[Node]) -> tuple[float, ...]:
    """The colour that lies in full light where no picture tells it: of the toon ramp's lit end, or of a shader."""
    for node in own:
        if node.type == "GROUP" or node.type in UNLIT:
            for socket in _color_sockets(node):
                if not socket.is_linked and (hint(socket.name, "color") or node.type in UNLIT):
                    return tuple(socket.default_value)
    ramps = [tuple(node.color_ramp.elements[-1].color) for node in own if node.type == "VALTORGB"]
    mixed = [
        tuple(socket.default_value)
        for node in own
        if node.type in {"MIX", "MIX_RGB"}
        for socket in node.inputs
        if socket.type == "RGBA" and socket.enabled and not socket.is_linked
    ]
    shaders = [
        tuple(node.inputs[0].default_value)
        for node in own
        if node.type in LIT and node.inputs[0].type == "RGBA" and not node.inputs[0].is_linked
    ]
    plain = [tuple(node.outputs[0].default_value) for node in own if node.type == "RGB"]
    candidates = [*plain, *shaders, *ramps, *mixed]
    coloured = [color for color in candidates if max(color[:3]) - min(color[:3]) > 0.02]
    if coloured:
        return max(coloured, key=lambda color: sum(color[:3]))
    shown = tuple(material.diffuse_color)
    if max(shown[:3]) - min(shown[:3]) > 0.02 or min(shown[:3]) < 0.5:
        return shown
    return max(candidates, key=lambda color: sum(color[:3])) if candidates else stand_in(material.name)


def _give_alpha(tree: Tree, output: Node, own: list[Node], matt: Node) -> None:
    target = matt.inputs["Alpha"]
    for node in own:
        if node.type == "MIX_SHADER" and _mixes_holes(tree, node, target):
            return
    for node in own:
        for socket in node.inputs:
            if node.type == "GROUP" and socket.type == "VALUE" and hint(socket.name, "alpha") and socket.is_linked:
                carry(tree, socket, target)
                return
    picture = next((node for node in own if node.type == "TEX_IMAGE" and node.outputs["Alpha"].is_linked), None)
    if picture is not None:
        tree.links.new(picture.outputs["Alpha"], target)


def _mixes_holes(tree: Tree, node: Node, target: Socket) -> bool:
    """Take over the factor that mixes see-through and colour, unless it is the trick that hides unlit light."""
    factor = node.inputs[0]
    if any(entry.type == "LIGHT_PATH" for entry in upstream(factor)):
        return False
    first, second = (entry.links[0].from_node if entry.is_linked else None for entry in node.inputs[1:3])
    if first is not None and first.type == "BSDF_TRANSPARENT":
        carry(tree, factor, target)
        return True
    if second is None or second.type != "BSDF_TRANSPARENT":
        return False
    flip = tree.nodes.new("ShaderNodeMath")
    flip.operation = "SUBTRACT"
    flip.inputs[0].default_value = 1.0
    carry(tree, factor, flip.inputs[1])
    tree.links.new(flip.outputs[0], target)
    return True


def veil(material: bpy.types.Material) -> None:
    """Make a material invisible."""
    tree = blender.node_tree(material)
    output = output_of(tree) or tree.nodes.new("ShaderNodeOutputMaterial")
    for socket in output.inputs:
        unlink(tree, socket)
    tree.links.new(tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], output.inputs["Surface"])
