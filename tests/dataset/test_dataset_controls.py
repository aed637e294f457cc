# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures in the dataset: OpenPose's figure as numbers, and pictures cut as their prints are."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from modelsheet.common.errors import InputError
from modelsheet.dataset.controls import cut, pose_json
from modelsheet.dataset.frame import Frame
from PIL import Image

ROW = {
    "size": [64, 64],
    "points": {
        "nose": {"x": 30.5, "y": 10.0, "in_frame": True, "visible": True},
        "left_elbow": {"x": 40.0, "y": 50.0, "in_frame": True, "visible": False},
        "left_eye": {"x": 33.0, "y": 8.0, "in_frame": True, "visible": False},
    },
}


def test_openposes_json_has_its_points_in_its_order() -> None:
    figure = json.loads(pose_json(ROW, (64, 64)))
    (person,) = figure["people"]
    points = np.array(person["pose_keypoints_2d"]).reshape(-1, 3)
    assert (figure["canvas_width"], figure["canvas_height"]) == (64, 64)
    assert points.shape == (18, 3)
    assert points[0].tolist() == [30.5, 10.0, 1.0]  # nose
    assert points[6].tolist() == [40.0, 50.0, 0.5]  # left elbow, hidden
    assert points[15].tolist() == [0.0, 0.0, 0.0]  # left eye, which is drawn only where it shows
    assert np.count_nonzero(points[:, 2]) == 2


def depth_picture(path: Path) -> np.ndarray:
    pixels = np.zeros((64, 64), np.uint16)
    pixels[16:48, 16:48] = 65535
    pixels[16:32, 16:48] = 300
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return pixels


def test_depth_is_cut_without_mixing(tmp_path: Path) -> None:
    pixels = depth_picture(tmp_path / "depth.png")
    with Image.open(io.BytesIO(cut(tmp_path / "depth.png", tmp_path, Frame((8, 0, 56, 64), (30, 40))))) as opened:
        small = np.asarray(opened)
    assert small.dtype == np.uint16
    assert small.shape == (40, 30)
    assert set(np.unique(small)) == {0, 300, 65535}
    assert abs((small > 0).mean() - (pixels[:, 8:56] > 0).mean()) < 0.05
    assert cut(tmp_path / "depth.png", tmp_path, None) == (tmp_path / "depth.png").read_bytes()


@pytest.mark.parametrize("where", ["../depth.png", "bad.png", "gone.png"])
def test_what_is_elsewhere_or_damaged_is_refused(tmp_path: Path, where: str) -> None:
    depth_picture(tmp_path / "depth.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "bad.png").write_bytes(b"\x89PNG no more")
    with pytest.raises(InputError):
        cut(tmp_path / "out" / where, tmp_path / "out", Frame((0, 0, 32, 32), (16, 16)))
