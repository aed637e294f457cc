# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes for characters whose eyes are blank or have lost their textures: white, iris and pupil on the eyeballs."""

from __future__ import annotations

import re

import bpy
import numpy as np

from ...common import blender
from ..geometry import coordinates, group_weights
from ..names.eye_words import is_eye
from ..tidy.materials import BARE, STOOD_IN
from .shape import to_frame
from .subject import Subject, descendants

#: Vector point attribute: place on the eyeball, in eyeball radii from its middle (left, forward, up).
ATTRIBUTE = "modelsheet_eyeball"
#: Radii, in eyeball radii, and colours (linear RGB) from the pupil outwards.
RINGS = ((0.0, (0.01, 0.01, 0.01, 1.0)), (0.18, (0.16, 0.09, 0.05, 1.0)), (0.48, (0.75, 0.73, 0.70, 1.0)))

#: A material with all channels above this (linear) is blank.
WHITE = 0.5
#: Vertices of an eyeball at least; pieces beyond so many are beads and no eyes.
FEWEST, MOST = 30, 4
#: Flatter than this share of their width, eyes are painted discs, which mean something as they are.
DISC = 0.3
IRIS = re.compile(r"iris|pupil", re.IGNORECASE)
#: MakeHuman's eyeballs, in figures without rig or materials.
GROUP = re.compile(r"^helper-[lr]-eye$")


def paint_eyes(subject: Subject, facing: np.ndarray) -> list[str]:
    """Paint the eyeballs whose texture is missing, or that are blank in the file; returns warnings.

    Those of missing textures are found by the eye bones, blank ones by the names of materials and vertex groups.
    """
    if _by_bones(subject, facing) or not _by_names(subject, facing):
        return []
    return ["the eyes are blank in the file: plain brown ones are painted on. Export it with the eyes' textures."]


def _by_bones(subject: Subject, facing: np.ndarray) -> bool:
    armature = subject.cluster.armature
    roles = [role for role in ("left_eye", "right_eye") if role in subject.bones]
    if armature is None or not roles:
        return False
    painted = False
    for mesh in subject.cluster.meshes:
        if not any(material and material.get(STOOD_IN) for material in mesh.data.materials):
            continue
        points = _framed(mesh, facing)
        places = np.zeros_like(points)
        inside = np.zeros(len(points), dtype=bool)
        for role in roles:
            ball = group_weights(mesh, descendants(armature, subject.bones[role]).__contains__) > 0.9
            if np.count_nonzero(ball) >= 6:
                places[ball] = _on_ball(points[ball])
                inside |= ball
        if inside.any():
            slots = [index for index, entry in enumerate(mesh.data.materials) if entry and entry.get(STOOD_IN)]
            painted |= _assign(mesh, inside, places, slots)
    return painted


def _by_names(subject: Subject, facing: np.ndarray) -> bool:
    painted = False
    front = _iris_front(subject, facing)
    for mesh in subject.cluster.meshes:
        owners = np.empty(len(mesh.data.polygons), dtype=np.int32)
        mesh.data.polygons.foreach_get("material_index", owners)
        slots = [index for index, entry in enumerate(mesh.data.materials) if _blank(entry)]
        if not slots:
            continue
        points = _framed(mesh, facing)
        places = np.zeros_like(points)
        inside = np.zeros(len(points), dtype=bool)
        for ball in _balls(mesh, owners, slots, points):
            if points[ball, 1].max() > front:
                places[ball] = _on_ball(points[ball])
                inside[ball] = True
        if inside.any():
            painted |= _assign(mesh, inside, places, slots)
    return painted


def _framed(mesh: bpy.types.Object, facing: np.ndarray) -> np.ndarray:
    """The vertices of a mesh as the character sees them: left, forward, up."""
    turn = np.array(mesh.matrix_world)
    return to_frame(coordinates(mesh.data.vertices) @ turn[:3, :3].T + turn[:3, 3], facing)


def _blank(material: bpy.types.Material | None) -> bool:
    """Whether a material is one bright colour (or the stand-in for one) and nothing more."""
    if material is None or material.node_tree is None:
        return False
    surface = next((node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
    if surface is None or surface.inputs["Base Color"].is_linked or surface.inputs["Alpha"].is_linked:
        return False
    bright = min(surface.inputs["Base Color"].default_value[:3]) > WHITE
    return surface.inputs["Alpha"].default_value > 0.9 and (
        bright or bool(material.get(STOOD_IN)) or material.name == BARE
    )


def _iris_front(subject: Subject, facing: np.ndarray) -> float:
    """How far forward an iris of its own reaches; an eyeball that it stands before needs no painted one."""
    front = -np.inf
    for mesh in subject.cluster.meshes:
        for index, material in enumerate(mesh.data.materials):
            if material is not None and IRIS.search(material.name) and not material.get(STOOD_IN):
                rows = [v for face in mesh.data.polygons if face.material_index == index for v in face.vertices]
                if rows:
                    front = max(front, float(_framed(mesh, facing)[rows, 1].max()))
    return front


def _balls(mesh: bpy.types.Object, owners: np.ndarray, slots: list[int], points: np.ndarray) -> list[np.ndarray]:
    """The vertices of each eyeball: connected, named as an eye by material, mesh or vertex group, and round."""
    named = [index for index in slots if is_eye(mesh.data.materials[index].name) or is_eye(mesh.name)]
    member = np.zeros(len(points), dtype=bool)
    for face in (mesh.data.polygons[int(index)] for index in np.flatnonzero(np.isin(owners, named))):
        member[list(face.vertices)] = True
    groups = [group.name for group in mesh.vertex_groups if GROUP.match(group.name)]
    if not member.any() and groups:
        member = group_weights(mesh, groups.__contains__) > 0.5
    found = []
    for piece in _pieces(mesh, member):
        size = np.ptp(points[piece], axis=0)
        round_ = 0.6 < size[0] / max(size[2], 1e-12) < 1.6 and DISC * size[0] < size[1] < 1.4 * size[0]
        if len(piece) >= FEWEST and round_:
            found.append(piece)
    return found if len(found) <= MOST else []


def _pieces(mesh: bpy.types.Object, member: np.ndarray) -> list[np.ndarray]:
    """Connected pieces of the chosen vertices."""
    edges = np.empty(len(mesh.data.edges) * 2, dtype=np.int32)
    mesh.data.edges.foreach_get("vertices", edges)
    edges = edges.reshape(-1, 2)
    edges = edges[member[edges].all(axis=1)]
    label = np.arange(len(member))
    for _step in range(200):
        low = np.minimum(label[edges[:, 0]], label[edges[:, 1]])
        before = label.copy()
        np.minimum.at(label, edges[:, 0], low)
        np.minimum.at(label, edges[:, 1], low)
        label = label[label]
        if (label == before).all():
            break
    chosen = np.flatnonzero(member)
    return [chosen[label[chosen] == value] for value in np.unique(label[chosen])]


def _on_ball(points: np.ndarray) -> np.ndarray:
    """Places on an eyeball of which perhaps only the front exists: its width tells its radius."""
    low, high = points.min(axis=0), points.max(axis=0)
    radius = max((high[0] - low[0]) / 2, 1e-9)
    middle = (low + high) / 2
    middle[1] = high[1] - radius
    return (points - middle) / radius


def _assign(mesh: bpy.types.Object, inside: np.ndarray, places: np.ndarray, slots: list[int]) -> bool:
    data = mesh.data
    faces = [
        face
        for face in data.polygons
        if face.material_index in slots and all(inside[vertex] for vertex in face.vertices)
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
