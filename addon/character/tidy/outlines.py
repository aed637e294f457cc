# SPDX-License-Identifier: GPL-3.0-or-later
"""Toon outlines: dark shells around a character whose faces look inwards. Ray tracers show them from both sides."""

from __future__ import annotations

import re

import bpy
import numpy as np

from ...common import blender
from .normals import turned_in
from .reshade import veil
from .trees import kind, output_of, reached

#: Outlines are darker than this (linear).
DARK = 0.06


def drop_outline_modifiers(obj: bpy.types.Object) -> None:
    """Switch off the modifiers that draw outlines: flipped shells, Line Art, the VRM add-on's."""
    for modifier in obj.modifiers:
        flipped = modifier.type == "SOLIDIFY" and modifier.use_flip_normals and modifier.use_rim is False
        shell = modifier.type == "SOLIDIFY" and modifier.use_flip_normals and modifier.material_offset > 0
        group = getattr(modifier, "node_group", None)
        named = kind(modifier.name, "outline") or (group is not None and kind(group.name, "outline"))
        if flipped or shell or named or re.match("mmd_edge", modifier.name):
            modifier.show_viewport = modifier.show_render = False


def veil_outlines(meshes: list[bpy.types.Object]) -> None:
    """Hide outlines that are part of the geometry: by their material's name, or as dark shells turned in."""
    for mesh in meshes:
        owners = np.empty(len(mesh.data.polygons), dtype=np.int32)
        mesh.data.polygons.foreach_get("material_index", owners)
        veiled = []
        for index, slot in enumerate(mesh.material_slots):
            material = slot.material
            if material is None or not (owners == index).any():
                continue
            if kind(material.name, "outline") or (_dark(material) and turned_in(mesh.data, owners == index)):
                veiled.append(index)
        if veiled and np.isin(owners, veiled).all():
            if any(other is not mesh and not other.hide_render for other in meshes):
                mesh.hide_render = True
            continue
        for index in veiled:
            slot = mesh.material_slots[index]
            slot.material = slot.material.copy()
            veil(slot.material)


def _dark(material: bpy.types.Material) -> bool:
    """Whether a material is one near-black colour."""
    if not blender.shows_nodes(material):
        return max(material.diffuse_color[:3]) < DARK
    output = output_of(material.node_tree)
    if output is None:
        return False
    nodes = list(reached(output.inputs["Surface"]))
    colors = [
        max(node.inputs[0].default_value[:3])
        for node in nodes
        if node.inputs and node.inputs[0].type == "RGBA" and not node.inputs[0].is_linked
    ]
    return bool(colors) and max(colors) < DARK and not any(node.type == "TEX_IMAGE" for node in nodes)
