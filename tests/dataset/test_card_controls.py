# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures: the stick figure drawn from the truth, where ControlNet looks and trainers don't."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.dataset.build import build
from modelsheet.dataset.controls import pose_picture
from modelsheet.dataset.process import process
from PIL import Image

SIZE = (128, 160)


def point(x: float, y: float, visible: bool = True) -> dict[str, Any]:
    return {"x": x, "y": y, "in_frame": True, "visible": visible}


def standing(**changes: Any) -> dict[str, Any]:
    points = {
        "neck": point(64, 50),
        "nose": point(64, 30),
        "left_eye": point(70, 26),
        "right_eye": point(58, 26),
        "left_shoulder": point(84, 54),
        "left_elbow": point(92, 84, visible=False),
        "right_shoulder": point(44, 54),
    }
    return {"size": list(SIZE), "points": {**points, **changes}}


def drawn(row: dict[str, Any]) -> np.ndarray | None:
    data = pose_picture(row, SIZE)
    return None if data is None else np.asarray(Image.open(io.BytesIO(data)))


def near(picture: np.ndarray, x: int, y: int) -> list[int]:
    return [int(value) for value in picture[y, x]]


def test_the_points_have_openposes_colours_and_left_is_the_characters() -> None:
    picture = drawn(standing())
    assert picture is not None and picture.shape == (SIZE[1], SIZE[0], 3) and not picture[0, 0].any()
    assert near(picture, 64, 30) == [255, 0, 0] and near(picture, 84, 54) == [85, 255, 0]
    assert near(picture, 44, 54) == [255, 170, 0] and near(picture, 92, 84) == [0, 255, 0], "hidden joints too"
    assert picture[40, 64].any(), "neck and nose are joined"


def test_a_face_that_is_not_seen_is_not_drawn() -> None:
    picture = drawn(standing(nose=point(64, 30, visible=False)))
    assert picture is not None and not picture[30, 64].any() and not picture[40, 64].any()


def test_too_little_of_a_body_is_no_figure() -> None:
    assert drawn({"size": list(SIZE), "points": {"neck": point(64, 50), "nose": point(64, 30)}}) is None
    assert drawn({"size": list(SIZE)}) is None
    assert drawn(standing(**{name: point(900, 900) for name in standing()["points"]})) is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=4, max_size=4))
def test_points_anywhere_are_drawn_or_not_but_never_fail(places: list[tuple[float, float]]) -> None:
    names = ("left_knee", "left_ankle", "right_knee", "right_hip")
    assert drawn(standing(**{name: point(*place) for name, place in zip(names, places, strict=True)})) is not None


def test_they_lie_beside_what_is_trained_and_follow_the_picture(
    out: Callable[..., Path], row: Callable[..., Any]
) -> None:
    first = {**row(1), "points": {name: point(p["x"] / 2, p["y"] * 0.6) for name, p in standing()["points"].items()}}
    place = out(rows=[first, row(2)])
    process(place)
    final = build(place)
    assert [path.name for path in (final / "control" / "pose").glob("*.png")] == ["mara-syn_0001.png"]
    manifest = json.loads((final / "manifest.json").read_text())
    assert manifest["pictures"][0]["control"]["pose"] == "control/pose/mara-syn_0001.png"
    assert "control" not in manifest["pictures"][1] and "control/pose/mara-syn_0001.png" in manifest["files"]
    with (
        Image.open(final / manifest["pictures"][0]["file"]) as picture,
        Image.open(final / "control/pose/mara-syn_0001.png") as pose,
    ):
        assert picture.size == pose.size
    assert "1 picture of the pose" in (final / "README.md").read_text()
    before = (final / "control" / "pose" / "mara-syn_0001.png").stat().st_mtime_ns
    build(place)
    assert (final / "control" / "pose" / "mara-syn_0001.png").stat().st_mtime_ns == before
