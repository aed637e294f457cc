# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours that a file paints on vertices: used where its material has none, and never black where they are missing."""

from __future__ import annotations

import bpy
import numpy as np

from .trees import output_of, trees

#: Colours that vary less than this over a mesh paint nothing.
FLAT = 0.02
#: A material's own colour says something where a channel is below this.
TELLING = 0.78


def mend(material: bpy.types.Material, meshes: list[bpy.types.Object]) -> None:
    """Link painted colours into a material without texture; whiten nodes that ask for attributes no mesh has."""
    known = {row.name for mesh in meshes for row in mesh.data.attributes}
    maps = {row.name for mesh in meshes for row in mesh.data.uv_layers}
    for tree in trees(material.node_tree):
        for node in list(tree.nodes):
            if node.type == "VERTEX_COLOR" or (node.type == "ATTRIBUTE" and node.attribute_type == "GEOMETRY"):
                asked = node.layer_name if node.type == "VERTEX_COLOR" else node.attribute_name
                if asked and asked not in known:
                    _whiten(tree, node)
            elif node.type in {"UVMAP", "NORMAL_MAP", "TANGENT"} and node.uv_map and node.uv_map not in maps:
                node.uv_map = ""
    painted = next((name for mesh in meshes if (name := _painting(mesh.data))), None)
    if painted is None:
        return
    output = output_of(material.node_tree)
    shader = output.inputs["Surface"].links[0].from_node if output and output.inputs["Surface"].is_linked else None
    if shader is None or shader.type != "BSDF_PRINCIPLED" or shader.inputs["Base Color"].is_linked:
        return
    if min(shader.inputs["Base Color"].default_value[:3]) < TELLING and material.name != "Plain stand-in":
        return
    node = material.node_tree.nodes.new("ShaderNodeVertexColor")
    node.layer_name = painted
    material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])


def shown(material: bpy.types.Material) -> bool:
    """Whether a material shows painted colours."""
    return any(node.type == "VERTEX_COLOR" for node in material.node_tree.nodes)


def _whiten(tree: bpy.types.NodeTree, node: bpy.types.Node) -> None:
    """Cycles reads black from an attribute that is not there."""
    color = node.outputs.get("Color")
    if color is None or not color.is_linked:
        return
    white = tree.nodes.new("ShaderNodeRGB")
    white.outputs[0].default_value = (1.0, 1.0, 1.0, 1.0)
    for link in list(color.links):
        tree.links.new(white.outputs[0], link.to_socket)


def _painting(mesh: bpy.types.Mesh) -> str:
    """The colour attribute that paints this mesh; "" where none does."""
    for row in mesh.color_attributes:
        colors = np.empty(len(row.data) * 4, dtype=np.float32)
        if not len(colors):
            continue
        row.data.foreach_get("color", colors)
        spread = np.ptp(colors.reshape(-1, 4)[:, :3], axis=0)
        if spread.max() > FLAT:
            return str(row.name)
    return ""
