# SPDX-License-Identifier: GPL-3.0-or-later
"""Make imported materials take light as they were meant to: missing textures, false metal and glass, unlit ones."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np

from ...common import blender
from . import vertex_colors
from .holes import mend_alpha
from .missing import Lost, drop_false, drop_missing, has_pixels
from .reshade import light_up, needs_light, plain_material
from .tiles import part_lost_tiles
from .trees import Node, kind, output_of, stand_in, trees, unlink, upstream

__all__ = ["BARE", "STOOD_IN", "has_pixels", "mend", "plain"]

#: Marks a material whose colour texture is missing.
STOOD_IN = "modelsheet_stood_in"
#: The name of the material of what has none.
BARE = "Plain stand-in"
#: The grey that importers and Blender give where a file says no colour.
DEFAULT = 0.8
#: Channels that differ less than this are no colour.
GREY = 0.02
#: Light under a surface reaches at most so far, as a share of what has the material.
DEEP = 0.02


def mend(meshes: Iterable[bpy.types.Object]) -> list[str]:
    """Mend every material of these meshes; returns warnings that name those whose textures are missing."""
    meshes = list(meshes)
    bare = _clothe(meshes)
    part_lost_tiles(meshes)
    users: dict[str, list[bpy.types.Object]] = {}
    for mesh in meshes:
        for slot in mesh.material_slots:
            if slot.material is not None and mesh not in users.setdefault(slot.material.name, []):
                users[slot.material.name].append(mesh)
    drop_false([bpy.data.materials[name] for name in users])
    lost: dict[str, Lost] = {}
    for name in sorted(users):
        material = bpy.data.materials[name]
        if not blender.shows_nodes(material):
            plain_material(material, tuple(material.diffuse_color))
        missing = drop_missing(material, [mesh.name for mesh in users[name]])
        if missing:
            lost[name] = missing
        if missing.color:
            material[STOOD_IN] = True
        _thin(material)
        vertex_colors.mend(material, users[name])
        if needs_light(material):
            light_up(material)
        plain(material, users[name])
        mend_alpha(material, users[name])
    return [*_told(lost), *_colourless([bpy.data.materials[name] for name in sorted(users)], bare)]


def _clothe(meshes: list[bpy.types.Object]) -> list[str]:
    """Give what has no material a plain one; returns the names of those meshes."""
    bare = []
    for mesh in meshes:
        slots = mesh.material_slots
        if not slots:
            mesh.data.materials.append(_plain())
        for slot in slots:
            if slot.material is None:
                slot.material = _plain()
        if any(slot.material == bpy.data.materials.get(BARE) for slot in mesh.material_slots):
            bare.append(mesh.name)
    return bare


def _plain() -> bpy.types.Material:
    material = bpy.data.materials.get(BARE)
    if material is None:
        material = bpy.data.materials.new(BARE)
        plain_material(material, stand_in(""))
    return material


def _told(lost: dict[str, Lost]) -> list[str]:
    """One warning for all textures that are missing."""
    if not lost:
        return []
    colored = [name for name, what in lost.items() if what.color]
    parts = []
    if colored:
        parts.append(f"for {_some(colored)}: plain colours stand in")
    pierced = [name for name, what in lost.items() if what.alpha and name not in colored]
    if pierced:
        parts.append(f"for the holes of {_some(pierced)}: shown without any, so hair may look like solid cards")
    rest = [name for name in lost if name not in colored and name not in pierced]
    if rest:
        parts.append(f"for details of {_some(rest)}: shown without them")
    return [f"textures are missing {'; '.join(parts)}. Put the texture files beside the model."]


def _some(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _colourless(materials: list[bpy.types.Material], bare: list[str]) -> list[str]:
    """Where a file says no colour at all, names do: skin, hair and eyes are told apart. Returns a warning."""
    if not materials or any(not _default(material) for material in materials if material.name != BARE):
        return []
    for material in materials:
        if material.name != BARE:
            color = stand_in(material.name)
            material.diffuse_color = _surface(material).inputs["Base Color"].default_value = color
            material[STOOD_IN] = True
            _thin(material)
    if len(bare) == len(materials) == 1 and vertex_colors.shown(bpy.data.materials[BARE]):
        return []
    return ["the file gives no colours: plain ones stand in. Export the character with its materials and textures."]


def _thin(material: bpy.types.Material) -> None:
    """Let a film over skin or eyes vanish that has no texture, or a colour of its own: it would cover them."""
    node = _surface(material) if kind(material.name, "film") else None
    if node is None or node.inputs["Alpha"].is_linked or node.inputs["Base Color"].is_linked:
        return
    grey = np.ptp(node.inputs["Base Color"].default_value[:3]) < GREY
    if (grey or material.get(STOOD_IN)) and not node.inputs["Transmission Weight"].default_value:
        node.inputs["Alpha"].default_value = 0.0


def _surface(material: bpy.types.Material) -> Node | None:
    output = output_of(material.node_tree)
    node = output.inputs["Surface"].links[0].from_node if output and output.inputs["Surface"].is_linked else None
    return node if node is not None and node.type == "BSDF_PRINCIPLED" else None


def _default(material: bpy.types.Material) -> bool:
    """Whether a material is as an importer makes it that was told nothing but its name."""
    node = _surface(material)
    if node is None or node.inputs["Base Color"].is_linked:
        return False
    color = np.array(node.inputs["Base Color"].default_value[:3])
    return bool(np.allclose(color, DEFAULT, atol=0.01) or np.allclose(color, 1.0, atol=0.01))


def plain(material: bpy.types.Material, meshes: list[bpy.types.Object]) -> None:
    """Undo what importers and exporters set without meaning it."""
    material.use_backface_culling = False
    for tree in trees(material.node_tree):
        for node in tree.nodes:
            if node.type == "BSDF_PRINCIPLED":
                _plain_shader(material.name, node, meshes)
            elif node.type == "NORMAL_MAP":
                _data_colours(node)
    output = output_of(material.node_tree)
    if output is not None and output.inputs["Surface"].is_linked and not kind(material.name, "glass"):
        unlink(material.node_tree, output.inputs["Volume"])


def _plain_shader(name: str, node: Node, meshes: list[bpy.types.Object]) -> None:
    skin = kind(name, "skin") and not kind(name, "metal")
    glass = kind(name, "glass")
    metal = node.inputs["Metallic"]
    if not metal.is_linked and (metal.default_value >= 0.999 or skin) and not kind(name, "metal"):
        metal.default_value = 0.0
    _cap(node, "Transmission Weight", 1.0 if glass else 0.0)
    _cap(node, "Specular IOR Level", 1.0)
    _cap(node, "Coat Weight", 0.25 if skin else 1.0)
    if not node.inputs["IOR"].is_linked and not 1.0 <= node.inputs["IOR"].default_value <= 3.0:
        node.inputs["IOR"].default_value = 1.45
    rough = node.inputs["Roughness"]
    if not rough.is_linked and rough.default_value < 0.1 and not glass and not kind(name, "metal"):
        rough.default_value = 0.5 if skin else 0.3
    tint = node.inputs["Specular Tint"]
    if skin and not tint.is_linked:
        tint.default_value = (1.0, 1.0, 1.0, 1.0)
    _shallow(node, meshes)
    _dim(name, node)


def _cap(node: Node, name: str, most: float) -> None:
    socket = node.inputs[name]
    if most == 0.0 and socket.is_linked:
        unlink(node.id_data, socket)
    if not socket.is_linked and socket.default_value > most:
        socket.default_value = most


def _shallow(node: Node, meshes: list[bpy.types.Object]) -> None:
    """Keep light from spreading through the whole body: scales are often of another unit than the model."""
    scale = node.inputs["Subsurface Scale"]
    weight = node.inputs["Subsurface Weight"]
    if scale.is_linked or not (weight.is_linked or weight.default_value > 0):
        return
    longest = max(node.inputs["Subsurface Radius"].default_value)
    sizes = [max(np.array(mesh.dimensions).tolist(), default=0.0) for mesh in meshes]
    most = DEEP * max(sizes, default=0.0)
    if 0 < most < longest * scale.default_value:
        scale.default_value = most / longest


def _dim(name: str, node: Node) -> None:
    """Take away a glow that is the colour once more (baked or unlit looks), or white over everything."""
    color, strength, base = node.inputs["Emission Color"], node.inputs["Emission Strength"], node.inputs["Base Color"]
    if not strength.is_linked and strength.default_value <= 0:
        return
    tree = node.id_data
    glowing = {entry.image for entry in upstream(color) if entry.type == "TEX_IMAGE"}
    painted = {entry.image for entry in upstream(base) if entry.type == "TEX_IMAGE"}
    black = not base.is_linked and max(base.default_value[:3]) < 0.02
    if glowing and black:
        tree.links.new(color.links[0].from_socket, base)
    elif (glowing and not glowing & painted) or (not glowing and (color.is_linked or kind(name, "glow"))):
        return
    elif not glowing and not painted and not kind(name, "skin"):
        if not black:
            return
        base.default_value = color.default_value
    unlink(tree, strength)
    unlink(tree, color)
    strength.default_value = 0.0


def _data_colours(node: Node) -> None:
    """A normal map read as colours bends every surface one way."""
    for entry in upstream(node.inputs["Color"]):
        if entry.type == "TEX_IMAGE" and entry.image and entry.image.colorspace_settings.name == "sRGB":
            entry.image.colorspace_settings.name = "Non-Color"
