# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures: depth with its range, normals in camera space, and what a preset may ask for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from modelsheet.common.errors import InputError
from modelsheet.common.files import sha256_file
from modelsheet.farm.ledger import Ledger, control_file
from modelsheet.plan.presets import load_preset
from modelsheet.plan.shots import Shot
from modelsheet.render.control import control_pictures
from modelsheet.render.options import RenderOptions
from modelsheet.render.stopwatch import Stopwatch
from modelsheet.render.takes import shoot
from PIL import Image
from test_render_prints import load, take_of


@pytest.mark.render
def test_depth_and_normals_are_those_of_the_figure(characters, tmp_path):
    loaded = load(characters, "godette_vrm0.vrm")
    options = RenderOptions("cycles", 96, 2, "cpu")
    negative = shoot(loaded, take_of("front", "full_body"), ("rim",), options, None, Stopwatch())
    places = {kind: tmp_path / kind / "a.png" for kind in ("depth", "normal")}
    told = control_pictures(negative, places)
    depth = np.asarray(Image.open(places["depth"]))
    assert depth.dtype == np.uint16
    assert depth.shape == (96, 96)
    assert told["depth"]["sha256"] == sha256_file(places["depth"])
    x0, y0, x1, y1 = negative.crop
    figure = np.zeros((96, 96), bool)
    figure[y0:y1, x0:x1] = negative.alpha >= 0.5
    assert (depth[~figure] == 0).all()
    assert depth.max() == 65535
    assert depth[figure].min() == 1
    # The nearest and farthest places are as far away as the character stands from the camera, and as deep as it is.
    distance = negative.header["truth"]["camera"]["distance"]
    near, far = told["depth"]["near"], told["depth"]["far"]
    assert 0.7 * distance < near < distance < far < 1.3 * distance
    assert far - near < 0.7 * loaded.facts.height
    normal = np.asarray(Image.open(places["normal"])).astype(float) / 127.5 - 1
    assert np.abs(np.linalg.norm(normal[figure], axis=-1) - 1).max() < 0.03
    assert (np.asarray(Image.open(places["normal"]))[~figure] == (128, 128, 255)).all()
    inner = normal[figure]
    assert np.median(inner[:, 2]) > 0.5  # what is seen from the front looks at the camera
    columns = np.nonzero(figure)[1]
    left, right = inner[columns < 40][:, 0], inner[columns > 56][:, 0]
    assert left.mean() < 0 < right.mean()  # and to its own side at both sides


@pytest.mark.render
def test_an_engine_without_normals_gives_depth_alone(characters, tmp_path):
    loaded = load(characters, "godette_vrm0.vrm")
    options = RenderOptions("workbench", 64, 1, "cpu")
    negative = shoot(loaded, take_of("front", "portrait"), ("rim",), options, None, Stopwatch())
    told = control_pictures(negative, {kind: tmp_path / f"{kind}.png" for kind in ("depth", "normal")})
    assert list(told) == ["depth"]
    assert not (tmp_path / "normal.png").exists()


def test_a_print_whose_control_picture_is_gone_is_made_again(tmp_path):
    shot = Shot(1, ("front", "portrait", "neutral", "relaxed_arms", "rim", "white"))
    keys = {shot: "a" * 64}

    def ledger(*control: str) -> Ledger:
        opened = Ledger(tmp_path, keys, control)
        opened.open()
        return opened

    first = ledger("depth", "normal")
    first.path(shot).parent.mkdir(parents=True, exist_ok=True)
    first.path(shot).write_bytes(b"print")
    depth = tmp_path / "raw_generated" / control_file("depth", "b" * 64)
    depth.parent.mkdir(parents=True)
    depth.write_bytes(b"depth")
    # This engine had no normals to give.
    control = {"depth": {"file": control_file("depth", "b" * 64), "sha256": sha256_file(depth)}}
    first.enter(shot, {"sha256": sha256_file(first.path(shot)), "control": control})
    assert ledger("depth", "normal").missing() == []
    assert ledger().missing() == []
    depth.write_bytes(b"other")
    assert ledger("depth", "normal").missing() == [shot]


@pytest.mark.parametrize(
    ("written", "kinds"),
    [("", ("pose",)), ("control: []", ()), ("control: [normal, depth]", ("depth", "normal"))],
)
def test_a_preset_says_what_it_wants(tmp_path: Path, written: str, kinds: tuple[str, ...]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"budget: 1\naxes: {{angle: front}}\n{written}\n")
    preset = load_preset(str(path))
    assert preset.control == kinds
    assert type(preset).from_json(preset.to_json()).control == kinds


def test_an_unknown_control_picture_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("budget: 1\naxes: {angle: front}\ncontrol:\n  - depht\n")
    with pytest.raises(InputError, match=r"mine.yaml, line 4: .*depht.*depth"):
        load_preset(str(path))
