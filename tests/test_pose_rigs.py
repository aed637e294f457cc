# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses on rigs that lack parts, have too many, or are moved by something else than their parents.

Each case is the figure of test_pose_figure with one oddity, and must look as the plain figure does in the same pose:
judged by where its skin is, not by its bones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector
from modelsheet.character.face.express import express
from modelsheet.character.loaded import Loaded, Made
from modelsheet.character.pose.axes import axes_of
from modelsheet.character.pose.strike import abilities, strike
from modelsheet.plan.settings import axis_settings, setting
from test_pose_figure import make_figure, seen_from_front

POSES = list(axis_settings("pose"))
SIDES = ("left", "right")
#: Metres: rays meet a surface that is cut up otherwise at other places.
SAME = 0.02


@contextmanager
def editing(rig: bpy.types.Object) -> Iterator[Any]:
    """The armature's edit bones."""
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    yield rig.data.edit_bones
    bpy.ops.object.mode_set(mode="OBJECT")


def regroup(figure: Loaded, old: str, new: str, share: float = 1.0) -> None:
    """Give skin of one bone to another."""
    body = figure.meshes[0]
    source = body.vertex_groups[old]
    rows = [vertex.index for vertex in body.data.vertices if source.index in {row.group for row in vertex.groups}]
    target = body.vertex_groups.get(new) or body.vertex_groups.new(name=new)
    target.add(rows, share, "ADD")
    if share == 1.0:
        body.vertex_groups.remove(source)
    else:
        source.add(rows, 1.0 - share, "REPLACE")


def no_hand(figure: Loaded) -> None:
    """The hand is skin of the forearm, whose bone is all there is."""
    for side in SIDES:
        regroup(figure, f"{side}_hand", f"{side}_lower_arm")
        del figure.bones[f"{side}_hand"]
    with editing(figure.armature) as bones:
        for side in SIDES:
            bones.remove(bones[f"{side}_hand"])


def no_collar(figure: Loaded) -> None:
    for side in SIDES:
        regroup(figure, f"{side}_shoulder", "chest")
        del figure.bones[f"{side}_shoulder"]
    with editing(figure.armature) as bones:
        for side in SIDES:
            bones[f"{side}_upper_arm"].parent = bones["chest"]
            bones.remove(bones[f"{side}_shoulder"])


def no_legs(figure: Loaded) -> None:
    for side in SIDES:
        for part in ("upper_leg", "lower_leg", "foot"):
            del figure.bones[f"{side}_{part}"]


def twisting_chain(figure: Loaded) -> None:
    """Daz: a bend and a twist bone for upper arm and forearm, in the chain."""
    with editing(figure.armature) as bones:
        for side in SIDES:
            for part, after in (("upper_arm", "lower_arm"), ("lower_arm", "hand")):
                bend, end = bones[f"{side}_{part}"], bones[f"{side}_{after}"]
                twist = bones.new(f"{side}_{part}_twist")
                twist.head, twist.tail = bend.head.lerp(bend.tail, 0.5), bend.tail
                bend.tail = twist.head
                twist.parent, end.parent = bend, twist
    for side in SIDES:
        for part in ("upper_arm", "lower_arm"):
            regroup(figure, f"{side}_{part}", f"{side}_{part}_twist", 0.5)


def twisting_beside(figure: Loaded) -> None:
    """Unreal: twist bones as children beside the joint."""
    with editing(figure.armature) as bones:
        for side in SIDES:
            for part in ("upper_arm", "lower_arm"):
                bone = bones[f"{side}_{part}"]
                twist = bones.new(f"{side}_{part}_twist")
                twist.head, twist.tail = bone.head.lerp(bone.tail, 0.5), bone.tail
                twist.parent = bone
    for side in SIDES:
        for part in ("upper_arm", "lower_arm"):
            regroup(figure, f"{side}_{part}", f"{side}_{part}_twist", 0.5)


def flat(figure: Loaded) -> None:
    """Nothing hangs on anything."""
    with editing(figure.armature) as bones:
        for bone in bones:
            bone.parent = None


def controlled(figure: Loaded) -> None:
    """Rigify: skin on DEF bones that hang on nothing and copy controls, which carry the roles; legs by IK."""
    names = list(figure.bones.values())
    with editing(figure.armature) as bones:
        for name in names:
            plain = bones[name]
            copy = bones.new("DEF-" + name)
            copy.head, copy.tail, copy.roll = plain.head, plain.tail, plain.roll + 1.1
    for name in names:
        figure.meshes[0].vertex_groups[name].name = "DEF-" + name
        bone = figure.armature.pose.bones["DEF-" + name]
        follow = bone.constraints.new("COPY_TRANSFORMS")
        follow.target, follow.subtarget = figure.armature, name
    for side in SIDES:
        chain = figure.armature.pose.bones[f"{side}_lower_arm"].constraints.new("IK")
        chain.target, chain.subtarget, chain.chain_count = figure.armature, f"{side}_foot", 2


def roles_on_deforming(figure: Loaded) -> None:
    """The same with the roles on the bones that deform."""
    controlled(figure)
    figure.bones.update({role: "DEF-" + name for role, name in figure.bones.items()})


def no_inheriting(figure: Loaded) -> None:
    for side in SIDES:
        for part in ("upper_arm", "lower_arm", "hand"):
            bone = figure.armature.data.bones[f"{side}_{part}"]
            bone.use_inherit_rotation = False
            bone.inherit_scale = "NONE"
            bone.use_local_location = False


def hindered(figure: Loaded) -> None:
    """Locks, limits, trackers, drivers, an animation, hidden and bendy bones."""
    bones = figure.armature.pose.bones
    for side in SIDES:
        upper, lower = bones[f"{side}_upper_arm"], bones[f"{side}_lower_arm"]
        upper.lock_rotation = (True, True, True)
        upper.rotation_mode = "XYZ"
        upper.driver_add("rotation_euler", 0).driver.expression = "1.2"
        track = lower.constraints.new("DAMPED_TRACK")
        track.target, track.subtarget = figure.armature, "head"
        limit = bones[f"{side}_hand"].constraints.new("LIMIT_ROTATION")
        limit.use_limit_x = limit.use_limit_y = limit.use_limit_z = True
        lower.bone.hide = True
        lower.bone.bbone_segments = 6
        lower.bone.bbone_easein = 0.3
    bones["chest"].keyframe_insert("location", frame=1)


def deep_frozen(figure: Loaded) -> None:
    """Parented under an object of another scale and turn."""
    holder = bpy.data.objects.new("Holder", None)
    bpy.context.scene.collection.objects.link(holder)
    holder.matrix_world = Matrix.Translation((3, 1, 0)) @ Matrix.Rotation(0.8, 4, "Z") @ Matrix.Scale(40, 4)
    world = figure.armature.matrix_world.copy()
    figure.armature.parent = holder
    figure.armature.matrix_world = world


ODDITIES: dict[str, Callable[[Loaded], None]] = {
    row.__name__: row
    for row in (
        no_hand,
        no_collar,
        no_legs,
        twisting_chain,
        twisting_beside,
        flat,
        controlled,
        roles_on_deforming,
        no_inheriting,
        hindered,
        deep_frozen,
    )
}


@pytest.fixture(scope="module")
def plain() -> dict[str, np.ndarray]:
    """Where the plain figure's skin is in each pose."""
    figure = make_figure()
    found = {}
    for name in POSES:
        strike(figure, setting("pose", name))
        found[name] = seen_from_front(figure)
    return found


def part(name: str) -> slice:
    """The figure's vertices of one bone: 20 each, in the order of its table."""
    from test_pose_figure import mirrored

    start = 20 * list(mirrored()).index(name)
    return slice(start, start + 20)


def middle(points: np.ndarray, name: str) -> np.ndarray:
    return points[part(name)].mean(axis=0)


@pytest.mark.parametrize("oddity", list(ODDITIES))
def test_a_rig_poses_as_the_plain_figure_does(oddity: str, plain: dict[str, np.ndarray]) -> None:
    figure = make_figure()
    ODDITIES[oddity](figure)
    for name in POSES:
        assert abilities(figure)[name].method == "bones"
        made = strike(figure, setting("pose", name))
        assert made.method == "bones", (name, made)
        seen = seen_from_front(figure)
        for side in SIDES:
            for place in ("upper_arm", "lower_arm"):
                off = np.linalg.norm(middle(seen, f"{side}_{place}") - middle(plain[name], f"{side}_{place}"))
                assert off < 4 * SAME, (name, side, place, off)
            off = np.linalg.norm(middle(seen, f"{side}_hand") - middle(plain[name], f"{side}_hand"))
            assert off < 6 * SAME, (name, side, off)
        for place in ("chest", "head", "left_foot", "right_foot"):
            assert np.linalg.norm(middle(seen, place) - middle(plain[name], place)) < SAME, (name, place)


def test_a_posed_rig_is_still_at_the_next_frame() -> None:
    figure = make_figure()
    hindered(figure)
    strike(figure, setting("pose", "arms_crossed"))
    before = seen_from_front(figure)
    bpy.context.scene.frame_set(7)
    assert np.array_equal(before, seen_from_front(figure))


def test_a_face_on_bones_of_its_own_turns_with_the_head(plain: dict[str, np.ndarray]) -> None:
    """Rigify: the bones of the face hang on nothing and are moved by constraints; an expression comes on top."""
    figure = make_figure()
    with editing(figure.armature) as bones:
        for side in SIDES:
            brow, head = bones.new(f"{side}_inner_brow"), bones["head"]
            brow.head, brow.tail = head.head.lerp(head.tail, 0.6), head.head.lerp(head.tail, 0.7)
    for side in SIDES:
        name = f"{side}_inner_brow"
        held = figure.armature.pose.bones[name].constraints.new("COPY_LOCATION")
        held.target, held.subtarget = figure.armature, "head"
        figure.bones[name] = name
    regroup(figure, "head", "left_inner_brow", 0.5)
    strike(figure, setting("pose", "looking_over_shoulder"))
    posed = seen_from_front(figure)
    assert np.abs(posed - plain["looking_over_shoulder"]).max() < SAME
    express(figure, setting("expression", "neutral"))
    assert np.array_equal(posed, seen_from_front(figure))
    express(figure, setting("expression", "sad"))
    assert not np.array_equal(posed, seen_from_front(figure))
    express(figure, setting("expression", "neutral"))
    assert np.array_equal(posed, seen_from_front(figure))


def arm_without_elbow(figure: Loaded) -> None:
    for side in SIDES:
        regroup(figure, f"{side}_hand", f"{side}_upper_arm")
        regroup(figure, f"{side}_lower_arm", f"{side}_upper_arm")
        del figure.bones[f"{side}_hand"], figure.bones[f"{side}_lower_arm"]
    with editing(figure.armature) as bones:
        for side in SIDES:
            bones.remove(bones[f"{side}_hand"])
            bones.remove(bones[f"{side}_lower_arm"])


def test_an_arm_of_one_bone_hangs_and_waves_but_cannot_be_crossed() -> None:
    figure = make_figure()
    arm_without_elbow(figure)
    told = {name: row.method for name, row in abilities(figure).items()}
    assert told == {
        "relaxed_arms": "bones",
        "hands_on_hips": "none",
        "arms_crossed": "none",
        "waving": "bones",
        "looking_over_shoulder": "bones",
    }
    strike(figure, setting("pose", "relaxed_arms"))
    seen = seen_from_front(figure)
    assert middle(seen, "left_hand")[1] < middle(seen, "left_upper_arm")[1] - 0.3
    strike(figure, setting("pose", "waving"))
    seen = seen_from_front(figure)
    assert middle(seen, "right_hand")[1] > middle(seen, "right_upper_arm")[1] + 0.2
    made = strike(figure, setting("pose", "arms_crossed"))
    assert (made.method, made.missing) == ("none", ("left_lower_arm", "right_lower_arm"))


def test_arms_that_move_no_skin_make_no_pose() -> None:
    figure = make_figure()
    rest = seen_from_front(figure)
    body = figure.meshes[0]
    for name in [group.name for group in body.vertex_groups if group.name.startswith("left_")]:
        body.vertex_groups.remove(body.vertex_groups[name])
    made = strike(figure, setting("pose", "waving"))
    assert made == Made("none", False, missing=("left_upper_arm",))
    assert np.abs(seen_from_front(figure) - rest).max() < 1e-5


def test_a_copied_armature_follows() -> None:
    """Daz and Second Life: clothes with an armature of their own, elsewhere, with the same bones."""
    figure = make_figure()
    body, rig = figure.meshes[0], figure.armature
    other = bpy.data.objects.new("Copy", rig.data.copy())
    shirt = bpy.data.objects.new("Shirt", body.data.copy())
    for made in (other, shirt):
        bpy.context.scene.collection.objects.link(made)
    other.matrix_world = rig.matrix_world
    for group in body.vertex_groups:
        shirt.vertex_groups.new(name=group.name)
    shirt.modifiers.new("Copy", "ARMATURE").object = other
    figure.meshes.append(shirt)
    for name in POSES:
        strike(figure, setting("pose", name))
        seen = seen_from_front(figure)
        half = len(seen) // 2
        assert np.abs(seen[:half] - seen[half:]).max() < 1e-3


@pytest.mark.parametrize("scale", [(-1, 1, 1), (1, 1, -1), (1.3, 1.0, 0.8)])
def test_mirrored_and_stretched_armatures_hang_their_arms(scale: tuple[float, float, float]) -> None:
    figure = make_figure()
    figure.armature.matrix_world = Matrix.Diagonal((*scale, 1.0)) @ figure.armature.matrix_world
    for obj in figure.meshes:
        obj.matrix_world = Matrix.Diagonal((*scale, 1.0))
    if min(scale) < 0:
        figure.bones.update(
            {role: role.replace(*pair) for pair in (SIDES, SIDES[::-1]) for role in figure.bones if pair[0] in role}
        )
    if scale[2] < 0:
        turn = Matrix.Rotation(math.pi, 4, "Y")
        for obj in (figure.armature, *figure.meshes):
            obj.matrix_world = turn @ obj.matrix_world
    bpy.context.view_layer.update()
    strike(figure, setting("pose", "relaxed_arms"))
    rig, axes = figure.armature, axes_of(figure.facts)
    for side in SIDES:
        joints = [
            rig.matrix_world @ rig.pose.bones[figure.bones[f"{side}_{name}"]].head
            for name in ("upper_arm", "lower_arm", "hand")
        ]
        for first, second in pairwise(joints):
            assert (second - first).angle(Vector(-axes.up)) < math.radians(35)


def test_joints_are_found_where_the_skin_bends() -> None:
    """Second Life's volumes: no parents, and every arm's bone begins in the middle of what it moves."""
    figure = make_figure()
    flat(figure)
    with editing(figure.armature) as bones:
        for side in SIDES:
            for place in ("upper_arm", "lower_arm"):
                bone = bones[f"{side}_{place}"]
                half = (bone.tail - bone.head) / 2
                bone.head, bone.tail = bone.head + half, bone.tail + half
    body = figure.meshes[0]
    for side in SIDES:
        for upper, lower in ((f"{side}_shoulder", f"{side}_upper_arm"), (f"{side}_upper_arm", f"{side}_lower_arm")):
            rows = part(lower)
            ring = list(range(rows.start, rows.start + 4))
            body.vertex_groups[lower].add(ring, 0.5, "REPLACE")
            body.vertex_groups[upper].add(ring, 0.5, "REPLACE")
    strike(figure, setting("pose", "relaxed_arms"))
    seen = seen_from_front(figure)
    for side, sign in (("left", 1), ("right", -1)):
        shoulder = seen[part(f"{side}_upper_arm")][:4].mean(axis=0)
        assert np.linalg.norm(shoulder - (0.18 * sign, 1.44, 0.0)) < 0.03
        assert middle(seen, f"{side}_hand")[1] < 1.0


def test_what_a_hand_holds_does_not_push_the_arm_away() -> None:
    figure = make_figure()
    free = strike(figure, setting("pose", "relaxed_arms")).weights
    armed = make_figure()
    sword = bpy.data.objects.new("Sword", bulky_thing())
    bpy.context.scene.collection.objects.link(sword)
    sword.parent, sword.parent_type, sword.parent_bone = armed.armature, "BONE", "left_hand"
    armed.meshes.append(sword)
    made = strike(armed, setting("pose", "relaxed_arms"))
    assert made.exact and made.weights == free


def bulky_thing() -> bpy.types.Mesh:
    """Small triangles all about the hand, so many of them in the body."""
    steps = [step * 0.06 - 0.3 for step in range(11)]
    spots = [Vector((x, y, z)) for x in steps for y in steps for z in steps]
    points = [spot + Vector(off) for spot in spots for off in ((0, 0, 0), (0.01, 0, 0), (0, 0.01, 0))]
    mesh = bpy.data.meshes.new("Sword")
    mesh.from_pydata(points, [], [(3 * k, 3 * k + 1, 3 * k + 2) for k in range(len(spots))])
    return mesh


@pytest.mark.parametrize("case", range(6))
def test_a_wrongly_read_rig_raises_nothing(case: int) -> None:
    """Roles missing, exchanged, naming no bone, on a flat or an infinitely thin armature."""
    figure = make_figure()
    names = sorted(figure.bones)
    for name in names[case :: 6 - case // 2]:
        del figure.bones[name]
    if case % 2:
        flat(figure)
        figure.armature.matrix_world = Matrix.Diagonal((1, 0, 1, 1)) @ figure.armature.matrix_world
    kept = list(figure.bones)
    figure.bones[kept[0]], figure.bones[kept[-1]] = figure.bones[kept[-1]], figure.bones[kept[0]]
    figure.bones[kept[case]] = "gone"
    for name in POSES:
        assert strike(figure, setting("pose", name)).method in ("bones", "none")
