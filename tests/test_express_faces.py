# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions on small faces made here: keys on several meshes, own expressions, bones, heads that can only nod."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np
import pytest
from modelsheet.character.face.express import abilities, express
from modelsheet.character.geometry import surface
from modelsheet.character.loaded import KeyDrive, Loaded
from modelsheet.plan.facts import CharacterFacts, Head
from modelsheet.plan.settings import axis_settings, setting

UP = (0.0, 0.0, 1.0)


def make_mesh(name: str, keys: Iterable[str], step: float = 0.05, behind: float = 0.0) -> bpy.types.Object:
    """A sheet at head height that looks at -Y; its keys each push a bump out of the middle."""
    count = 9
    rows = [(-0.1 + 0.025 * x, behind, 1.5 + 0.025 * z) for z in range(count) for x in range(count)]
    cells = [z * count + x for z in range(count - 1) for x in range(count - 1)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(rows, [], [(at, at + 1, at + count + 1, at + count) for at in cells])
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    made.shape_key_add(name="Basis")
    for key in keys:
        block = made.shape_key_add(name=key, from_mix=False)
        block.value = 0.0
        for at, point in enumerate(block.data):
            if at % count in (3, 4, 5) and at // count in (3, 4, 5):
                point.co.y -= step
    return made


def make_face(meshes: list[bpy.types.Object], **parts) -> Loaded:
    head = Head((0.0, 0.0, 1.6), 0.24)
    facts = CharacterFacts(
        "Face", "humanoid", "head", (0.0, -1.0, 0.0), UP, 1.7, head, None, True, "", {}, {}, {}, {}, {}
    )
    return Loaded(facts, "", "", meshes, parts.pop("armature", None), **parts)


def make_rig(bones: dict[str, tuple[tuple[float, float, float], str | None]]) -> bpy.types.Object:
    """An armature of short upright bones: name -> (head, parent)."""
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (head, parent) in bones.items():
        bone = rig.data.edit_bones.new(name)
        bone.head, bone.tail = head, (head[0], head[1], head[2] + 0.05)
        bone.parent = rig.data.edit_bones.get(parent or "")
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def skin(mesh: bpy.types.Object, rig: bpy.types.Object, bone: str) -> None:
    mesh.vertex_groups.new(name=bone).add(range(len(mesh.data.vertices)), 1.0, "REPLACE")
    mesh.modifiers.new("Rig", "ARMATURE").object = rig


@pytest.fixture(autouse=True)
def empty_scene() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture
def arkit() -> Loaded:
    names = [name for row in axis_settings("expression").values() for name in row.geometry["keys"]]
    keys = sorted(
        {
            side
            for name in names
            for side in ([f"{name[:-1]}{s}" for s in ("Left", "Right")] if name[-1] == "_" else [name])
        }
    )
    face, teeth = make_mesh("Face", keys), make_mesh("Teeth", ["jawOpen"], behind=0.02)
    drives = {key: [KeyDrive("Face", key)] for key in keys}
    drives["jawOpen"].append(KeyDrive("Teeth", "jawOpen"))
    return make_face([face, teeth], keys=drives)


def value(mesh: str, key: str) -> float:
    return bpy.data.objects[mesh].data.shape_keys.key_blocks[key].value


def test_arkit_keys_make_every_expression_exactly(arkit: Loaded) -> None:
    assert {(row.method, row.exact) for row in abilities(arkit).values()} == {("shape_keys", True)}


def test_abilities_change_nothing(arkit: Loaded) -> None:
    before = surface(arkit.meshes).vertices.copy()
    abilities(arkit)
    assert np.array_equal(before, surface(arkit.meshes).vertices)


def test_a_key_is_set_on_every_mesh_that_has_it(arkit: Loaded) -> None:
    made = express(arkit, setting("expression", "surprised"))
    assert value("Face", "jawOpen") == value("Teeth", "jawOpen") == pytest.approx(made.weights["jawOpen"])


@pytest.mark.parametrize("name", list(axis_settings("expression")))
def test_neutral_undoes_an_expression_exactly(arkit: Loaded, name: str) -> None:
    express(arkit, setting("expression", "neutral"))
    rest = surface(arkit.meshes).vertices.copy()
    express(arkit, setting("expression", name))
    moved = surface(arkit.meshes).vertices
    assert (name == "neutral") == np.array_equal(rest, moved)
    express(arkit, setting("expression", "neutral"))
    assert np.array_equal(rest, surface(arkit.meshes).vertices)


def test_a_key_of_the_body_is_left_as_the_file_has_it(arkit: Loaded) -> None:
    belly = arkit.meshes[0].shape_key_add(name="Belly")
    belly.value = 0.7
    express(arkit, setting("expression", "happy"))
    assert belly.value == pytest.approx(0.7)


def test_a_driven_and_animated_face_still_obeys(arkit: Loaded) -> None:
    keys = arkit.meshes[0].data.shape_keys
    driver = keys.key_blocks["jawOpen"].driver_add("value").driver
    driver.expression = "1.0"
    keys.key_blocks["mouthSmileLeft"].keyframe_insert("value", frame=1)
    express(arkit, setting("expression", "happy"))
    bpy.context.scene.frame_set(1)
    assert value("Face", "jawOpen") == pytest.approx(0.06)
    assert value("Face", "mouthSmileLeft") == pytest.approx(0.8)


def test_a_narrow_slider_does_not_cut_an_expression() -> None:
    mesh = make_mesh("Face", ["Joy"])
    mesh.data.shape_keys.key_blocks["Joy"].slider_max = 0.2
    face = make_face([mesh], own={"happy": [KeyDrive("Face", "Joy")]})
    made = express(face, setting("expression", "happy"))
    assert (made.method, made.exact) == ("vrm", True)
    assert value("Face", "Joy") == pytest.approx(1.0)


def test_names_that_share_a_key_do_not_add_up() -> None:
    mesh = make_mesh("Face", ["A"])
    face = make_face([mesh], keys={name: [KeyDrive("Face", "A")] for name in ("jawOpen", "mouthFunnel", "browInnerUp")})
    express(face, setting("expression", "surprised"))
    assert value("Face", "A") == pytest.approx(0.9)


def test_a_key_that_moves_nothing_makes_no_expression() -> None:
    face = make_face([make_mesh("Face", ["Joy"], step=0.0)], own={"happy": [KeyDrive("Face", "Joy")]})
    assert abilities(face)["happy"].method == "none"


def test_missing_brows_are_listed_and_not_exact() -> None:
    keys = ["mouthFrownLeft", "mouthFrownRight", "mouthPressLeft", "mouthPressRight"]
    face = make_face([make_mesh("Face", keys)], keys={key: [KeyDrive("Face", key)] for key in keys})
    made = express(face, setting("expression", "angry"))
    assert (made.method, made.exact) == ("shape_keys", False)
    assert {"browDownLeft", "browDownRight"} <= set(made.missing)


def test_brow_bones_speak_where_brow_keys_are_missing() -> None:
    mesh = make_mesh("Face", ["A"])
    bones = {"head": ((0, 0, 1.5), None), "left_inner_brow": ((0.02, -0.1, 1.6), "head")}
    bones["right_inner_brow"] = ((-0.02, -0.1, 1.6), "head")
    rig = make_rig(bones)
    skin(mesh, rig, "head")
    face = make_face(
        [mesh], keys={"jawOpen": [KeyDrive("Face", "A")]}, armature=rig, bones={name: name for name in bones}
    )
    made = express(face, setting("expression", "surprised"))
    assert (made.method, made.exact) == ("shape_keys", True)
    assert rig.pose.bones["left_inner_brow"].head.z - 1.6 == pytest.approx(0.045 * 0.24, abs=1e-5)


def test_a_face_of_bones_moves_and_comes_back() -> None:
    roles = ["jaw", "left_inner_brow", "right_inner_brow", "left_mouth_corner", "right_mouth_corner"]
    bones = {"head": ((0, 0, 1.5), None)} | dict.fromkeys(roles, ((0.03, -0.1, 1.55), "head"))
    rig = make_rig(bones)
    mesh = make_mesh("Face", [])
    skin(mesh, rig, "jaw")
    face = make_face([mesh], armature=rig, bones={name: name for name in bones})
    rest = surface(face.meshes).vertices.copy()
    assert abilities(face)["surprised"].method == "bones"
    assert express(face, setting("expression", "surprised")).exact
    assert not np.allclose(rest, surface(face.meshes).vertices)
    express(face, setting("expression", "neutral"))
    assert np.allclose(rest, surface(face.meshes).vertices, atol=1e-7)


def test_a_head_that_can_only_nod_adds_to_the_pose_and_is_undone_exactly() -> None:
    rig = make_rig({"neck": ((0, 0, 1.4), None), "head": ((0, 0, 1.5), "neck")})
    mesh = make_mesh("Face", [])
    skin(mesh, rig, "head")
    face = make_face([mesh], armature=rig, bones={"neck": "neck", "head": "head"})
    rig.pose.bones["head"].rotation_quaternion = (0.9, 0.1, 0.2, 0.3)
    posed = surface(face.meshes).vertices.copy()
    made = express(face, setting("expression", "sad"))
    assert (made.method, made.exact) == ("head_only", False)
    assert not np.allclose(posed, surface(face.meshes).vertices)
    express(face, setting("expression", "neutral"))
    assert np.array_equal(posed, surface(face.meshes).vertices)


def test_a_statue_keeps_its_only_face() -> None:
    face = make_face([make_mesh("Face", [])])
    found = abilities(face)
    assert found["neutral"].exact
    assert {row.method for row in found.values()} == {"none"}
    assert express(face, setting("expression", "angry")).method == "none"
