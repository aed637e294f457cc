# SPDX-License-Identifier: GPL-3.0-or-later
"""Light rigs: on the face's side, independent of scale, all of the last one put out, and each the sum of its lamps."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import bpy
import numpy as np
import pytest
from mathutils import Vector
from modelsheet.character.loaded import Body
from modelsheet.plan.facts import CharacterFacts, Head
from modelsheet.plan.rigs import WORLD, mix, units
from modelsheet.plan.rigs import lamps as union
from modelsheet.plan.settings import axis_settings, setting
from modelsheet.render.engine import prepare
from modelsheet.render.options import RenderOptions
from modelsheet.render.passes import render_passes, set_groups
from modelsheet.studio.camera import aim, place
from modelsheet.studio.lights import PREFIX, light, rig, strips_of

RIGS, ANGLES = list(axis_settings("lighting")), list(axis_settings("angle"))


def figure(scale=1.0):
    """A character of a few points: 1.7 units tall, facing -Y."""
    points = {
        "crown": (0, 0, 1.7),
        "chin": (0, -0.1, 1.47),
        "left_eye": (0.03, -0.1, 1.6),
        "right_eye": (-0.03, -0.1, 1.6),
    }
    points = {name: tuple(float(value) * scale for value in point) for name, point in points.items()}
    head = np.array([(x, y, z) for x in (-0.08, 0.08) for y in (-0.1, 0.1) for z in (1.47, 1.7)], dtype=np.float32)
    feet = np.array([(-0.2, 0, 0), (0.2, 0, 0)], dtype=np.float32)
    body = Body(np.concatenate([head, feet]) * scale, {"head": np.arange(8), "face": np.arange(4)}, points)
    facts = CharacterFacts(
        "figure", "humanoid", "full", (0, -1, 0), (0, 0, 1), 1.7 * scale, Head((0, 0, 1.585 * scale), 0.23 * scale),
        (points["left_eye"], points["right_eye"]), True, "none", {}, {},
        {name: points[name] for name in ("crown", "chin")}, {}, {},
    )  # fmt: skip
    return facts, body


def lamps():
    """What shines; nothing but lamps of ours stands, whatever stood before."""
    standing = [item for item in bpy.context.scene.objects if item.type == "LIGHT"]
    assert all(item.name.startswith(PREFIX) for item in standing)
    return {item.name.removeprefix(PREFIX): item for item in standing if item.data.energy}


@pytest.mark.parametrize("name", RIGS)
def test_the_key_stands_where_the_face_looks(name):
    facts, body = figure()
    row = setting("lighting", name).geometry["lights"]
    for angle in ANGLES:
        camera = place(facts, body, setting("angle", angle), setting("framing", "portrait"), (64, 64))
        light(facts, body, setting("lighting", name), camera)
        assert set(lamps()) == set(row)
        bpy.context.view_layer.update()
        right = np.array(camera.matrix_world)[:3, 0]
        looks = np.array(facts.facing) @ right
        for lamp, where in row.items():
            way = np.array(lamps()[lamp].matrix_world.translation) - facts.head.center
            if abs(looks) > 0.1 and where["azimuth"]:
                assert np.sign(way @ right) == np.sign(looks * where["azimuth"]), (angle, lamp)
            shine = -np.array(lamps()[lamp].matrix_world)[:3, 2]
            assert shine @ way < -0.99 * np.linalg.norm(way), (angle, lamp)
            assert not lamps()[lamp].visible_camera


def test_a_rig_grows_with_the_character():
    """Lamps of a character twice as large stand twice as far and have four times the power: the picture is the same."""
    measured = []
    for scale in (1.0, 2.0, 100.0):
        facts, body = figure(scale)
        camera = place(facts, body, setting("angle", "front"), setting("framing", "portrait"), (64, 64))
        light(facts, body, setting("lighting", "rim"), camera)
        bpy.context.view_layer.update()
        measured.append(
            [
                (item.data.energy / scale**2, item.data.size / scale, *np.array(item.matrix_world.translation) / scale)
                for _, item in sorted(lamps().items())
            ]
        )
    assert np.allclose(measured[0], measured[1], rtol=1e-4)
    assert np.allclose(measured[0], measured[2], rtol=1e-4)


def test_a_rig_may_stay_with_the_character():
    facts, body = figure()
    lighting = setting("lighting", "dramatic_side")
    rows = {name: row | {"follows": "character"} for name, row in lighting.geometry["lights"].items()}
    lighting = replace(lighting, geometry=lighting.geometry | {"lights": rows})
    places = []
    for angle in ANGLES:
        camera = place(facts, body, setting("angle", angle), setting("framing", "portrait"), (64, 64))
        light(facts, body, lighting, camera)
        bpy.context.view_layer.update()
        places.append(np.array(lamps()["hard"].matrix_world.translation))
    assert np.allclose(places, places[0])


def test_lamps_of_several_rigs_stand_together_each_as_bright_as_asked():
    facts, body = figure()
    camera = place(facts, body, setting("angle", "front"), setting("framing", "portrait"), (64, 64))
    foreign = bpy.data.objects.new("of the file", bpy.data.lights.new("of the file", "SUN"))
    bpy.context.scene.collection.objects.link(foreign)
    light(facts, body, setting("lighting", "outdoor_natural"), camera)
    both = union(["rim", "neutral_studio"])
    rig(facts, body, camera, both, dict.fromkeys([*both, WORLD], (1.0, 2.0, 0.5)))
    assert list(lamps()) == list(both)
    for name, lamp in both.items():
        # Blender's power and colour as the irradiance that a disk of the square's area gives at the head.
        data, away = lamps()[name].data, lamps()[name].matrix_world.translation - Vector(facts.head.center)
        irradiance = data.energy / math.pi / (away.length_squared + data.size * data.size_y / math.pi)
        assert np.allclose(irradiance * np.array(data.color), (1.0, 2.0, 0.5), rtol=1e-4)
        assert np.isclose(away.length, lamp.distance * facts.height)
    rig(facts, body, camera, both, dict.fromkeys([*both, WORLD], (0.0, 0.0, 0.0)))
    assert not lamps()


def test_strips_make_one_square_of_the_lamps_light():
    facts, body = figure()
    camera = place(facts, body, setting("angle", "front"), setting("framing", "portrait"), (64, 64))
    both = union(["rim", "top_light"])
    white = dict.fromkeys([*both, WORLD], (1.0, 1.0, 1.0))

    def standing(cut):
        rig(facts, body, camera, both, white, cut)
        return {item.name: item for item in bpy.context.scene.objects if item.type == "LIGHT" and item.data.energy}

    (key,) = (item for item in standing(None).values() if item.name == PREFIX + "rim")
    whole = (key.data.energy, key.data.size * key.data.size_y, np.array(key.matrix_world.translation))
    lit = standing({"rim": 5})
    pieces = [lit[name] for name in strips_of("rim")[:5]]
    assert len(lit) == len(both) + 4
    assert np.isclose(sum(piece.data.energy for piece in pieces), whole[0])
    assert np.isclose(sum(piece.data.size * piece.data.size_y for piece in pieces), whole[1])
    places = np.array([piece.matrix_world.translation for piece in pieces])
    assert np.allclose(places.mean(axis=0), whole[2], atol=1e-5)
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert np.allclose(steps, pieces[0].data.size, rtol=1e-4)  # side by side
    assert len(standing(None)) == len(both)


# One small scene, a monkey's head for the figure's, and what is rendered of it.
SIZE = (48, 48)
CROP = (0, 0, *SIZE)


@pytest.fixture
def shot(figure_with_head):
    """Photograph the head under whatever `rig` sets up: (linear pixels, its light groups)."""
    facts, body = figure_with_head

    def photograph(lit, angle="front", groups=()):
        camera = aim(facts, body, setting("angle", angle), setting("framing", "close_up"), SIZE)
        lit(facts, body, camera)
        set_groups(groups)
        passes = render_passes(CROP, SIZE)
        return passes.combined, passes.groups

    return photograph


@pytest.fixture
def figure_with_head():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_monkey_add(size=0.2, location=(0, 0, 1.585))
    prepare(RenderOptions("cycles", SIZE[0], 4, "cpu"))
    bpy.context.scene.cycles.use_denoising = False
    return figure()


def only(name):
    return lambda facts, body, camera: light(facts, body, setting("lighting", name), camera)


def together(names):
    """All lamps of some rigs in white."""
    lit = {name: (unit, unit, unit) for name, unit in units(names).items()}
    return lambda facts, body, camera: rig(facts, body, camera, union(names), lit)


@pytest.mark.render
def test_a_picture_is_the_same_whatever_stood_before(shot, figure_with_head):
    """Bit for bit: a print made again must be the one that was made."""
    bpy.context.scene.cycles.use_light_tree = False  # which hides most of what the order of lamps does
    ways = {name: only(name) for name in ("neutral_studio", "rim", "outdoor_natural")}
    ways["all"] = together(RIGS)
    first = {name: shot(way)[0] for name, way in ways.items()}
    assert not np.array_equal(first["rim"], first["neutral_studio"])
    for before, name in itertools.permutations(ways, 2):
        shot(ways[before], "profile_left")
        assert np.array_equal(shot(ways[name])[0], first[name]), (before, name)


@pytest.mark.render
def test_every_rig_is_mixed_from_one_render_of_all_lamps(shot):
    """The groups of one render, each by what the rig asks of it, give the rig rendered by itself."""
    cycles = bpy.context.scene.cycles
    cycles.samples, cycles.sample_clamp_indirect = 64, 0.0  # clamping doesn't add up
    _, groups = shot(together(RIGS), groups=units(RIGS))
    for name in RIGS:
        alone = shot(only(name))[0]
        mixed = sum(groups[lamp] * np.array(asked) / units(RIGS)[lamp] for lamp, asked in mix(name).items())
        solid = alone.sum(axis=-1) > 0
        # Their noise differs, their brightness and colour don't.
        assert np.allclose(mixed[solid].mean(axis=0), alone[solid].mean(axis=0), rtol=0.05), name
