# SPDX-License-Identifier: GPL-3.0-or-later
"""An expression must show: what keys change in the picture of a face, and faces whose names promise what they can't."""

from __future__ import annotations

import math
from collections.abc import Iterable

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from modelsheet.character.face.express import abilities, express
from modelsheet.character.face.raster import draw
from modelsheet.character.files.gltf import Bind, Vrm
from modelsheet.character.find.face_keys import face_keys
from modelsheet.character.geometry import surface, write_part
from modelsheet.character.loaded import KeyDrive, Loaded
from modelsheet.plan.facts import CharacterFacts, Head
from modelsheet.plan.settings import setting

MOUTH = (0.0, -0.1, 1.54)


@pytest.fixture(autouse=True)
def empty_scene() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


def ball(name: str, radius: float = 0.1) -> bpy.types.Object:
    """A head: a ball at 1.6 that looks at -Y."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=32, ring_count=24, radius=radius, location=(0, 0, 1.6))
    made = bpy.context.object
    made.name = made.data.name = name
    return made


def add_key(mesh: bpy.types.Object, name: str, at: Iterable[float] = MOUTH, way=(0.0, -0.03, 0.02), reach=0.06) -> None:
    """A key that carries what lies around a place (world) along."""
    if mesh.data.shape_keys is None:
        mesh.shape_key_add(name="Basis")
    block = mesh.shape_key_add(name=name, from_mix=False)
    block.value = 0.0
    for point in block.data:
        near = max(0.0, 1.0 - (mesh.matrix_world @ point.co - Vector(at)).length / reach)
        point.co += Vector(way) * near


def loaded_from(meshes: list[bpy.types.Object], vrm: Vrm | None = None, **parts) -> Loaded:
    head = Head((0.0, 0.0, 1.6), 0.2)
    facts = CharacterFacts(
        "Face", "humanoid", "head", (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), 1.7, head, None, True, "", {}, {}, {}, {}, {}
    )
    bpy.context.view_layer.update()
    for mesh in meshes:
        write_part(mesh, "face", (surface([mesh]).vertices[:, 1] < 0).astype(np.float32))
    found = face_keys(meshes, vrm)
    return Loaded(facts, "", "", meshes, parts.pop("armature", None), keys=found.keys, own=found.own, **parts)


def value(mesh: bpy.types.Object, key: str) -> float:
    return mesh.data.shape_keys.key_blocks[key].value


def test_what_shows_is_an_expression() -> None:
    head = ball("Head")
    add_key(head, "Angry")
    found = abilities(loaded_from([head]))
    assert (found["angry"].method, found["angry"].exact) == ("vrm", True)
    assert found["happy"].method == "none"


def hidden_teeth() -> Loaded:
    head, teeth = ball("Head"), ball("Teeth", 0.06)
    add_key(teeth, "Angry", (0.0, -0.06, 1.57))
    return loaded_from([head, teeth])


def back_of_the_head() -> Loaded:
    head = ball("Head")
    add_key(head, "Angry", (0.0, 0.1, 1.6), (0.0, 0.05, 0.0))
    return loaded_from([head])


def hidden_mesh() -> Loaded:
    head, mask = ball("Head"), ball("Mask", 0.11)
    add_key(mask, "Angry")
    mask.hide_render = True
    return loaded_from([head, mask])


def under_clear_glass() -> Loaded:
    head, tears = ball("Head"), ball("CC_Base_TearLine", 0.11)
    add_key(tears, "Angry", (0.0, -0.11, 1.54))
    return loaded_from([head, tears])


def empty_key() -> Loaded:
    head = ball("Head")
    add_key(head, "Angry", way=(0.0, 0.0, 0.0))
    return loaded_from([head])


def exploding_key() -> Loaded:
    head = ball("Head")
    add_key(head, "Angry", way=(0.0, -900.0, 0.0))
    return loaded_from([head])


def key_of_no_numbers() -> Loaded:
    head = ball("Head")
    add_key(head, "Angry")
    head.data.shape_keys.key_blocks["Angry"].data[0].co.x = math.nan
    return loaded_from([head])


@pytest.mark.parametrize(
    "make",
    [hidden_teeth, back_of_the_head, hidden_mesh, under_clear_glass, empty_key, exploding_key, key_of_no_numbers],
)
def test_what_does_not_show_is_none(make) -> None:
    assert abilities(make())["angry"].method == "none"


def test_needs_are_met_only_by_keys_that_show() -> None:
    head = ball("Head")
    for key in ("mouthFrownLeft", "mouthFrownRight"):
        add_key(head, key)
    for key in ("browDownLeft", "browDownRight"):
        add_key(head, key, (0.0, 0.1, 1.6), (0.0, 0.02, 0.0))
    found = abilities(loaded_from([head]))["angry"]
    assert (found.method, found.exact) == ("shape_keys", False)


def test_one_key_for_both_sides_is_not_set_twice_and_makes_no_lopsided_face() -> None:
    head = ball("Head")
    add_key(head, "mouthSmile")
    face = loaded_from([head])
    made = express(face, setting("expression", "happy"))
    assert made.exact
    assert value(head, "mouthSmile") == pytest.approx(0.8)
    assert abilities(face)["smirk"].method == "none"


def test_keys_of_one_side_go_before_one_for_both_and_copies_are_left_alone() -> None:
    head = ball("Head")
    for key in ("mouthSmile", "mouthSmileLeft", "mouthSmileRight", "mouthSmile_L"):
        add_key(head, key)
    express(loaded_from([head]), setting("expression", "happy"))
    assert value(head, "mouthSmileLeft") == value(head, "mouthSmileRight") == pytest.approx(0.8)
    assert value(head, "mouthSmile") == value(head, "mouthSmile_L") == 0.0


def test_both_sides_make_what_arkit_has_in_one() -> None:
    head = ball("Head")
    for key in ("browInnerUp_L", "browInnerUp_R", "jawOpen"):
        add_key(head, key)
    made = express(loaded_from([head]), setting("expression", "surprised"))
    assert made.exact
    assert value(head, "browInnerUp_L") == value(head, "browInnerUp_R") == pytest.approx(made.weights["browInnerUp"])


def test_neutral_opens_eyes_that_the_file_saved_closed_and_turned() -> None:
    head = ball("Head")
    for key in ("eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "まばたき", "Belly"):
        add_key(head, key)
        head.data.shape_keys.key_blocks[key].value = 1.0
    express(loaded_from([head]), setting("expression", "neutral"))
    assert [value(head, key) for key in ("eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "Belly")] == [0, 0, 0, 1]


def rig_with_eyes(roll: float) -> bpy.types.Object:
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, x, turn in (("head", 0.0, 0.0), ("left_eye", 0.03, roll), ("right_eye", -0.03, -2.1 * roll)):
        bone = rig.data.edit_bones.new(name)
        bone.head, bone.tail, bone.roll = (x, -0.05, 1.6), (x + turn / 9, -0.06, 1.63), turn
        bone.parent = rig.data.edit_bones.get("head") if name != "head" else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def eye_turns(rig: bpy.types.Object) -> list[Matrix]:
    bpy.context.view_layer.update()
    rows = [rig.pose.bones[f"{side}_eye"] for side in ("left", "right")]
    return [bone.matrix.to_3x3() @ bone.bone.matrix_local.to_3x3().inverted() for bone in rows]


@pytest.mark.parametrize("roll", [0.0, 0.7])
def test_both_eye_bones_look_the_same_way_whatever_their_roll(roll: float) -> None:
    rig, head = rig_with_eyes(roll), ball("Head")
    for key in ("browInnerUp", "mouthFrownLeft", "mouthFrownRight"):
        add_key(head, key)
    face = loaded_from([head], armature=rig, bones={name: name for name in ("head", "left_eye", "right_eye")})
    express(face, setting("expression", "sad"))
    for turn in eye_turns(rig):
        gaze = turn @ Vector((0.0, -1.0, 0.0))
        assert gaze.x == pytest.approx(0.0, abs=1e-5)
        assert math.degrees(math.asin(-gaze.z)) == pytest.approx(9.0, abs=0.01)
    express(face, setting("expression", "happy"))
    for turn in eye_turns(rig):
        assert tuple(turn @ Vector((0, -1, 0))) == pytest.approx((0, -1, 0), abs=1e-5)


def test_one_eye_bone_alone_stays_where_it_is() -> None:
    rig, head = rig_with_eyes(0.0), ball("Head")
    for key in ("browInnerUp", "mouthFrownLeft", "mouthFrownRight"):
        add_key(head, key)
    face = loaded_from([head], armature=rig, bones={"head": "head", "left_eye": "left_eye"})
    express(face, setting("expression", "sad"))
    assert tuple(eye_turns(rig)[0] @ Vector((0, -1, 0))) == pytest.approx((0, -1, 0), abs=1e-6)


def test_gaze_goes_by_keys_where_both_eyes_have_them() -> None:
    rig, head = rig_with_eyes(0.0), ball("Head")
    for key in ("browInnerUp", "mouthFrownLeft", "mouthFrownRight", "eyeLookDownLeft", "eyeLookDownRight"):
        add_key(head, key)
    face = loaded_from([head], armature=rig, bones={name: name for name in ("head", "left_eye", "right_eye")})
    express(face, setting("expression", "sad"))
    assert value(head, "eyeLookDownLeft") == value(head, "eyeLookDownRight") == pytest.approx(0.3)
    assert tuple(eye_turns(rig)[0] @ Vector((0, -1, 0))) == pytest.approx((0, -1, 0), abs=1e-6)


def vrm(binary: Iterable[str] = (), **expressions: float) -> Vrm:
    rows = {name: (Bind("Head", number, weight),) for number, (name, weight) in enumerate(expressions.items())}
    return Vrm(1, {}, rows, binary=frozenset(binary))


def test_a_vrm_preset_goes_before_a_custom_expression_of_the_same_meaning() -> None:
    head = ball("Head")
    for key in ("target_0", "target_1"):
        add_key(head, key)
    face = loaded_from([head], vrm(Smile=1.0, happy=1.0))
    express(face, setting("expression", "happy"))
    assert (value(head, "target_0"), value(head, "target_1")) == (0.0, 1.0)


def test_a_vrm_switch_is_on_or_off() -> None:
    head = ball("Head")
    add_key(head, "target_0")
    face = loaded_from([head], vrm(["angry"], angry=0.8))
    assert abilities(face)["angry"].method == "vrm"
    assert abilities(face)["serious"].method == "none"  # a quarter of a switch is off
    express(face, setting("expression", "angry"))
    assert value(head, "target_0") == pytest.approx(0.8)


def test_abilities_leave_pose_and_keys_as_they_are() -> None:
    rig, head = rig_with_eyes(0.3), ball("Head")
    add_key(head, "Angry")
    head.data.shape_keys.key_blocks["Angry"].value = 0.4
    rig.pose.bones["head"].rotation_quaternion = (0.9, 0.1, 0.2, 0.3)
    face = loaded_from([head], armature=rig, bones={name: name for name in ("head", "left_eye", "right_eye")})
    before = [tuple(bone.rotation_quaternion) for bone in rig.pose.bones]
    abilities(face)
    assert [tuple(bone.rotation_quaternion) for bone in rig.pose.bones] == before
    assert value(head, "Angry") == pytest.approx(0.4)


def test_the_nearest_triangle_is_seen_and_none_is_full_of_holes() -> None:
    far = np.array([[-1, -1, 0], [3, -1, 0], [-1, 3, 0]], dtype=float)
    near = np.array([[0.2, 0.2, 1], [0.8, 0.2, 1], [0.2, 0.8, 1]], dtype=float)
    broken = np.full((3, 3), np.nan)
    rows = np.stack([far, near, broken])
    picture = draw(rows, np.broadcast_to([0.0, 0.0, 1.0], rows.shape), 40, (40, 40))
    assert picture.covered.all()
    seen = picture.triangle.reshape(40, 40)
    assert seen[10, 10] == 1
    assert seen[2, 2] == seen[38, 38] == 0
    assert set(np.unique(seen)) == {0, 1}


def test_a_drive_says_which_mesh_and_key() -> None:
    head, beard = ball("Head"), ball("Beard", 0.105)
    for mesh in (head, beard):
        add_key(mesh, "jawOpen")
    face = loaded_from([head, beard])
    assert face.keys["jawOpen"] == [KeyDrive("Head", "jawOpen"), KeyDrive("Beard", "jawOpen")]
