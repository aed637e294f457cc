# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter, built into an empty Blender scene."""

from __future__ import annotations

from collections.abc import Mapping

import bpy
import numpy as np

from ..common.tables import read_table
from . import body
from .face import Face
from .features import face_features
from .fingers import finger_bones
from .hair import hair
from .hand import hands
from .head import head, placements
from .materials import all_materials
from .parameters import HERE, colour, resolve, shape_of, words
from .part import Part
from .skeleton import BONES, HEAD, both_sides

#: Shape-key offsets below this are nothing (metres).
STILL = 1e-6


def build(parameters: Mapping[str, str]) -> dict[str, str]:
    """Empty the scene and build the sitter: an armature `Sitter` and its meshes, standing on z = 0, facing -Y.

    Returns the words that captions may use (parameters.words). Raises InputError for an unknown parameter or value.
    """
    chosen = resolve(parameters)
    shape = shape_of(chosen)
    parts, eye = parts_of(chosen, shape)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    colours = {
        "skin": colour(chosen, "skin"),
        "eyes": colour(chosen, "eyes"),
        "hair": colour(chosen, "hair_colour"),
        "top": colour(chosen, "top"),
        "trousers": colour(chosen, "trousers"),
    }
    materials = all_materials(colours, chosen["feature"])
    rig = armature(eye, shape["height"])
    for part in parts:
        mesh_object(part, rig, materials, shape["height"])
    return words(chosen)


def parts_of(chosen: Mapping[str, str], shape: Mapping[str, float]) -> tuple[list[Part], np.ndarray]:
    """All parts in world space before scaling, and the left eye's centre in head space."""
    face = Face(shape)
    heads = placements(face, read_table(HERE / "keys.yaml").data)
    parts = [head(face, heads, chosen["feature"]), *face_features(face, heads)]
    style = read_table(HERE / "hair.yaml").data[chosen["hair"]]
    locks = hair(face, style)
    if locks:
        parts.append(locks)
    parts = [part.moved(HEAD) for part in parts]
    parts += [body.top(shape), body.bottom(shape), *hands(shape["limbs"]), *body.shoes(shape)]
    return parts, face.eye


def bones(eye: np.ndarray) -> dict[str, tuple[str | None, np.ndarray, np.ndarray]]:
    """Every bone of both sides: body, eyes and fingers. eye: the left eyeball's centre in the head's space."""
    center = HEAD + eye
    left_eye = ("Head", tuple(center), tuple(center + [0.0, -0.04, 0.0]))
    return both_sides({**BONES, "LeftEye": left_eye, **finger_bones()})


def armature(eye: np.ndarray, scale: float) -> bpy.types.Object:
    """The humanoid rig."""
    data = bpy.data.armatures.new("Sitter")
    rig = bpy.data.objects.new("Sitter", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (parent, start, end) in bones(eye).items():
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = start * scale, end * scale
        if parent:
            bone.parent = data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def mesh_object(part: Part, rig: bpy.types.Object, materials: Mapping[str, bpy.types.Material], scale: float) -> None:
    """One mesh object, skinned to the rig, with its keys."""
    mesh = bpy.data.meshes.new(part.name)
    vertices = part.vertices * scale
    mesh.from_pydata(vertices.tolist(), [], [tuple(int(i) for i in face) for face in part.faces])
    mesh.materials.append(materials[part.material])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    for name, values in (("tint", part.tint), ("coords", part.coords), ("marks", part.marks)):
        if values is not None:
            layer = mesh.attributes.new(name, "FLOAT_VECTOR", "POINT")
            padded = np.zeros((len(vertices), 3), dtype=np.float32)
            padded[:, : values.shape[1]] = values
            layer.data.foreach_set("vector", padded.ravel())
    thing = bpy.data.objects.new(part.name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    keys(thing, part, vertices, scale)
    skin(thing, part, rig)


def keys(thing: bpy.types.Object, part: Part, vertices: np.ndarray, scale: float) -> None:
    """Shape keys of a part; those that move nothing are left out."""
    moving = {name: offset for name, offset in part.keys.items() if np.abs(offset).max() > STILL}
    if not moving:
        return
    thing.shape_key_add(name="Basis", from_mix=False)
    for name, offset in moving.items():
        block = thing.shape_key_add(name=name, from_mix=False)
        block.data.foreach_set("co", (vertices + offset * scale).astype(np.float32).ravel())


def skin(thing: bpy.types.Object, part: Part, rig: bpy.types.Object) -> None:
    """Vertex groups and the armature modifier."""
    total = sum(part.weights.values())
    for bone, weight in part.weights.items():
        group = thing.vertex_groups.new(name=bone)
        share = np.round(weight / np.maximum(total, 1e-9), 3)
        for value in np.unique(share):
            if value > 0.0:
                group.add(np.flatnonzero(share == value).tolist(), float(value), "REPLACE")
    modifier = thing.modifiers.new("Armature", "ARMATURE")
    modifier.object = rig
    thing.parent = rig
