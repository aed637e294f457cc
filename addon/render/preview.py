# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours for previews: Workbench knows a material's one viewport colour and its texture, and no shader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy


def viewport_colours(meshes: Iterable[bpy.types.Object]) -> None:
    """Give every material without a texture the colour that its Principled shader starts from."""
    for material in {slot.material for mesh in meshes for slot in mesh.material_slots if slot.material}:
        nodes = list(material.node_tree.nodes) if material.node_tree else []
        surface = next((node for node in nodes if node.type == "BSDF_PRINCIPLED"), None)
        if surface is not None and not any(node.type == "TEX_IMAGE" and node.image for node in nodes):
            material.diffuse_color = _ground(surface.inputs["Base Color"])


def _ground(socket: Any) -> tuple[float, ...]:
    """The colour below all that is mixed over it: the way back along the first linked colour, to its end."""
    seen = set()
    while socket.links and socket.links[0].from_node.name not in seen:
        node = socket.links[0].from_node
        seen.add(node.name)
        colours = [entry for entry in node.inputs if entry.type == "RGBA"]
        if not colours:
            return tuple(socket.links[0].from_socket.default_value) if node.type == "RGB" else (0.6, 0.6, 0.6, 1.0)
        socket = next((entry for entry in colours if entry.is_linked), colours[0])
    return tuple(socket.default_value)
