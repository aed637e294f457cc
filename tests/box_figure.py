# SPDX-License-Identifier: GPL-3.0-or-later
"""A small figure of boxes with a rig, built in the scene: who only needs somebody takes this one."""

from __future__ import annotations

from pathlib import Path

import bmesh
import bpy
import pytest
from mathutils import Matrix, Vector
from modelsheet.character.load import load_file
from modelsheet.character.overrides import Overrides

#: Boxes of a figure that faces -Y, 1.8 high: bone -> (low corner, high corner).
BOXES = {
    "Hips": ((-0.16, -0.1, 0.85), (0.16, 0.1, 1.05)),
    "Spine": ((-0.17, -0.1, 1.05), (0.17, 0.1, 1.48)),
    "Neck": ((-0.05, -0.05, 1.48), (0.05, 0.05, 1.56)),
    "Head": ((-0.09, -0.11, 1.56), (0.09, 0.1, 1.8)),
    "LeftArm": ((0.17, -0.05, 1.36), (0.45, 0.05, 1.46)),
    "LeftForeArm": ((0.45, -0.05, 1.36), (0.7, 0.05, 1.46)),
    "LeftHand": ((0.7, -0.05, 1.37), (0.85, 0.05, 1.45)),
    "LeftUpLeg": ((0.03, -0.08, 0.45), (0.16, 0.08, 0.85)),
    "LeftLeg": ((0.03, -0.07, 0.08), (0.15, 0.07, 0.45)),
    "LeftFoot": ((0.03, -0.2, 0.0), (0.15, 0.07, 0.08)),
}


PARENTS = {
    "Spine": "Hips",
    "Neck": "Spine",
    "Head": "Neck",
    "LeftArm": "Spine",
    "LeftForeArm": "LeftArm",
    "LeftHand": "LeftForeArm",
    "LeftUpLeg": "Hips",
    "LeftLeg": "LeftUpLeg",
    "LeftFoot": "LeftLeg",
}


def both_sides() -> dict[str, tuple[Vector, Vector]]:
    """All boxes, the left ones mirrored."""
    found = {}
    for name, (low, high) in BOXES.items():
        found[name] = (Vector(low), Vector(high))
        if name.startswith("Left"):
            found[name.replace("Left", "Right")] = (
                Vector((-high[0], low[1], low[2])),
                Vector((-low[0], high[1], high[2])),
            )
    return found


def figure(name: str = "Figure", rig: bool = True, places: Matrix | None = None) -> bpy.types.Object:
    """Build the figure in the scene, its root moved by `places`; returns the root."""
    boxes = both_sides()
    mesh = bpy.data.meshes.new(f"{name} body")
    work = bmesh.new()
    owners = []
    for bone, (low, high) in boxes.items():
        made = bmesh.ops.create_cube(work, size=1.0)["verts"]
        middle, size = (low + high) / 2, high - low
        for vertex in made:
            vertex.co = Vector(a * b for a, b in zip(vertex.co, size, strict=True)) + middle
        owners += [bone] * len(made)
    work.to_mesh(mesh)
    work.free()
    body = bpy.data.objects.new(f"{name} body", mesh)
    bpy.context.scene.collection.objects.link(body)
    root = body
    if rig:
        root = skeleton(name, boxes)
        for bone in boxes:
            members = [index for index, owner in enumerate(owners) if owner == bone]
            body.vertex_groups.new(name=bone).add(members, 1.0, "REPLACE")
        body.parent = root
        body.modifiers.new("Armature", "ARMATURE").object = root
    if places is not None:
        root.matrix_world = places
    bpy.context.view_layer.update()
    return root


def skeleton(name: str, boxes: dict[str, tuple[Vector, Vector]]) -> bpy.types.Object:
    """An armature whose bones start where the boxes hang."""
    data = bpy.data.armatures.new(name)
    rig = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, (low, high) in boxes.items():
        made = data.edit_bones.new(bone)
        middle = (low + high) / 2
        if "Arm" in bone or "Hand" in bone:
            inner, outer = (low.x, high.x) if bone.startswith("Left") else (high.x, low.x)
            made.head, made.tail = (inner, middle.y, middle.z), (outer, middle.y, middle.z)
        elif "Leg" in bone or "Foot" in bone:
            made.head, made.tail = (middle.x, 0.0, high.z), (middle.x, 0.0, low.z)
        else:
            made.head, made.tail = (middle.x, 0.0, low.z), (middle.x, 0.0, high.z)
    for bone in boxes:
        parent = PARENTS.get(bone.replace("Right", "Left"))
        if parent:
            side = parent.replace("Left", "Right") if bone.startswith("Right") else parent
            data.edit_bones[bone].parent = data.edit_bones[side]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def saved(path: Path) -> Path:
    """The scene as a .blend."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path


def one_person(path: Path) -> list[str]:
    """Load a file that shows the figure once; returns the warnings."""
    loaded = load_file(path, Overrides())
    assert (loaded.facts.kind, loaded.facts.body) == ("humanoid", "full")
    assert loaded.facts.height == pytest.approx(1.8, rel=0.03)
    assert loaded.others == []
    return loaded.warnings
