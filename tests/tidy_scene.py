# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of tidying build: balls, materials, and pictures that are there or lost."""

from __future__ import annotations

from typing import Any

import bmesh
import bpy
import numpy as np
from modelsheet.common.blender import node_tree


def ball(name: str, at: tuple[float, float, float] = (0, 0, 0), radius: float = 1.0, fine: int = 24) -> Any:
    """A smooth ball in the scene."""
    mesh = bpy.data.meshes.new(name)
    work = bmesh.new()
    bmesh.ops.create_uvsphere(work, u_segments=fine, v_segments=fine // 2, radius=radius, calc_uvs=True)
    work.to_mesh(mesh)
    work.free()
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    obj = bpy.data.objects.new(name, mesh)
    obj.location = at
    bpy.context.scene.collection.objects.link(obj)
    return obj


def shown() -> set[str]:
    """The names of the meshes that would be rendered."""
    return {obj.name for obj in bpy.context.scene.objects if obj.type == "MESH" and not obj.hide_render}


def picture(name: str, color: tuple[float, ...], size: int = 8) -> Any:
    """An image of one colour (red, green, blue, alpha as stored)."""
    image = bpy.data.images.new(name, size, size, alpha=True)
    image.pixels.foreach_set(np.tile(np.array(color, dtype=np.float32), size * size))
    image.pack()
    return image


def lost_picture(name: str) -> Any:
    image = bpy.data.images.new(name, 4, 4)
    image.source, image.filepath = "FILE", f"/nowhere/{name}.png"
    return image


def made(name: str) -> tuple[Any, Any, Any]:
    """(material, its tree emptied, its output)."""
    material = bpy.data.materials.new(name)
    tree = node_tree(material)
    tree.nodes.clear()
    return material, tree, tree.nodes.new("ShaderNodeOutputMaterial")


def shader(tree: Any, kind: str, output: Any = None, **values: Any) -> Any:
    """A shader node with values (spaces as underscores), linked to the output where one is given."""
    node = tree.nodes.new(f"ShaderNode{kind}")
    for key, value in values.items():
        node.inputs[key.replace("_", " ")].default_value = value
    if output is not None:
        tree.links.new(node.outputs[0], output.inputs["Surface"])
    return node


def textured(tree: Any, image: Any) -> Any:
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    return node


RED, GREEN, BLUE = (0.8, 0.1, 0.1, 1.0), (0.1, 0.8, 0.1, 1.0), (0.1, 0.1, 0.8, 1.0)


SKIN = (0.58, 0.36, 0.26)


def missing_skin() -> Any:
    material, tree, output = made("Skin")
    surface = shader(tree, "BsdfPrincipled", output)
    tree.links.new(textured(tree, lost_picture("skin")).outputs[0], surface.inputs["Base Color"])
    return material


def missing_normals() -> Any:
    material, tree, output = made("Coat")
    surface = shader(tree, "BsdfPrincipled", output, Base_Color=RED)
    bend = shader(tree, "NormalMap")
    tree.links.new(textured(tree, lost_picture("coat_n")).outputs[0], bend.inputs["Color"])
    tree.links.new(bend.outputs[0], surface.inputs["Normal"])
    return material


def missing_metal_map() -> Any:
    material, tree, output = made("Trousers")
    surface = shader(tree, "BsdfPrincipled", output, Base_Color=BLUE)
    parts = tree.nodes.new("ShaderNodeSeparateColor")
    tree.links.new(textured(tree, lost_picture("orm")).outputs[0], parts.inputs[0])
    tree.links.new(parts.outputs[2], surface.inputs["Metallic"])
    tree.links.new(parts.outputs[1], surface.inputs["Roughness"])
    return material


def unlit() -> Any:
    material, tree, output = made("Unlit")
    tree.links.new(textured(tree, picture("unlit", BLUE)).outputs[0], shader(tree, "Emission", output).inputs[0])
    return material
