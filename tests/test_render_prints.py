# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints: the same pixels every time, straight alpha, light that shows, and a truth that agrees with the picture."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from modelsheet.character.load import load_file
from modelsheet.character.measure import measure
from modelsheet.character.overrides import Overrides
from modelsheet.common.errors import InputError
from modelsheet.plan.rigs import Adjust
from modelsheet.plan.settings import setting
from modelsheet.plan.shots import Shot, Take
from modelsheet.render.engine import prepare
from modelsheet.render.options import RenderOptions
from modelsheet.render.stopwatch import Stopwatch
from modelsheet.render.takes import Order, develop, shoot
from modelsheet.studio.camera import place
from modelsheet.studio.projection import project
from PIL import Image

pytestmark = pytest.mark.render
PREVIEW = RenderOptions("workbench", 128, 1, "cpu")
CYCLES = RenderOptions("cycles", 96, 4, "cpu")


def load(characters, name):
    return load_file(characters / name, Overrides(None, None, None))


def take_of(angle, framing, expression="neutral", pose="relaxed_arms", lightings=("neutral_studio",)):
    names = (angle, framing, expression, pose)
    return Take(tuple(Shot(number, (*names, light, "white")) for number, light in enumerate(lightings, start=1)))


def shots(loaded, take, options, folder):
    orders = [Order(name, folder / f"{name}.png", Adjust()) for name in take.lightings]
    negative = shoot(loaded, take, take.lightings, options, None, Stopwatch())
    return {order.lighting: truth for order, truth in develop(negative, orders, {}, Stopwatch())}


def pixels(path):
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        return np.asarray(image).astype(int)


def test_cycles_gives_the_same_pixels_twice_and_light_that_shows(characters, tmp_path):
    loaded = load(characters, "godette_vrm0.vrm")  # unlit in its file
    lightings = ("neutral_studio", "dramatic_side", "soft_diffused", "outdoor_natural", "rim")
    take = take_of("front", "portrait", lightings=lightings)
    truth = shots(loaded, take, CYCLES, tmp_path / "a")
    # In between: another take, fewer lights, other samples.
    shots(loaded, take_of("back", "close_up"), RenderOptions("cycles", 96, 7, "cpu"), tmp_path / "between")
    shots(loaded, take, CYCLES, tmp_path / "b")
    assert list(truth) == list(lightings)
    faces = {}
    for name in lightings:
        first, second = pixels(tmp_path / "a" / f"{name}.png"), pixels(tmp_path / "b" / f"{name}.png")
        assert np.array_equal(first, second), name
        x0, y0, x1, y1 = (int(value) for value in truth[name]["boxes"]["face"])
        faces[name] = first[y0:y1, x0:x1, :3].mean(axis=2)
    for one in lightings:
        for other in lightings:
            assert one == other or np.abs(faces[one] - faces[other]).mean() > 5, (one, other)
    halves = np.array_split(faces["dramatic_side"], 2, axis=1)
    assert halves[0].mean() > 1.8 * halves[1].mean() > 0.1 * halves[0].mean()
    assert 90 < faces["neutral_studio"].mean() < 215
    assert faces["rim"].mean() > 35


def test_alpha_is_straight(characters, tmp_path):
    """Half-covered pixels have the colour of the character, not a mixture with black."""
    loaded = load(characters, "mpfb_human.blend")
    shots(loaded, take_of("front", "portrait", lightings=("soft_diffused",)), CYCLES, tmp_path)
    picture = pixels(tmp_path / "soft_diffused.png")
    solid = picture[picture[..., 3] == 255][:, :3].mean(axis=1)
    edge = picture[(picture[..., 3] > 40) & (picture[..., 3] < 200)][:, :3].mean(axis=1)
    assert len(edge) > 50
    assert np.median(edge) > 0.7 * np.median(solid)
    assert (picture[..., 3] == 0).any()


@pytest.mark.parametrize("name", ["mpfb_human.blend", "godette_vrm0.vrm"])
def test_boxes_agree_with_the_picture(characters, tmp_path, name):
    loaded = load(characters, name)
    for angle, framing, pose in (
        ("front", "full_body", "waving"),
        ("profile_left", "portrait", "relaxed_arms"),
        ("from_below", "thighs_up", "hands_on_hips"),
    ):
        truth = shots(loaded, take_of(angle, framing, pose=pose), PREVIEW, tmp_path)["neutral_studio"]
        alpha = pixels(tmp_path / "neutral_studio.png")[..., 3]
        rows, columns = np.flatnonzero((alpha >= 8).any(axis=1)), np.flatnonzero((alpha >= 8).any(axis=0))
        bounds = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
        assert truth["boxes"]["subject"] == bounds
        # The alpha's bounds are those of the vertices, within a pixel, where the picture does not cut them off.
        camera = place(
            loaded.facts, measure(loaded), setting("angle", angle), setting("framing", framing), PREVIEW.size
        )
        spots = project(camera, measure(loaded).vertices, PREVIEW.size)[:, :2]
        spots = spots[((spots >= 0) & (spots <= 128)).all(axis=1)]
        expected = [*spots.min(axis=0), *spots.max(axis=0)]
        assert np.abs(np.array(bounds) - expected).max() < 2.5, (angle, framing)
        head, subject = truth["boxes"]["head"], truth["boxes"]["subject"]
        assert subject[0] - 1.5 <= head[0] < head[2] <= subject[2] + 1.5
        assert subject[1] - 1.5 <= head[1] < head[3] <= subject[3] + 1.5
        assert abs(truth["foreground"] - alpha.mean() / 255) < 1e-4
        assert truth["size"] == list(alpha.shape[::-1])


@pytest.mark.parametrize("name", ["mpfb_human.blend", "godette_vrm0.vrm"])
def test_key_points_are_where_the_picture_shows_them(characters, tmp_path, name):
    """A red ball put at a key point is found at its pixels."""
    loaded = load(characters, name)
    take = take_of("three_quarter_right", "thighs_up")
    truth = shots(loaded, take, PREVIEW, tmp_path)["neutral_studio"]
    body = measure(loaded)
    material = bpy.data.materials.new("ball")
    material.diffuse_color = (1, 0, 0, 1)
    shading = bpy.context.scene.display.shading
    shading.light, shading.color_type = "FLAT", "MATERIAL"
    bpy.context.scene.render.use_border = False
    for mesh in loaded.meshes:
        mesh.hide_render = True
    for point in ("left_eye", "right_eye", "chin", "left_wrist", "right_elbow"):
        bpy.ops.mesh.primitive_uv_sphere_add(radius=0.03 * loaded.facts.height, location=body.points[point])
        ball = bpy.context.object
        ball.data.materials.append(material)
        bpy.context.scene.render.filepath = str(tmp_path / "ball.png")
        bpy.ops.render.render(write_still=True)
        rows, columns = np.nonzero(pixels(tmp_path / "ball.png")[..., 3] > 127)
        found = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
        told = truth["points"][point]
        assert np.abs(found - (told["x"], told["y"])).max() < 1.0, point
        bpy.data.objects.remove(ball)


def eyeball(mesh, side):
    """The polygons of one eyeball: those of the material that eyes alone have, on that side of a face that looks -Y."""
    slots = [index for index, material in enumerate(mesh.data.materials) if material and "eye" in material.name.lower()]
    sign = 1 if side == "left" else -1
    return [
        face
        for face in mesh.data.polygons
        if face.material_index in slots and (mesh.matrix_world @ face.center).x * sign > 0
    ]


@pytest.mark.parametrize("name", ["mpfb_human.blend", "rocketbox_male01.fbx"])
def test_eyes_are_where_the_picture_shows_them(characters, tmp_path, name):
    """Painted red, an eye shows around its key point, also the far one in three-quarter view."""
    loaded = load(characters, name)
    large = RenderOptions("workbench", 256, 1, "cpu")
    red = bpy.data.materials.new("red")
    for mesh in loaded.meshes:
        mesh.data.materials.append(red)
    faces = {side: [face for mesh in loaded.meshes for face in eyeball(mesh, side)] for side in ("left", "right")}
    assert all(faces.values())
    home = {side: [face.material_index for face in rows] for side, rows in faces.items()}
    for angle in ("front", "three_quarter_left", "three_quarter_right"):
        truth = shots(loaded, take_of(angle, "close_up"), large, tmp_path)["neutral_studio"]
        shading = bpy.context.scene.display.shading
        shading.light, shading.color_type = "FLAT", "MATERIAL"
        for material in bpy.data.materials:
            material.diffuse_color = (1, 0, 0, 1) if material is red else (0, 0, 0, 1)
        for side, rows in faces.items():
            for face in rows:
                face.material_index = len(face.id_data.materials) - 1
            bpy.context.scene.render.use_border = False
            bpy.context.scene.render.filepath = str(tmp_path / "eye.png")
            bpy.ops.render.render(write_still=True)
            for face, index in zip(rows, home[side], strict=True):
                face.material_index = index
            shown = np.argwhere(pixels(tmp_path / "eye.png")[..., 0] > 100)[:, ::-1] + 0.5
            told = truth["points"][f"{side}_eye"]
            assert told["visible"] and len(shown), (angle, side)
            away = np.linalg.norm(shown - (told["x"], told["y"]), axis=1).min()
            assert away < 1.5, (angle, side, away)


@pytest.mark.parametrize("name", ["mpfb_human.blend", "godette_vrm0.vrm"])
def test_what_is_hidden_is_not_called_visible(characters, tmp_path, name):
    loaded = load(characters, name)

    def truth(angle, framing="portrait", pose="relaxed_arms"):
        return shots(loaded, take_of(angle, framing, pose=pose), PREVIEW, tmp_path)["neutral_studio"]

    front = truth("front")
    assert front["visible"] == {"face": True, "eyes": 2, "hands": 0}
    assert all(front["points"][name]["visible"] for name in ("nose", "mouth", "chin"))
    for angle, near, far in (("profile_left", "left_eye", "right_eye"), ("profile_right", "right_eye", "left_eye")):
        seen = truth(angle)
        assert seen["visible"]["face"] is False
        assert seen["points"][near]["visible"], angle
        assert seen["points"][far]["in_frame"] and not seen["points"][far]["visible"], angle
    for angle in ("three_quarter_left", "three_quarter_right", "from_above", "from_below"):
        seen = truth(angle)["visible"]
        assert seen["face"] is True and seen["eyes"] == 2, angle
    back = truth("back", "full_body")
    assert back["visible"]["face"] is False and back["visible"]["eyes"] == 0
    assert not any(back["points"][name]["visible"] for name in ("nose", "mouth", "left_eye"))
    assert back["boxes"]["face"] is None and back["boxes"]["head"] is not None
    assert truth("front", "full_body", "waving")["visible"]["hands"] == 2
    assert truth("front", "close_up")["points"]["left_ankle"]["in_frame"] is False


def test_a_row_says_what_the_file_forbids(characters, tmp_path):
    loaded = load(characters, "godette_vrm0.vrm")
    row = shots(loaded, take_of("front", "portrait"), PREVIEW, tmp_path)["neutral_studio"]["character"]
    assert row["licence"]["source"] == "VRM 0.x meta"
    assert row["licence"].get("forbids") == (loaded.facts.licence["forbids"] or None)
    assert "fields" not in row["licence"]


def test_preparing_twice_changes_nothing_and_says_what_it_used():
    for engine in ("cycles", "eevee", "workbench"):
        options = RenderOptions(engine, 64, 2, "cpu")
        said = prepare(options)
        assert set(said) == {"blender", "engine", "samples", "denoiser", "device"}
        assert said == prepare(options)


@pytest.mark.parametrize(
    "wrong", [{"engine": "luxcore"}, {"resolution": 4}, {"samples": 0}, {"device": "abacus"}, {"resolution": 10**6}]
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match="hoose"):
        RenderOptions(**wrong)
