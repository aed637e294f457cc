# SPDX-License-Identifier: GPL-3.0-or-later
"""The camera shows what the framing promises, from every angle, of characters of all sizes and proportions."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Matrix, Vector
from modelsheet.character.load import load_file
from modelsheet.character.measure import measure
from modelsheet.character.overrides import Overrides
from modelsheet.character.pose.strike import strike
from modelsheet.plan.settings import axis_settings, setting
from modelsheet.studio.camera import NAME, aim, place
from modelsheet.studio.frames import axes, direction, head_center, head_forward
from modelsheet.studio.projection import project
from modelsheet.studio.promise import promised

SIZE = (512, 512)
ANGLES, FRAMINGS = list(axis_settings("angle")), list(axis_settings("framing"))


def load(characters, name):
    return load_file(characters / name, Overrides(None, None, None))


@pytest.fixture(scope="module")
def seen(characters):
    """name -> facts and body, each read once: these are numbers, they outlive their scene."""
    found = {}
    for name in ("mpfb_human.blend", "godette_vrm0.vrm"):
        loaded = load(characters, name)
        found[name] = loaded.facts, measure(loaded)
    return found


def spots_of(camera, points, size=SIZE):
    return project(camera, points, size)[:, :2]


@pytest.mark.parametrize(
    ("name", "pose", "sizes"),
    [
        ("mpfb_human.blend", "waving", (SIZE, (300, 512), (512, 300))),
        ("godette_vrm0.vrm", "relaxed_arms", (SIZE, (300, 512))),
        ("ict_facekit_clean.blend", "relaxed_arms", (SIZE,)),
    ],
    ids=["human", "large head", "head only"],
)
def test_what_is_promised_lies_inside_the_margins(characters, name, pose, sizes):
    loaded = load(characters, name)
    strike(loaded, setting("pose", pose))
    facts, body = loaded.facts, measure(loaded)
    for framing in (axis_settings("framing")[key] for key in FRAMINGS):
        shown = promised(facts, body, framing.geometry["shows"] if facts.body == "full" else "head")
        side, top = framing.geometry["side"] - 1e-6, framing.geometry["top"] - 1e-6
        bottom = framing.geometry["bottom"] if facts.body == "full" else 0.0
        for size in sizes:
            for angle in (axis_settings("angle")[key] for key in ANGLES):
                camera = place(facts, body, angle, framing, size)
                spots = spots_of(camera, shown, size) / size
                assert spots[:, 0].min() >= side, (framing.name, angle.name)
                assert spots[:, 0].max() <= 1 - side, (framing.name, angle.name)
                assert spots[:, 1].min() >= top, (framing.name, angle.name)
                assert spots[:, 1].max() <= 1 - bottom + 1e-6, (framing.name, angle.name)


def test_framings_show_more_and_more(seen):
    for name, (facts, body) in seen.items():
        heads = []
        for framing in FRAMINGS:
            camera = place(facts, body, setting("angle", "front"), setting("framing", framing), SIZE)
            ends = [body.points["crown"], body.points["chin"]]
            heads.append(float(np.ptp(spots_of(camera, np.array(ends))[:, 1])))
        assert heads == sorted(heads, reverse=True), (name, heads)
        assert heads[0] > 1.2 * heads[1] > 1.2 * heads[2], (name, heads)


def test_the_eyes_of_a_portrait_lie_near_the_upper_third(seen):
    facts, body = seen["mpfb_human.blend"]
    camera = place(facts, body, setting("angle", "front"), setting("framing", "portrait"), SIZE)
    eyes = spots_of(camera, np.array([body.points["left_eye"], body.points["right_eye"]])) / SIZE
    assert 0.28 < eyes[:, 1].mean() < 0.42
    assert abs(eyes[:, 0].mean() - 0.5) < 0.02


def test_profiles_have_room_to_look_into(seen):
    facts, body = seen["mpfb_human.blend"]
    for framing in FRAMINGS:
        for angle, towards in (("profile_left", 1), ("profile_right", -1)):
            camera = place(facts, body, setting("angle", angle), setting("framing", framing), SIZE)
            middle = spots_of(camera, head_center(facts, body)[None])[0, 0] / SIZE[0] - 0.5
            nose = spots_of(camera, np.array([body.points["nose"]]))[0, 0] / SIZE[0] - 0.5
            assert middle * towards > 0.01, (framing, angle)
            assert nose < middle if towards > 0 else nose > middle, (framing, angle)


@pytest.mark.parametrize("name", ["mpfb_human.blend", "godette_vrm0.vrm"])
def test_left_and_up_mean_the_characters_own(seen, name):
    """Seen from three_quarter_left the left cheek is nearer, and from_above the camera stands higher than the head."""
    facts, body = seen[name]
    ends = np.array([body.points["left_ear"], body.points["right_ear"]])
    portrait = setting("framing", "portrait")
    depth = {angle: project(place(facts, body, setting("angle", angle), portrait, SIZE), ends, SIZE)[:, 2]
             for angle in ANGLES}  # fmt: skip
    for angle in ("three_quarter_left", "profile_left"):
        assert depth[angle][0] < depth[angle][1]
    for angle in ("three_quarter_right", "profile_right"):
        assert depth[angle][0] > depth[angle][1]
    center = head_center(facts, body)
    for angle, sign in (("from_above", 1), ("from_below", -1)):
        camera = place(facts, body, setting("angle", angle), portrait, SIZE)
        assert sign * (np.array(camera.matrix_world)[:3, 3] - center) @ axes(facts)[2] > 0.2 * facts.head.height


def test_blenders_own_camera_agrees(seen):
    facts, body = seen["mpfb_human.blend"]
    points = np.array(list(body.points.values()))
    scene = bpy.context.scene
    for size in (SIZE, (300, 512), (512, 300)):
        scene.render.resolution_x, scene.render.resolution_y = size
        for angle in ANGLES:
            camera = aim(facts, body, setting("angle", angle), setting("framing", "thighs_up"), size)
            bpy.context.view_layer.update()
            assert scene.camera.name == NAME
            seen = [world_to_camera_view(scene, scene.camera, Vector(point)) for point in points]
            expected = np.array([(x * size[0], (1 - y) * size[1], z) for x, y, z in seen])
            assert np.allclose(project(camera, points, size), expected, atol=0.02), (size, angle)
    assert len([item for item in bpy.data.objects if item.type == "CAMERA"]) == 1


@pytest.mark.parametrize("scale", [1 / 3, 120.0])
def test_scale_changes_nothing_but_the_distance(seen, scale):
    """The same character at 0.5 and at 200 units: the same picture, and nothing cut by the clip planes."""
    facts, body = seen["mpfb_human.blend"]

    def scaled(vector):
        return tuple(float(value) * scale for value in vector)

    big_body = replace(
        body, vertices=body.vertices * scale, points={name: scaled(point) for name, point in body.points.items()}
    )
    big = replace(
        facts,
        height=facts.height * scale,
        head=replace(facts.head, center=scaled(facts.head.center), height=facts.head.height * scale),
        eyes=tuple(map(scaled, facts.eyes)),
        landmarks={name: scaled(point) for name, point in facts.landmarks.items()},
    )
    for framing in FRAMINGS:
        chosen = setting("angle", "three_quarter_left"), setting("framing", framing), SIZE
        small, large = place(facts, body, *chosen), aim(big, big_body, *chosen)
        assert np.allclose(spots_of(small, body.vertices), spots_of(large, big_body.vertices), atol=0.05)
        data = bpy.context.scene.camera.data
        depth = project(large, big_body.vertices, SIZE)[:, 2]
        assert data.clip_start < depth.min()
        assert depth.max() < data.clip_end


def test_a_turned_head_is_followed(seen):
    """A head that looks left in the world looks left in the numbers, whatever the body faces."""
    facts, body = seen["mpfb_human.blend"]
    assert np.allclose(head_forward(facts, body), axes(facts)[0], atol=0.2)
    turn = np.array(Matrix.Rotation(np.radians(50), 3, Vector(facts.up)))
    center = np.array(facts.head.center)
    points = {name: tuple(turn @ (np.array(point) - center) + center) for name, point in body.points.items()}
    turned = replace(body, points=points)
    assert head_forward(facts, turned) @ turn @ head_forward(facts, body) > 0.999
    assert np.allclose(head_center(facts, turned), head_center(facts, body), atol=0.05 * facts.head.height)
    assert head_forward(facts, turned) @ direction(facts, 50, 0) > 0.95
