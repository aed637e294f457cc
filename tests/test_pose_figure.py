# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses on a jointed figure made here: facing any way, its armature scaled and turned, lying in a T-pose."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from modelsheet.character.face.express import express
from modelsheet.character.geometry import surface
from modelsheet.character.loaded import Loaded
from modelsheet.character.pose.axes import axes_of
from modelsheet.character.pose.skeleton import Skeleton
from modelsheet.character.pose.strike import abilities, strike
from modelsheet.plan.facts import CharacterFacts, Head
from modelsheet.plan.settings import axis_settings, setting

POSES = list(axis_settings("pose"))
#: Metres by which a pose may differ with the facing: whether a ray along a box's edge meets it is a matter of rounding.
ROUNDING = 0.01

#: role -> (head, tail, parent, half thickness), left = +X, facing -Y, metres
BONES = {
    "hips": ((0, 0, 0.95), (0, 0, 1.1), None, (0.16, 0.11)),
    "spine": ((0, 0, 1.1), (0, 0, 1.25), "hips", (0.14, 0.10)),
    "chest": ((0, 0, 1.25), (0, 0, 1.48), "spine", (0.16, 0.11)),
    "neck": ((0, 0, 1.48), (0, 0, 1.56), "chest", (0.05, 0.05)),
    "head": ((0, 0, 1.56), (0, 0, 1.78), "neck", (0.08, 0.1)),
    "left_shoulder": ((0.04, 0, 1.44), (0.17, 0, 1.44), "chest", (0.04, 0.04)),
    "left_upper_arm": ((0.18, 0, 1.44), (0.45, 0, 1.44), "left_shoulder", (0.04, 0.04)),
    "left_lower_arm": ((0.45, 0, 1.44), (0.7, 0, 1.44), "left_upper_arm", (0.03, 0.03)),
    "left_hand": ((0.7, 0, 1.44), (0.86, 0, 1.44), "left_lower_arm", (0.015, 0.04)),
    "left_upper_leg": ((0.1, 0, 0.92), (0.1, 0, 0.5), "hips", (0.06, 0.06)),
    "left_lower_leg": ((0.1, 0, 0.5), (0.1, 0.01, 0.08), "left_upper_leg", (0.05, 0.05)),
    "left_foot": ((0.1, 0.01, 0.08), (0.1, -0.14, 0.02), "left_lower_leg", (0.04, 0.03)),
}


def mirrored() -> dict[str, tuple]:
    """The figure's bones with their right sides."""
    bones = dict(BONES)
    for role, (head, tail, parent, thick) in BONES.items():
        if role.startswith("left_"):
            other = parent.replace("left_", "right_")
            flip = [(-point[0], *point[1:]) for point in (head, tail)]
            bones[role.replace("left_", "right_")] = (*flip, other, thick)
    return bones


def make_figure(turn: float = 0.0, scale: float = 1.0) -> Loaded:
    """The figure in a scene of its own, turned by degrees about up; `scale` is the armature's, undone in its bones."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bones = mirrored()
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    rig.matrix_world = (
        Matrix.Rotation(math.radians(turn), 4, "Z") @ Matrix.Rotation(-math.pi / 2, 4, "X") @ Matrix.Scale(scale, 4)
    )
    inside = (Matrix.Rotation(-math.pi / 2, 4, "X") @ Matrix.Scale(scale, 4)).inverted()
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (head, tail, parent, _thick) in bones.items():
        bone = rig.data.edit_bones.new(name)
        bone.head, bone.tail = inside @ Vector(head), inside @ Vector(tail)
        bone.roll = 0.7
        bone.parent = rig.data.edit_bones.get(parent or "")
    bpy.ops.object.mode_set(mode="OBJECT")
    body = make_body(bones, turn)
    body.modifiers.new("Rig", "ARMATURE").object = rig
    facing = tuple(Matrix.Rotation(math.radians(turn), 3, "Z") @ Vector((0, -1, 0)))
    head = Head((0.0, 0.0, 1.67), 0.22)
    facts = CharacterFacts(
        "Figure", "humanoid", "full", facing, (0.0, 0.0, 1.0), 1.78, head, None, True, "", {}, {}, {}, {}, {}
    )
    return Loaded(facts, "", "", [body], rig, {name: name for name in bones})


def make_body(bones: dict[str, tuple], turn: float) -> bpy.types.Object:
    """A box for each bone, in rings so that it bends, each in its bone's vertex group."""
    points, faces, groups = [], [], {}
    for name, (head, tail, _parent, thick) in bones.items():
        axis = (Vector(tail) - Vector(head)).normalized()
        side = Vector((0, 1, 0)).cross(axis).normalized() if abs(axis.y) < 0.9 else Vector((1, 0, 0))
        other = axis.cross(side)
        start = len(points)
        for ring in range(5):
            middle = Vector(head).lerp(Vector(tail), ring / 4)
            points += [
                middle + side * thick[0] * a + other * thick[1] * b for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))
            ]
        for ring in range(4):
            base = start + ring * 4
            faces += [(base + k, base + (k + 1) % 4, base + 4 + (k + 1) % 4, base + 4 + k) for k in range(4)]
        faces += [(start + 3, start + 2, start + 1, start), (start + 16, start + 17, start + 18, start + 19)]
        groups[name] = range(start, start + 20)
    mesh = bpy.data.meshes.new("Body")
    mesh.from_pydata([Matrix.Rotation(math.radians(turn), 3, "Z") @ point for point in points], [], faces)
    body = bpy.data.objects.new("Body", mesh)
    bpy.context.scene.collection.objects.link(body)
    for name, indices in groups.items():
        body.vertex_groups.new(name=name).add(list(indices), 1.0, "REPLACE")
    return body


def seen_from_front(figure: Loaded) -> np.ndarray:
    """The posed surface as (left, up, forward) coordinates."""
    axes = axes_of(figure.facts)
    return surface(figure.meshes).vertices @ np.array([axes.left, axes.up, axes.forward]).T


@pytest.fixture
def figure() -> Loaded:
    return make_figure()


Where = Callable[[str], Vector]


def joints(figure: Loaded) -> Where:
    """Where a joint is now, as the scene says, in (left, up, forward)."""
    axes = axes_of(figure.facts)
    rig = figure.armature

    def where(role: str) -> Vector:
        point = rig.matrix_world @ rig.pose.bones[role].head
        return Vector((point.dot(axes.left), point.dot(axes.up), point.dot(axes.forward)))

    return where


@pytest.mark.parametrize("turn", [90.0, 180.0, -37.0])
@pytest.mark.parametrize("name", POSES)
def test_a_pose_is_the_same_whichever_way_the_character_faces(name: str, turn: float) -> None:
    here = make_figure()
    strike(here, setting("pose", name))
    expected = seen_from_front(here)
    there = make_figure(turn=turn)
    strike(there, setting("pose", name))
    assert np.abs(seen_from_front(there) - expected).max() < ROUNDING


@pytest.mark.parametrize("name", POSES)
def test_a_scaled_armature_poses_the_same(name: str) -> None:
    plain = make_figure()
    strike(plain, setting("pose", name))
    expected = seen_from_front(plain)
    small = make_figure(scale=0.01)
    strike(small, setting("pose", name))
    assert np.abs(seen_from_front(small) - expected).max() < ROUNDING


def test_striking_again_starts_from_rest() -> None:
    figure = make_figure()
    strike(figure, setting("pose", "relaxed_arms"))
    first = seen_from_front(figure)
    for name in POSES:
        strike(figure, setting("pose", name))
    strike(figure, setting("pose", "relaxed_arms"))
    assert np.array_equal(first, seen_from_front(figure))


def test_relaxed_arms_hang_beside_the_thighs(figure: Loaded) -> None:
    assert strike(figure, setting("pose", "relaxed_arms")).exact
    where = joints(figure)
    for side, sign in (("left", 1), ("right", -1)):
        assert where(f"{side}_hand").y < where("hips").y + 0.05
        assert where(f"{side}_hand").x * sign > 0.16
        assert elbow(where, side) > 150


def test_hands_on_hips_puts_the_elbows_out(figure: Loaded) -> None:
    strike(figure, setting("pose", "hands_on_hips"))
    where = joints(figure)
    for side, sign in (("left", 1), ("right", -1)):
        assert where(f"{side}_lower_arm").x * sign > where(f"{side}_hand").x * sign + 0.05
        assert 0.9 < where(f"{side}_hand").y < 1.25
        assert 40 < elbow(where, side) < 140


def test_crossed_wrists_pass_the_middle_in_front_of_the_chest(figure: Loaded) -> None:
    strike(figure, setting("pose", "arms_crossed"))
    where = joints(figure)
    assert where("left_hand").x < 0.02 and where("right_hand").x > -0.02
    assert min(where("left_hand").z, where("right_hand").z) > 0.11
    assert where("right_hand").y > where("left_hand").y


def test_the_right_hand_waves_beside_the_head(figure: Loaded) -> None:
    strike(figure, setting("pose", "waving"))
    where = joints(figure)
    assert where("right_hand").y > where("right_upper_arm").y
    assert where("right_hand").x < -0.2
    assert where("left_hand").y < where("left_upper_arm").y - 0.3


def test_looking_over_the_shoulder_shows_the_face_from_behind(figure: Loaded) -> None:
    rest = figure.armature.pose.bones["head"].bone.matrix_local.to_quaternion()
    strike(figure, setting("pose", "looking_over_shoulder"))
    rig = figure.armature
    turned = rig.matrix_world @ (rig.pose.bones["head"].matrix.to_quaternion() @ rest.inverted()).to_matrix().to_4x4()
    face = turned @ rig.matrix_world.inverted() @ Vector((0, -1, 0))
    assert face.x > 0 and face.angle(Vector((0, 1, 0))) < math.radians(66)


def test_no_joint_turns_farther_than_a_neck_does() -> None:
    turns = setting("pose", "looking_over_shoulder").geometry["turns"]
    assert turns["neck"]["turn"] + turns["head"]["turn"] <= 75
    assert turns["hips"]["turn"] + turns["spine"]["turn"] + turns["chest"]["turn"] <= 50


@pytest.mark.parametrize("name", POSES)
def test_the_feet_stay_where_they_stood(figure: Loaded, name: str) -> None:
    strike(figure, setting("pose", name))
    where = joints(figure)
    for side, sign in (("left", 1), ("right", -1)):
        assert (where(f"{side}_foot") - Vector((0.1 * sign, 0.08, -0.01))).length < 5e-3


def test_the_weight_rests_on_one_leg(figure: Loaded) -> None:
    strike(figure, setting("pose", "relaxed_arms"))
    assert abs(joints(figure)("hips").x) > 0.005


@pytest.mark.parametrize("name", POSES)
def test_own_kinematics_agree_with_blender(figure: Loaded, name: str) -> None:
    strike(figure, setting("pose", name))
    skeleton = Skeleton(figure.armature)
    for bone in figure.armature.pose.bones:
        shown = figure.armature.matrix_world @ bone.matrix
        assert (skeleton.matrix(bone.name).to_translation() - shown.to_translation()).length < 1e-4
        assert skeleton.matrix(bone.name).to_quaternion().rotation_difference(shown.to_quaternion()).angle < 1e-2


def test_actions_and_constraints_do_not_undo_a_pose() -> None:
    figure = make_figure()
    hand = figure.armature.pose.bones["left_lower_arm"]
    hand.keyframe_insert("rotation_quaternion", frame=1)
    limit = hand.constraints.new("LIMIT_ROTATION")
    limit.use_limit_x = limit.use_limit_y = limit.use_limit_z = True
    strike(figure, setting("pose", "hands_on_hips"))
    posed = seen_from_front(figure)
    bpy.context.scene.frame_set(1)
    assert np.array_equal(posed, seen_from_front(figure))


def test_an_expression_keeps_the_pose(figure: Loaded) -> None:
    strike(figure, setting("pose", "arms_crossed"))
    posed = seen_from_front(figure)
    express(figure, setting("expression", "sad"))
    assert not np.array_equal(posed, seen_from_front(figure))
    express(figure, setting("expression", "neutral"))
    assert np.array_equal(posed, seen_from_front(figure))


def test_a_rig_without_arms_can_take_no_pose_but_rest() -> None:
    figure = make_figure()
    del figure.bones["left_upper_arm"]
    assert {row.method for row in abilities(figure).values()} == {"none"}
    made = strike(figure, setting("pose", "waving"))
    assert (made.method, made.exact, made.missing) == ("none", False, ("left_upper_arm",))


def test_a_beast_is_not_posed_like_a_person() -> None:
    figure = make_figure()
    beast = replace(figure, facts=replace(figure.facts, kind="other"))
    assert {row.method for row in abilities(beast).values()} == {"none"}
    assert strike(beast, setting("pose", "relaxed_arms")).missing == ("humanoid",)


def test_what_has_no_rig_can_take_no_pose() -> None:
    figure = make_figure()
    statue = Loaded(figure.facts, "", "", figure.meshes, None)
    assert abilities(statue)["relaxed_arms"].method == "none"
    assert strike(statue, setting("pose", "relaxed_arms")).missing == ("rig",)


def elbow(where: Where, side: str) -> float:
    """The angle between upper arm and forearm in degrees: 180 is straight."""
    joint = where(f"{side}_lower_arm")
    return math.degrees((where(f"{side}_upper_arm") - joint).angle(where(f"{side}_hand") - joint))
