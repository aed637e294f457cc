# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures built by code: turned, laid down, without names, several in one scene, with floors, props and spare rigs."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")
import bmesh  # noqa: E402
from mathutils import Matrix, Vector  # noqa: E402
from modelsheet.character.as_imported import as_imported  # noqa: E402
from modelsheet.character.files import importers  # noqa: E402
from modelsheet.character.find.understand import understand  # noqa: E402
from modelsheet.character.loaded import Loaded  # noqa: E402
from modelsheet.character.overrides import Overrides  # noqa: E402
from modelsheet.common.errors import InputError  # noqa: E402

#: bone: (parent, joint, end, radius of the flesh around it); a person in T-pose that looks along -Y, 1.75 high.
BONES = {
    "Hips": ("", (0, 0, 0.95), (0, 0, 1.1), 0.14),
    "Spine": ("Hips", (0, 0, 1.1), (0, 0, 1.28), 0.13),
    "Chest": ("Spine", (0, 0, 1.28), (0, 0, 1.42), 0.15),
    "Neck": ("Chest", (0, 0.02, 1.48), (0, 0.0, 1.56), 0.05),
    "Head": ("Neck", (0, 0.0, 1.58), (0, -0.02, 1.68), 0.1),
    "UpperArm.L": ("Chest", (0.17, 0, 1.42), (0.45, 0, 1.42), 0.045),
    "LowerArm.L": ("UpperArm.L", (0.45, 0, 1.42), (0.7, 0, 1.42), 0.04),
    "Hand.L": ("LowerArm.L", (0.7, 0, 1.42), (0.8, 0, 1.42), 0.04),
    "UpperLeg.L": ("Hips", (0.1, 0, 0.92), (0.1, 0, 0.5), 0.07),
    "LowerLeg.L": ("UpperLeg.L", (0.1, 0, 0.5), (0.1, 0.02, 0.1), 0.05),
    "Foot.L": ("LowerLeg.L", (0.1, 0.02, 0.08), (0.1, -0.14, 0.03), 0.04),
}
SHA = "0" * 64


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    importers.clear()
    yield


def both() -> dict[str, tuple[str, Vector, Vector, float]]:
    """BONES with the right side."""
    rows = {}
    flip = Vector((-1, 1, 1))
    for name, (parent, joint, end, radius) in BONES.items():
        rows[name] = (parent, Vector(joint), Vector(end), radius)
        if name.endswith(".L"):
            other = name.replace(".L", ".R"), parent.replace(".L", ".R")
            rows[other[0]] = (other[1], Vector(joint) * flip, Vector(end) * flip, radius)
    return rows


def flesh(name: str, face: bool = True) -> tuple[bpy.types.Object, dict[str, list[int]]]:
    """A mesh around the bones, and which of its vertices belong to which bone; `face`: a nose, finer than the rest."""
    work, owners = bmesh.new(), {}
    for bone, (_parent, joint, end, radius) in both().items():
        start = len(work.verts)
        along, middle = end - joint, (joint + end) / 2
        if bone == "Head":
            bmesh.ops.create_icosphere(work, subdivisions=3, radius=1.0, matrix=ball(middle, (0.1, 0.12, 0.14)))
            if face:
                nose = ball(middle + Vector((0, -0.12, -0.02)), (0.015, 0.03, 0.03))
                bmesh.ops.create_icosphere(work, subdivisions=3, radius=1.0, matrix=nose)
        else:
            turn = along.to_track_quat("Z", "Y").to_matrix().to_4x4()
            place = Matrix.Translation(middle) @ turn
            bmesh.ops.create_cone(
                work,
                cap_ends=True,
                segments=12,
                radius1=radius,
                radius2=radius,
                depth=along.length * 1.02,
                matrix=place,
            )
        owners[bone] = list(range(start, len(work.verts)))
    mesh = bpy.data.meshes.new(name)
    work.to_mesh(mesh)
    work.free()
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    return made, owners


def ball(middle: Vector, size: tuple[float, float, float]) -> Matrix:
    return Matrix.Translation(middle) @ Matrix.Diagonal((*size, 1.0))


def skeleton(name: str, rename: dict[str, str] | None = None) -> bpy.types.Object:
    """An armature of the bones."""
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, (parent, joint, end, _radius) in both().items():
        made = rig.data.edit_bones.new((rename or {}).get(bone, bone))
        made.head, made.tail = joint, end
        if parent:
            made.parent = rig.data.edit_bones[(rename or {}).get(parent, parent)]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def tie(
    mesh: bpy.types.Object, rig: bpy.types.Object, owners: dict[str, list[int]], rename: dict | None = None
) -> None:
    for bone, members in owners.items():
        mesh.vertex_groups.new(name=(rename or {}).get(bone, bone)).add(members, 1.0, "REPLACE")
    mesh.modifiers.new("Armature", "ARMATURE").object = rig
    mesh.parent = rig


def person(name: str = "person", rename: dict[str, str] | None = None) -> bpy.types.Object:
    """A rigged figure; returns its armature."""
    mesh, owners = flesh(f"{name} body")
    rig = skeleton(name, rename)
    tie(mesh, rig, owners, rename)
    return rig


def box(name: str, middle: tuple, size: tuple) -> bpy.types.Object:
    work = bmesh.new()
    bmesh.ops.create_cube(work, size=1.0, matrix=Matrix.Translation(middle) @ Matrix.Diagonal((*size, 1.0)))
    mesh = bpy.data.meshes.new(name)
    work.to_mesh(mesh)
    work.free()
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    return made


def seen(**asked: str) -> Loaded:
    bpy.context.view_layer.update()
    return understand("scene", SHA, Overrides(**asked), None)


def turned(obj: bpy.types.Object, axis: str, degrees: float, scale: float = 1.0) -> None:
    obj.matrix_world = Matrix.Rotation(math.radians(degrees), 4, axis) @ Matrix.Scale(scale, 4) @ obj.matrix_world


def angle(loaded: Loaded, wanted: tuple[float, float]) -> float:
    cos = float(np.dot(loaded.facts.facing[:2], wanted) / np.linalg.norm(wanted))
    return math.degrees(math.acos(max(-1.0, min(1.0, cos))))


def head_is_on_top(loaded: Loaded) -> bool:
    """Chin and crown at the true places of this figure, to 4 % of its height."""
    facts = loaded.facts
    floor = min(float((mesh.matrix_world @ v.co).z) for mesh in loaded.meshes[:1] for v in mesh.data.vertices)
    middle = (facts.head.center[2] - floor) / facts.height
    return abs(middle - 0.92) < 0.04 and 0.12 < facts.head.height / facts.height < 0.21


ANONYMOUS = {name: f"node_{place}" for place, name in enumerate(both())}
RUSSIAN_WITHOUT_SIDES = {name: f"кость{place}" for place, name in enumerate(both())}


@pytest.mark.parametrize("rename", [None, ANONYMOUS, RUSSIAN_WITHOUT_SIDES], ids=["names", "node_n", "russian"])
@pytest.mark.parametrize(
    ("axis", "degrees", "scale", "facing"),
    [
        ("Z", 0, 1, (0, -1)),
        ("Z", 140, 1, (math.sin(math.radians(140)), -math.cos(math.radians(140)))),
        ("X", 90, 77, None),
    ],
)
def test_a_rigged_figure_is_understood_with_and_without_names(
    rename: dict | None, axis: str, degrees: float, scale: float, facing: tuple | None
) -> None:
    rig = person(rename=rename)
    turned(rig, axis, degrees, scale)
    loaded = seen()
    assert (loaded.facts.kind, loaded.facts.body) == ("humanoid", "full")
    assert head_is_on_top(loaded)
    left = np.cross((0, 0, 1), loaded.facts.facing)
    arms = [
        np.array(rig.matrix_world @ rig.pose.bones[loaded.bones[f"{side}_upper_arm"]].head)
        for side in ("left", "right")
    ]
    assert (arms[0] - arms[1]) @ left > 0
    toes = [rig.matrix_world @ rig.pose.bones[loaded.bones["left_foot"]].tail]
    ankle = rig.matrix_world @ rig.pose.bones[loaded.bones["left_foot"]].head
    assert np.dot(np.array(toes[0] - ankle), loaded.facts.facing) > 0
    if facing:
        assert angle(loaded, facing) < 10
    if rename is None:
        assert loaded.facts.confidence["facing"] > 0.7
        assert loaded.facts.evidence["kind"]


@pytest.mark.parametrize(("axis", "degrees"), [("X", -90), ("X", 90), ("Y", 90), ("X", 180), ("Z", 40)])
def test_what_was_stood_up_is_told_where_the_file_has_it(axis: str, degrees: float) -> None:
    person()
    loaded = seen()
    upright = loaded.facts
    importers.clear()
    turned(person(), axis, degrees)
    loaded = seen()
    told = as_imported(loaded.facts, loaded.stood)
    turn = np.array(Matrix.Rotation(math.radians(degrees), 3, axis))
    assert np.degrees(np.arccos(np.clip(turn @ upright.facing @ told.facing, -1, 1))) < 10
    assert turn @ upright.up @ told.up > 0.99
    assert np.linalg.norm(turn @ upright.head.center - told.head.center) < 0.1 * upright.head.height


def test_sides_that_are_named_the_wrong_way_round_are_put_right() -> None:
    swap = {name: name[:-1] + {"L": "R", "R": "L"}[name[-1]] for name in both() if name[-2] == "."}
    rig = person(rename={name: swap.get(name, name) for name in both()})
    loaded = seen()
    assert angle(loaded, (0, -1)) < 10
    assert loaded.facts.confidence["facing"] < 0.5
    assert any("--facing" in warning for warning in loaded.warnings)
    assert loaded.bones["left_upper_arm"] == "UpperArm.R"
    assert rig.pose.bones["UpperArm.R"].head.x > 0


@pytest.mark.parametrize(("axis", "degrees"), [("Z", 0), ("Z", 120), ("X", 90), ("X", -90), ("Y", 90), ("X", 180)])
def test_a_figure_without_rig_is_stood_up_and_faced(axis: str, degrees: float) -> None:
    mesh, owners = flesh("figure")
    turned(mesh, axis, degrees)
    loaded = seen()
    assert (loaded.facts.kind, loaded.facts.body) == ("humanoid", "full")
    assert head_is_on_top(loaded)
    if axis == "Z":
        assert angle(loaded, (math.sin(math.radians(degrees)), -math.cos(math.radians(degrees)))) < 10
    places = [
        np.mean([np.array(mesh.matrix_world @ mesh.data.vertices[i].co) for i in owners[bone]], axis=0)
        for bone in ("Foot.L", "LowerLeg.L")
    ]
    assert (places[0] - places[1]) @ np.array(loaded.facts.facing) > 0.03


def test_a_faceless_figure_without_feet_is_a_guess_and_says_so() -> None:
    mesh, owners = flesh("figure", face=False)
    work = bmesh.new()
    work.from_mesh(mesh.data)
    work.verts.ensure_lookup_table()
    gone = [work.verts[index] for bone in ("Foot.L", "Foot.R") for index in owners[bone]]
    bmesh.ops.delete(work, geom=gone, context="VERTS")
    work.to_mesh(mesh.data)
    work.free()
    assert seen().facts.confidence["facing"] < 0.5


def test_each_of_several_is_found_and_one_is_chosen_by_any_of_its_names() -> None:
    first = person("Anna")
    second = person("Bert")
    second.location.x = 3.0
    extra, _owners = flesh("statue")
    extra.location.x = -3.0
    group = bpy.data.collections.new("Chorus")
    bpy.context.scene.collection.children.link(group)
    group.objects.link(extra)
    loaded = seen()
    assert loaded.facts.name in {"Anna", "Bert"}
    assert {facts.name for facts in loaded.others} == {"Anna", "Bert", "statue"} - {loaded.facts.name}
    for mesh in bpy.data.objects:
        mesh.hide_render = False
    for asked, name in (("bert", "Bert"), ("Anna body", "Anna"), ("Chorus", "statue")):
        found = seen(character=asked)
        assert found.facts.name == name
        shown = {obj.name for obj in bpy.context.scene.objects if obj.type == "MESH" and not obj.hide_render}
        assert shown == {mesh.name for mesh in found.meshes}
        for mesh in bpy.data.objects:
            mesh.hide_render = False
    with pytest.raises(InputError, match="Anna"):
        seen(character="Clara")
    assert first.pose is not None


def test_clothes_and_hair_with_armatures_of_their_own_are_one_character_and_follow_it() -> None:
    rig = person("body")
    shirt, owners = flesh("shirt")
    copy = skeleton("shirt rig")
    tie(shirt, copy, {bone: owners[bone] for bone in ("Spine", "Chest")})
    hair = box("hair", (0, 0.02, 1.74), (0.2, 0.22, 0.08))
    comb = bpy.data.objects.new("hair rig", bpy.data.armatures.new("hair rig"))
    bpy.context.scene.collection.objects.link(comb)
    bpy.context.view_layer.objects.active = comb
    bpy.ops.object.mode_set(mode="EDIT")
    lock = comb.data.edit_bones.new("lock")
    lock.head, lock.tail = (0, 0, 1.72), (0, 0, 1.8)
    bpy.ops.object.mode_set(mode="OBJECT")
    hair.vertex_groups.new(name="lock").add(list(range(8)), 1.0, "REPLACE")
    hair.modifiers.new("Armature", "ARMATURE").object = comb
    loaded = seen()
    assert {mesh.name for mesh in loaded.meshes} == {"body body", "shirt", "hair"}
    assert loaded.armature in {rig, copy}
    assert loaded.others == []
    assert {mesh.modifiers[0].object for mesh in loaded.meshes if mesh != hair} == {loaded.armature}
    head = loaded.armature.pose.bones["Head"]
    before = hair.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world.copy(), comb.matrix_world.copy()
    head.rotation_mode = "XYZ"
    head.rotation_euler = (0.8, 0.0, 0.0)
    bpy.context.view_layer.update()
    assert (comb.matrix_world.translation - before[1].translation).length > 0.1


def test_floors_crates_backdrops_and_text_are_left_out() -> None:
    figure, _owners = flesh("figure")
    for name, middle, size in (
        ("floor", (0, 0, -0.01), (8, 8, 0.01)),
        ("slab", (0, 0, -0.15), (4, 4, 0.25)),
        ("backdrop", (0, 3, 2), (8, 0.05, 5)),
        ("crate", (0.7, 0.3, 0.3), (0.6, 0.6, 0.6)),
    ):
        box(name, middle, size)
    words = bpy.data.objects.new("words", bpy.data.curves.new("words", "FONT"))
    words.data.body = "T-pose"
    bpy.context.scene.collection.objects.link(words)
    loaded = seen()
    assert [mesh.name for mesh in loaded.meshes] == ["figure"]
    assert words.hide_render
    assert loaded.facts.height == pytest.approx(1.77, abs=0.06)
    assert figure.hide_render is False


def test_a_sword_held_aloft_is_not_the_crown() -> None:
    rig = person()
    sword = box("sword", (0.75, 0, 1.9), (0.04, 0.04, 1.2))
    sword.vertex_groups.new(name="Hand.L").add(list(range(8)), 1.0, "REPLACE")
    sword.modifiers.new("Armature", "ARMATURE").object = rig
    loaded = seen()
    assert loaded.facts.landmarks["crown"][2] < 1.85
    assert loaded.facts.height == pytest.approx(1.77, abs=0.06)
    assert sword in loaded.meshes


def test_a_table_is_no_person_and_the_reason_is_given() -> None:
    box("top", (0, 0, 0.75), (1.6, 0.8, 0.05))
    for place, (x, y) in enumerate(((0.7, 0.3), (-0.7, 0.3), (0.7, -0.3), (-0.7, -0.3))):
        box(f"leg {place}", (x, y, 0.37), (0.06, 0.06, 0.72))
    loaded = seen()
    assert loaded.facts.kind == "other"
    assert loaded.facts.evidence["kind"]
    assert any("no person" in warning for warning in loaded.warnings)


def test_a_flat_sheet_alone_is_refused_and_damaged_numbers_trip_nothing() -> None:
    def sheet(points: list[tuple]) -> None:
        mesh = bpy.data.meshes.new("sheet")
        mesh.from_pydata(points, [], [(0, 1, 2), (1, 2, 3)])
        bpy.context.scene.collection.objects.link(bpy.data.objects.new("sheet", mesh))

    sheet([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)])
    with pytest.raises(InputError, match="flat"):
        seen()
    importers.clear()
    sheet([(float("nan"), 0, 0), (1e30, 0, 0), (0, 1, 1), (0, 0, 1)])
    assert seen().facts.kind == "other"


def test_a_bust_cut_from_a_rigged_figure_is_no_full_body() -> None:
    rig = person()
    mesh = next(obj for obj in bpy.data.objects if obj.type == "MESH")
    work = bmesh.new()
    work.from_mesh(mesh.data)
    bmesh.ops.delete(work, geom=[vert for vert in work.verts if vert.co.z < 1.25], context="VERTS")
    work.to_mesh(mesh.data)
    work.free()
    loaded = seen()
    assert loaded.armature == rig
    assert loaded.facts.body == "bust"
    assert "floor" not in loaded.facts.landmarks


#: The same bones as a beast's: a trunk that rises a little forwards, and four legs of which the hind ones slant back.
BEAST = {
    "Hips": ("", (0, 0, 0.95), (0, -0.3, 0.98), 0.16),
    "Spine": ("Hips", (0, -0.3, 0.98), (0, -0.6, 1.0), 0.16),
    "Chest": ("Spine", (0, -0.6, 1.0), (0, -0.85, 1.05), 0.17),
    "Neck": ("Chest", (0, -0.9, 1.1), (0, -1.05, 1.4), 0.07),
    "Head": ("Neck", (0, -1.05, 1.42), (0, -1.25, 1.4), 0.1),
    "UpperArm.L": ("Chest", (0.14, -0.8, 0.95), (0.14, -0.78, 0.5), 0.05),
    "LowerArm.L": ("UpperArm.L", (0.14, -0.78, 0.5), (0.14, -0.8, 0.1), 0.04),
    "Hand.L": ("LowerArm.L", (0.14, -0.8, 0.1), (0.14, -0.83, 0.02), 0.04),
    "UpperLeg.L": ("Hips", (0.12, 0.0, 0.92), (0.12, 0.3, 0.5), 0.08),
    "LowerLeg.L": ("UpperLeg.L", (0.12, 0.3, 0.5), (0.12, 0.55, 0.1), 0.05),
    "Foot.L": ("LowerLeg.L", (0.12, 0.55, 0.08), (0.12, 0.5, 0.02), 0.04),
}


def test_a_beast_is_never_stood_up_on_its_hind_legs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "BONES", BEAST)
    person("horse")
    high = max((obj.matrix_world @ Vector(corner)).z for obj in bpy.data.objects for corner in obj.bound_box)
    loaded = seen()
    assert loaded.facts.kind == "other"
    assert loaded.facts.height <= high * 1.01
    assert not any("stood up" in warning for warning in loaded.warnings)
    assert angle(loaded, (0, -1)) < 10
