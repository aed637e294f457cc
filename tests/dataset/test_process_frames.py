# SPDX-License-Identifier: GPL-3.0-or-later
"""How prints are cut: nothing that a picture promised is lost, and the truth goes where the pixels go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.dataset.frame import Frame, choose_frame, reframed, scaled
from modelsheet.dataset.light import resampled, to_linear
from modelsheet.dataset.output import SHAPES, Output, buckets, check_size

FACE, HEAD = [440.0, 140.0, 560.0, 280.0], [420.0, 60.0, 580.0, 290.0]


def truth(subject: list[float] | None, face: list[float] | None = FACE, size: tuple[int, int] = (1024, 1024)) -> Any:
    return {"size": list(size), "boxes": {"subject": subject, "head": HEAD if face else None, "face": face}}


def test_the_buckets_are_those_that_trainers_use() -> None:
    sdxl = {(1024, 1024), (832, 1216), (1216, 832), (896, 1152), (1152, 896), (768, 1344), (1344, 768)}
    assert set(buckets(1024)) == sdxl
    assert set(buckets(768)) == {(768, 768), (704, 832), (832, 704), (640, 896), (896, 640), (576, 1024), (1024, 576)}
    for size in range(256, 2049, 64):
        for width, height in buckets(size):
            assert width % 64 == height % 64 == 0 and 0.85 * size**2 < width * height <= size**2


@pytest.mark.parametrize(
    ("subject", "size", "wanted", "crop"),
    [
        ([380.0, 40.0, 640.0, 980.0], 768, (576, 1024), (222, 0, 798, 1024)),  # a full figure goes upright
        ([380.0, 40.0, 640.0, 980.0], None, (832, 1216), (160, 0, 861, 1024)),  # as far as the print's pixels reach
        ([20.0, 400.0, 1000.0, 900.0], 768, (1024, 576), (0, 362, 1024, 938)),  # a beast lies
        ([0.0, 50.0, 1024.0, 1024.0], 768, (768, 768), (0, 0, 1024, 1024)),  # shoulders out of the picture
        ([100.0, 50.0, 700.0, 1024.0], 768, (640, 896), (34, 0, 765, 1024)),  # not in the middle
    ],
)
def test_the_subject_chooses_the_bucket(subject: Any, size: Any, wanted: Any, crop: Any) -> None:
    frame = choose_frame(truth(subject), (1024, 1024), Output(size, "buckets"))
    assert frame.size == wanted
    assert np.abs(np.subtract(frame.crop, crop)).max() <= 2


boxes = st.tuples(*[st.floats(-100, 1300)] * 4).map(
    lambda v: [min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]) + 9, max(v[1], v[3]) + 9]
)
sizes = st.tuples(st.integers(64, 1400), st.integers(64, 1400))


@settings(deadline=None)
@given(st.none() | boxes, st.none() | boxes, sizes, st.sampled_from([None, 256, 512, 768]), st.sampled_from(SHAPES))
def test_every_frame_lies_in_its_print(subject: Any, face: Any, size: Any, side: Any, shape: str) -> None:
    frame = choose_frame(truth(subject, face, size), size, Output(side, shape))
    left, top, right, bottom = frame.crop
    assert 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
    across, down = frame.size[0] / (right - left), frame.size[1] / (bottom - top)
    assert across == pytest.approx(down, rel=0.03)  # nobody gets thinner
    if shape == "whole" and side is None:
        assert frame == Frame((0, 0, *size), size)


@settings(deadline=None)
@given(boxes, st.sampled_from([None, 512, 768, 832]), st.sampled_from(["square", "buckets"]))
def test_a_square_print_never_loses_its_subject(subject: Any, side: Any, shape: str) -> None:
    row = truth(subject)
    left, top, right, bottom = choose_frame(row, (1024, 1024), Output(side, shape)).crop
    inside = np.clip(subject, 0, 1024)
    assert left <= inside[0] and top <= inside[1] and right >= inside[2] and bottom >= inside[3]


@pytest.mark.parametrize("size", [(1600, 700), (700, 1600)])
def test_head_and_face_stay_whole_with_air_where_the_subject_can_t(size: tuple[int, int]) -> None:
    face = [size[0] - 300.0, 100.0, size[0] - 200.0, 220.0]
    row = {"size": list(size), "boxes": {"subject": [0.0, 0.0, *map(float, size)], "face": face, "head": face}}
    left, top, right, bottom = choose_frame(row, size, Output(512, "square")).crop
    assert left <= face[0] - 12 and top <= face[1] - 12 and right >= face[2] + 12 and bottom >= face[3] + 12


def test_the_truth_moves_with_the_pixels() -> None:
    pixels = np.zeros((1024, 1024, 4), np.uint8)
    pixels[140:280, 440:560] = 255
    point = {"x": 500.0, "y": 200.0, "in_frame": True, "visible": True}
    row = {**truth([400.0, 100.0, 600.0, 1024.0]), "points": {"nose": point, "left_wrist": {**point, "x": 100.0}}}
    frame = choose_frame(row, (1024, 1024), Output(512, "buckets"))
    moved = reframed(row, frame)
    found = np.nonzero(resampled(pixels, frame.crop, frame.size)[..., 3] > 127)
    box = [found[1].min(), found[0].min(), found[1].max() + 1, found[0].max() + 1]
    assert moved["boxes"]["face"] == pytest.approx(box, abs=1)
    assert moved["size"] == list(frame.size)
    assert moved["points"]["nose"]["visible"] and not moved["points"]["left_wrist"]["in_frame"]
    assert not moved["points"]["left_wrist"]["visible"]
    half = scaled(row, (512, 512))
    assert half["boxes"]["face"] == [value / 2 for value in FACE] and half["size"] == [512, 512]


@settings(deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(20, 90), st.integers(20, 90), st.integers(0, 2**32 - 1))
def test_a_subject_of_one_colour_stays_so_at_its_edges(
    inside: int, outside: int, width: int, height: int, seed: int
) -> None:
    """Neither the colour hidden under no alpha nor the filter's ringing may show: no halo."""
    pixels = np.full((64, 64, 4), outside, np.uint8)
    pixels[..., 3] = 0
    soft = np.random.default_rng(seed).integers(1, 255, (40, 40))
    pixels[12:52, 12:52, :3] = inside
    pixels[12:52, 12:52, 3] = soft
    pixels[16:48, 16:48, 3] = 255
    shown = resampled(pixels, (0, 0, 64, 64), (width, height))
    colours = shown[..., :3][shown[..., 3] > 0].astype(int)
    assert np.abs(colours - inside).max() <= 1
    assert shown[0, 0, 3] == 0
    assert (width, height) == (64, 64) or not shown[0, 0].any()


def test_light_is_what_is_averaged() -> None:
    board = np.indices((64, 64)).sum(0) % 2 * 255
    pixels = np.dstack([board, board, board]).astype(np.uint8)
    small = resampled(pixels, (0, 0, 64, 64), (16, 16))
    assert to_linear(small[4:-4, 4:-4]).mean() == pytest.approx(0.5, abs=0.01)
    opaque = np.dstack([pixels, np.full((64, 64), 255, np.uint8)])
    assert (resampled(opaque, (0, 0, 64, 64), (16, 16))[..., :3] == small).all()
    assert (resampled(opaque, (8, 8, 40, 40), (32, 32)) == opaque[8:40, 8:40]).all()


def test_a_bright_spot_gets_no_black_ring() -> None:
    pixels = np.full((96, 96, 4), 90, np.uint8)
    pixels[..., 3] = 255
    pixels[40:46, 40:46, :3] = 255
    for side in (60, 72, 110):
        shown = resampled(pixels, (0, 0, 96, 96), (side, side))
        assert shown[..., :3].min() >= 90 and shown[..., :3].max() == 255


@pytest.mark.parametrize("text", ["0", "-1", "100", "4096", "1000", "big", "1e3", "²", ""])
def test_sizes_that_trainers_would_cut_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="size"):
        check_size(text)


@pytest.mark.parametrize("job", [{"shape": "round"}, {"format": "gif"}, {"size": 77}, {"size": [1]}, {"format": {}}])
def test_a_job_that_asks_for_what_there_is_not_is_refused(job: dict[str, Any]) -> None:
    if job == {"format": {}}:
        assert Output.from_job(job) == Output()
        return
    with pytest.raises(InputError):
        Output.from_job(job)


def test_enlarging_is_refused_with_both_mends() -> None:
    Output(576).check_enlarging(512)
    Output(None).check_enlarging(64)
    with pytest.raises(InputError, match="--resolution 1024, or take --size 576"):
        Output(1024).check_enlarging(512)
