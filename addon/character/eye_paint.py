# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes for characters whose textures are missing: white, iris and pupil where the eye bones say, not blank skin."""

from __future__ import annotations

import bpy
import numpy as np

from ..common import blender
from .geometry import coordinates, group_weights
from .materials import STOOD_IN
from .shape import to_frame
from .subject import Subject, descendants

#: Vector point attribute: place on the eyeball, in eyeball radii from its middle (left, forward, up).
ATTRIBUTE = "modelsheet_eyeball"
#: Radii, in eyeball radii, and colours (linear RGB) from the pupil outwards.
RINGS = ((0.0, (0.01, 0.01, 0.01, 1.0)), (0.18, (0.16, 0.09, 0.05, 1.0)), (0.48, (0.75, 0.73, 0.70, 1.0)))


def paint_eyes(subject: Subject, facing: np.ndarray) -> bool:
    """Give the eyeballs of stood-in materials a painted one. True where something was painted."""
    armature = subject.cluster.armature
    roles = [role for role in ("left_eye", "right_eye") if role in subject.bones]
    if armature is None or not roles:
        return False
    painted = False
    for mesh in subject.cluster.meshes:
        if not any(material and material.get(STOOD_IN) for material in mesh.data.materials):
            continue
        turn = np.array(mesh.matrix_world)
        points = to_frame(coordinates(mesh.data.vertices) @ turn[:3, :3].T + turn[:3, 3], facing)
        places = np.zeros_like(points)
        inside = np.zeros(len(points), dtype=bool)
        for role in roles:
            ball = group_weights(mesh, descendants(armature, subject.bones[role]).__contains__) > 0.9
            if np.count_nonzero(ball) >= 6:
                places[ball] = _on_ball(points[ball])
                inside |= ball
        if inside.any():
            painted |= _assign(mesh, inside, places)
    return painted


def _on_ball(points: np.ndarray) -> np.ndarray:
    """Places on an eyeball of which perhaps only the front exists: its width tells its radius."""
    low, high = points.min(axis=0), points.max(axis=0)
    radius = max((high[0] - low[0]) / 2, 1e-9)
    middle = (low + high) / 2
    middle[1] = high[1] - radius
    return (points - middle) / radius


def _assign(mesh: bpy.types.Object, inside: np.ndarray, places: np.ndarray) -> bool:
    data = mesh.data
    faces = [
        face
        for face in data.polygons
        if all(inside[vertex] for vertex in face.vertices)
        and data.materials[face.material_index] is not None
        and data.materials[face.material_index].get(STOOD_IN)
    ]
    if not faces:
        return False
    made = data.attributes.get(ATTRIBUTE) or data.attributes.new(ATTRIBUTE, "FLOAT_VECTOR", "POINT")
    made.data.foreach_set("vector", np.ascontiguousarray(places, dtype=np.float32).ravel())
    data.materials.append(_material())
    for face in faces:
        face.material_index = len(data.materials) - 1
    return True


def _material() -> bpy.types.Material:
    """Rings around the eyeball's forward axis."""
    material = bpy.data.materials.get("Eye stand-in") or bpy.data.materials.new("Eye stand-in")
    tree = blender.node_tree(material)
    tree.nodes.clear()
    place = tree.nodes.new("ShaderNodeAttribute")
    place.attribute_name = ATTRIBUTE
    flat = tree.nodes.new("ShaderNodeVectorMath")
    flat.operation = "MULTIPLY"
    flat.inputs[1].default_value = (1.0, 0.0, 1.0)
    length = tree.nodes.new("ShaderNodeVectorMath")
    length.operation = "LENGTH"
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.interpolation = "CONSTANT"
    while len(ramp.color_ramp.elements) < len(RINGS):
        ramp.color_ramp.elements.new(1.0)
    for element, (position, color) in zip(ramp.color_ramp.elements, RINGS, strict=True):
        element.position, element.color = position, color
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    shader.inputs["Roughness"].default_value = 0.15
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    for source, target in (
        (place.outputs["Vector"], flat.inputs[0]),
        (flat.outputs["Vector"], length.inputs[0]),
        (length.outputs["Value"], ramp.inputs["Fac"]),
        (ramp.outputs["Color"], shader.inputs["Base Color"]),
        (shader.outputs[0], output.inputs["Surface"]),
    ):
        tree.links.new(source, target)
    material.diffuse_color = RINGS[-1][1]
    return material
