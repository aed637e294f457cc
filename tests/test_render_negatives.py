# SPDX-License-Identifier: GPL-3.0-or-later
"""Negatives: every light apart, the same print now and later, and nothing printed from a damaged or foreign one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from modelsheet.common.blender import node_tree
from modelsheet.common.errors import WorkError
from modelsheet.plan.gains import RESIDUAL
from modelsheet.plan.rigs import WORLD, Adjust, lamps, units
from modelsheet.plan.settings import setting
from modelsheet.render import passes
from modelsheet.render.develop import Darkroom, mixed, save_print
from modelsheet.render.engine import prepare, prepare_print
from modelsheet.render.exr import read_exr
from modelsheet.render.negative import BadNegative, negative_header, read_negative, write_negative
from modelsheet.render.options import RenderOptions
from modelsheet.render.passes import render_passes, set_groups, whole_frame, write_still
from modelsheet.render.sitting import sit
from modelsheet.render.stopwatch import Stopwatch
from modelsheet.render.takes import Kept, Order, develop, shoot
from modelsheet.studio.lights import light
from modelsheet.worker import Server
from test_render_prints import load, pixels, take_of

pytestmark = pytest.mark.render
OPTIONS = RenderOptions("cycles", 80, 8, "cpu")
LIGHTINGS = ("neutral_studio", "outdoor_natural", "rim")


@pytest.fixture(scope="module")
def portrait(characters, tmp_path_factory):
    """(loaded, negative, its file, its prints): one take for three lightings."""
    folder = tmp_path_factory.mktemp("negative")
    loaded = load(characters, "godette_vrm0.vrm")
    kept = Kept(folder / "key.exr", "key")
    negative = shoot(loaded, take_of("three_quarter_left", "portrait"), LIGHTINGS, OPTIONS, kept, Stopwatch())
    prints(negative, folder)
    return loaded, negative, kept.path, {name: folder / f"{name}.png" for name in LIGHTINGS}


def prints(negative, folder, adjust=None):
    orders = [Order(name, folder / f"{name}.png", adjust or Adjust()) for name in LIGHTINGS]
    return {order.lighting: truth for order, truth in develop(negative, orders, {}, Stopwatch())}


def test_it_holds_every_lamp_apart_and_each_lighting_can_be_mixed(portrait):
    """A mixture has the light of a render of that lighting alone: the mean over the figure, within noise."""
    loaded, negative, _path, _prints = portrait
    assert set(negative.units) == {*lamps(LIGHTINGS), WORLD}
    assert RESIDUAL not in negative.groups
    sitting = sit(loaded, take_of("three_quarter_left", "portrait"), OPTIONS.size)
    set_groups(())
    for name in LIGHTINGS:
        prepare(OPTIONS, finished=False)
        light(loaded.facts, sitting.body, setting("lighting", name), sitting.camera)
        alone = render_passes(sitting.crop, sitting.size)
        means = [picture.mean(axis=(0, 1)) for picture in (mixed(negative, name, Adjust()), alone.combined)]
        assert np.allclose(*means, rtol=0.04), name
        assert np.allclose(negative.alpha, alone.alpha, atol=1e-3), name


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Error: Render error (No space left on device) cannot save: '/x.exr'", OSError),
        ("Error: System is out of GPU memory\nError: Render failed", WorkError),
    ],
)
def test_a_card_without_memory_is_not_a_full_disk(monkeypatch, tmp_path, said, kind):
    """The next take may be smaller; nothing can be written to a full disk."""

    def complain(**_words):
        raise RuntimeError(said)

    ops = SimpleNamespace(render=SimpleNamespace(render=complain))
    monkeypatch.setattr(passes, "bpy", SimpleNamespace(context=bpy.context, ops=ops))
    with pytest.raises(kind) as found:
        write_still(tmp_path / "x.exr")
    assert "\n" not in str(found.value)
    assert not getattr(found.value, "fatal", False)


def test_what_is_left_out_of_the_render_is_empty(portrait):
    """The picture is the same when all of it is rendered."""
    loaded, *_ = portrait
    prepare(OPTIONS, finished=False)
    take = take_of("front", "full_body", pose="waving")
    sitting = sit(loaded, take, OPTIONS.size)
    light(loaded.facts, sitting.body, setting("lighting", "rim"), sitting.camera)
    x0, y0, x1, y1 = sitting.crop
    assert (x1 - x0) * (y1 - y0) < 0.6 * OPTIONS.resolution**2
    cut, all_of_it = render_passes(sitting.crop, sitting.size), render_passes((0, 0, *sitting.size), sitting.size)
    assert np.array_equal(cut.combined, all_of_it.combined[y0:y1, x0:x1])
    all_of_it.alpha[y0:y1, x0:x1] = 0
    assert not all_of_it.alpha.any()


def test_a_print_is_what_blender_would_have_written(portrait, tmp_path):
    """From the same linear picture: bit for bit, soft edges included."""
    loaded, *_ = portrait
    prepare(OPTIONS, finished=False)
    sitting = sit(loaded, take_of("front", "full_body"), OPTIONS.size)
    light(loaded.facts, sitting.body, setting("lighting", "rim"), sitting.camera)
    passes = render_passes(sitting.crop, sitting.size)
    x0, y0, x1, y1 = sitting.crop
    frame = np.zeros((*OPTIONS.size, 4), np.float32)
    frame[y0:y1, x0:x1] = np.dstack([passes.combined, passes.alpha])
    prepare_print()
    save_print(frame, tmp_path / "ours.png")
    whole_frame(sitting.crop, sitting.size)
    write_still(tmp_path / "blenders.png")
    ours, blenders = pixels(tmp_path / "ours.png"), pixels(tmp_path / "blenders.png")
    assert ((ours[..., 3] > 0) & (ours[..., 3] < 255)).sum() > 100
    assert np.array_equal(ours, blenders)


def test_planned_prints_are_denoised_best_and_relit_ones_quickly(portrait):
    """Who relights waits for nothing but the denoiser; what was planned comes back as it was."""
    negative, asked = portrait[1], []

    class Listener:
        def guide(self, albedo, normal):
            assert albedo.shape == normal.shape

        def denoise(self, color, quality):
            asked.append(quality)
            return color

    darkroom = Darkroom(negative, Listener())
    for lighting, adjust in (("rim", Adjust()), ("rim", Adjust(exposure=1.0)), ("rim", Adjust())):
        darkroom.linear(lighting, adjust)
    planned_for_less = replace(negative, header={**negative.header, "lightings": ["neutral_studio"]})
    Darkroom(planned_for_less, Listener()).linear("rim", Adjust())
    assert asked == ["high", "balanced", "high", "balanced"]


def test_the_print_is_the_same_from_the_file(portrait, tmp_path):
    _loaded, _negative, path, made = portrait
    prints(read_negative(path, "key"), tmp_path)
    for name, first in made.items():
        assert (tmp_path / f"{name}.png").read_bytes() == first.read_bytes(), name


def test_a_take_that_has_its_negative_is_not_rendered_again(portrait, tmp_path):
    loaded, negative, path, _made = portrait
    watch = Stopwatch()
    again = shoot(loaded, take_of("back", "portrait"), LIGHTINGS, OPTIONS, Kept(path, "key"), watch)
    assert "render" not in watch.spent
    assert np.array_equal(again.alpha, negative.alpha)
    again = shoot(loaded, take_of("three_quarter_left", "portrait"), LIGHTINGS, OPTIONS, Kept(path, "other"), watch)
    assert "render" in watch.spent
    assert negative_header(path)["key"] == "other"
    write_negative(path, negative)


def test_light_is_adjusted_in_the_print(portrait, tmp_path):
    _loaded, negative, _path, made = portrait
    prints(negative, tmp_path, Adjust(exposure=-1.0, temperature=3500.0))
    for name, before in made.items():
        old, new = pixels(before), pixels(tmp_path / f"{name}.png")
        assert np.array_equal(old[..., 3], new[..., 3])
        solid = old[..., 3] == 255
        (red, _, blue), (old_red, _, old_blue) = new[solid][:, :3].mean(axis=0), old[solid][:, :3].mean(axis=0)
        assert new[solid][:, :3].mean() < 0.85 * old[solid][:, :3].mean(), name
        assert red / blue > 1.2 * old_red / old_blue, name


def test_what_glows_by_itself_is_kept(characters, tmp_path):
    loaded = load(characters, "godette_vrm0.vrm")
    material = bpy.data.materials.new("glow")
    shader = node_tree(material).nodes["Principled BSDF"]
    shader.inputs["Emission Color"].default_value = (0, 1, 0, 1)
    shader.inputs["Emission Strength"].default_value = 3.0
    for slot in loaded.meshes[0].material_slots:
        slot.material = material
    take = take_of("front", "portrait")
    negative = shoot(loaded, take, ("rim",), OPTIONS, Kept(tmp_path / "glow.exr", "k"), Stopwatch())
    assert negative.groups[RESIDUAL][..., 1].max() > 1
    assert np.array_equal(read_negative(tmp_path / "glow.exr").groups[RESIDUAL], negative.groups[RESIDUAL])
    # 1 would be white: the glow is in the mixture as it is, beside the light of the rig.
    residual, total = negative.groups[RESIDUAL], mixed(negative, "rim", Adjust())
    lit = residual[..., 1] > 1
    assert lit.mean() > 0.05
    assert np.median(total[lit][:, 1]) > 2 * np.median(total[lit][:, 0])


def test_an_engine_without_light_groups_keeps_whole_lightings(characters, tmp_path):
    loaded = load(characters, "godette_vrm0.vrm")
    options = RenderOptions("workbench", 64, 1, "cpu")
    kept = Kept(tmp_path / "w.exr", "k")
    negative = shoot(loaded, take_of("front", "portrait"), LIGHTINGS[:2], options, kept, Stopwatch())
    assert list(negative.units) == ["lighting:neutral_studio", "lighting:outdoor_natural"]
    (truth,) = (
        row for _, row in develop(negative, [Order("outdoor_natural", tmp_path / "w.png", Adjust())], {}, Stopwatch())
    )
    assert truth["foreground"] > 0.1
    with pytest.raises(WorkError, match="rim: this negative holds no rim"):
        mixed(negative, "rim", Adjust())


@pytest.mark.parametrize("lacking", ["exr", "denoise"])
def test_a_blender_without_what_negatives_need_makes_prints_all_the_same(characters, tmp_path, monkeypatch, lacking):
    """Each lighting is then rendered and denoised by Cycles itself, and no negative is kept."""
    monkeypatch.setattr(f"modelsheet.render.{lacking}.available", lambda: False)
    server = Server()
    list(server.load(str(characters / "godette_vrm0.vrm"), {"facing": None, "head": None, "character": None}, {}))
    take = take_of("front", "portrait", lightings=("rim", "neutral_studio"))
    orders = [{"lighting": name, "file": str(tmp_path / f"{name}.png")} for name in take.lightings]
    options = {"engine": "cycles", "resolution": 64, "samples": 4, "device": "cpu"}
    kept = {"path": str(tmp_path / "k.exr"), "key": "k"}
    shots = [shot.to_json() for shot in take.shots]
    *made, taken = server.take(shots, list(take.lightings), orders, options, kept, {"depth": str(tmp_path / "d.png")})
    assert taken["rendered"]
    assert [event["index"] for event in made] == [0, 1]
    assert all(event["truth"]["control"] == {} for event in made)
    assert not list(tmp_path.glob("*.exr"))
    rim, neutral = (pixels(Path(order["file"])) for order in orders)
    assert np.array_equal(rim[..., 3], neutral[..., 3])
    assert np.abs(rim - neutral)[rim[..., 3] == 255].mean() > 5


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: data[:-400] + bytes(400), "damaged"),
        (lambda data: b"", "damaged"),
        (lambda data: b"no picture", "damaged"),
        (lambda data: data.replace(b'"format":2', b'"format":7'), "a negative of Modelsheet"),
        (lambda data: data.replace(b'"key":', b'"kex":'), "a negative of Modelsheet"),
    ],
)
def test_a_damaged_or_older_negative_is_refused(portrait, tmp_path, spoil, reason):
    spoiled = tmp_path / "spoiled.exr"
    spoiled.write_bytes(spoil(portrait[2].read_bytes()))
    with pytest.raises(BadNegative, match=reason) as caught:
        read_negative(spoiled)
    assert str(spoiled) in str(caught.value)
    assert "again" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_foreign_negative_is_refused(portrait):
    with pytest.raises(BadNegative, match="another character"):
        read_negative(portrait[2], "another key")


def test_it_is_an_ordinary_exr(portrait):
    """Any compositor opens it: the sum of all lights as RGBA, placed in the whole frame."""
    _loaded, negative, path, _made = portrait
    channels, header, window, full = read_exr(path)
    assert full == OPTIONS.size
    assert window == negative.crop
    assert {"R", "G", "B", "A", "depth.Z", "world.R", "albedo.R", "normal.X"} <= channels.keys()
    assert json.loads(header)["units"] == units(LIGHTINGS)
    total = np.dstack([channels[axis] for axis in "RGB"])
    assert np.allclose(total, np.sum(list(negative.groups.values()), axis=0), rtol=2e-3, atol=2e-3)
    assert negative.depth[negative.alpha > 0.99].min() > 0.3
