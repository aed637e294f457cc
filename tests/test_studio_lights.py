# SPDX-License-Identifier: GPL-3.0-or-later
"""Light rigs: on the face's side, independent of scale, and all of the last one put out."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from modelsheet.character.loaded import Body
from modelsheet.common.colour import kelvin_color, linear
from modelsheet.plan.facts import CharacterFacts, Head
from modelsheet.plan.settings import axis_settings, setting
from modelsheet.studio.camera import place
from modelsheet.studio.lights import PREFIX, light

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
    return {item.name.removeprefix(PREFIX): item for item in bpy.data.objects if item.type == "LIGHT"}


@pytest.mark.parametrize("rig", RIGS)
def test_the_key_stands_where_the_face_looks(rig):
    facts, body = figure()
    row = setting("lighting", rig).geometry["lights"]
    name = next(iter(row))
    for angle in ANGLES:
        camera = place(facts, body, setting("angle", angle), setting("framing", "portrait"), (64, 64))
        light(facts, body, setting("lighting", rig), camera)
        assert set(lamps()) == set(row)
        bpy.context.view_layer.update()
        way = np.array(lamps()[name].matrix_world.translation) - facts.head.center
        right = np.array(camera.matrix_world)[:3, 0]
        looks = np.array(facts.facing) @ right
        if abs(looks) > 0.1 and row[name]["azimuth"]:
            assert np.sign(way @ right) == np.sign(looks), angle
        shine = -np.array(lamps()[name].matrix_world)[:3, 2]
        assert shine @ way < -0.99 * np.linalg.norm(way), angle
        assert not lamps()[name].visible_camera


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
    rig = setting("lighting", "dramatic_side")
    rows = {name: row | {"follows": "character"} for name, row in rig.geometry["lights"].items()}
    rig = replace(rig, geometry=rig.geometry | {"lights": rows})
    places = []
    for angle in ANGLES:
        camera = place(facts, body, setting("angle", angle), setting("framing", "portrait"), (64, 64))
        light(facts, body, rig, camera)
        bpy.context.view_layer.update()
        places.append(np.array(lamps()["hard"].matrix_world.translation))
    assert np.allclose(places, places[0])


def test_colours():
    assert np.allclose(kelvin_color(5600), 1.0)
    assert kelvin_color(3200)[0] > 1 > kelvin_color(3200)[2]
    assert kelvin_color(9000)[0] < 1 < kelvin_color(9000)[2]
    assert linear("#ffffff") == (1.0, 1.0, 1.0)
    assert np.allclose(linear("#808080"), 0.2158605)
