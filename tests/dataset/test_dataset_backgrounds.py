# SPDX-License-Identifier: GPL-3.0-or-later
"""Compositing and the step from prints to processed pictures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from modelsheet.common.errors import InputError, WorkError
from modelsheet.dataset.backgrounds import composite, photos, to_linear, to_srgb
from modelsheet.dataset.process import process
from modelsheet.plan.settings import axis_settings, setting
from PIL import Image


def picture(red: int, green: int, blue: int, alpha: np.ndarray) -> Image.Image:
    """One colour under some alpha."""
    pixels = np.zeros((*alpha.shape, 4), np.uint8)
    pixels[..., :3], pixels[..., 3] = (red, green, blue), alpha
    return Image.fromarray(pixels)


def test_every_code_survives_linear_light() -> None:
    codes = np.arange(256, dtype=np.uint8)
    assert (to_srgb(to_linear(codes)) == codes).all()


@pytest.mark.parametrize("name", ["neutral_grey", "white", "black", "gradient"])
def test_opaque_stays_and_clear_shows_the_background(name: str) -> None:
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:, 30:] = 0
    done = np.asarray(composite(picture(201, 30, 77, alpha), setting("background", name)))
    assert done.shape == (40, 60, 3)
    assert (done[:, :30] == (201, 30, 77)).all()
    empty = np.asarray(composite(picture(1, 2, 3, alpha * 0), setting("background", name)))
    assert (done[:, 30:] == empty[:, 30:]).all()


def test_edges_mix_in_linear_light() -> None:
    """Half of white over black is code 188, as light adds up, not 128."""
    half = picture(255, 255, 255, np.full((4, 4), 128, np.uint8))
    assert np.asarray(composite(half, setting("background", "black")))[0, 0].tolist() == [188, 188, 188]


def test_a_soft_edge_has_no_halo() -> None:
    """From a grey subject to the same grey behind it nothing is to be seen."""
    alpha = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    done = np.asarray(composite(picture(128, 128, 128, alpha), setting("background", "neutral_grey")))
    assert (done == 128).all()


def test_the_gradient_is_lit_in_its_middle_and_has_no_bands() -> None:
    clear = picture(0, 0, 0, np.zeros((1024, 1024), np.uint8))
    done = np.asarray(composite(clear, setting("background", "gradient"))).astype(int)
    assert done[430, 512, 0] > done[0, 0, 0] + 40
    strip = done[414:446, 576:832, 0]
    means = strip.reshape(32, 16, 16).mean(axis=(0, 2))
    assert (np.diff(means) < 0).all()  # falls from block to block; in bands it would stand still and then jump
    assert (done == np.asarray(composite(clear, setting("background", "gradient")))).all()


def test_clear_keeps_alpha_and_hides_no_black() -> None:
    alpha = np.array([[0, 100, 255]], np.uint8)
    done = np.asarray(composite(picture(10, 20, 30, alpha), setting("background", "transparent")))
    assert done[..., 3].tolist() == alpha.tolist()
    assert done[0, 0, :3].tolist() == [255, 255, 255] and done[0, 1, :3].tolist() == [10, 20, 30]


def load(path: Path) -> Image.Image:
    """A picture, its file closed."""
    with Image.open(path) as opened:
        return opened.copy()


def make_photos(folder: Path, count: int = 3) -> Path:
    """Wide pictures of one colour each."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        Image.new("RGB", (300, 100), (50 * number, 10, 200)).save(folder / f"photo{number}.jpg", quality=95)
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_a_folder_of_backgrounds_is_used_in_turn(out: Any, row: Any, tmp_path: Path) -> None:
    folder = make_photos(tmp_path / "photos")
    rows = [row(number, background="folder") for number in range(1, 7)]
    place = out(rows, background_folder=str(folder), seed=4)
    process(place)
    corners = [load(place / "processed" / f"{entry['id']}.png").getpixel((0, 0)) for entry in rows]
    assert len(set(corners)) == 3 and corners[:3] == corners[3:]
    assert load(place / "processed" / f"{rows[0]['id']}.png").size == (64, 96)


def test_backgrounds_that_can_t_be_used_are_refused(out: Any, row: Any, tmp_path: Path) -> None:
    rows = [row(1, background="folder")]
    (tmp_path / "empty").mkdir()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    for folder in (None, "nowhere", tmp_path / "empty", broken):
        with pytest.raises(InputError):
            process(out(rows, background_folder=folder and str(folder)))
    with pytest.raises(InputError):
        photos("")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_done_is_not_done_again(out: Callable[..., Path]) -> None:
    place = out()
    process(place)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(place / "processed")}
    assert len(before) == 2 * len(axis_settings("background")) - 1  # all but folder, their masks, and the index
    process(place)
    assert before == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(place / "processed")}


def test_a_new_print_is_processed_again_and_an_edited_picture_is_backed_up(out: Any, row: Any) -> None:
    rows = [row(1), row(2)]
    place = out(rows)
    process(place)
    first = place / "processed" / f"{rows[0]['id']}.png"
    Image.new("RGB", (64, 96), (1, 2, 3)).save(first)
    edited = first.read_bytes()
    process(place)
    assert first.read_bytes() == edited  # a person's work stays while its print does
    Image.new("RGBA", (64, 96), (9, 9, 9, 255)).save(place / "raw_generated" / first.name)
    process(place)
    assert load(first).getpixel((0, 0)) == (9, 9, 9)
    assert [path.read_bytes() for path in files(place / "backup" / "processed")] == [edited]


def test_pictures_of_dropped_shots_go_and_strangers_stay(out: Any, row: Any) -> None:
    place = out([row(1), row(2)])
    process(place)
    (place / "processed" / "mine.png").write_bytes(b"mine")
    shutil.rmtree(place / "raw_generated")
    process(out([row(2)]))
    assert sorted(path.name for path in (place / "processed").glob("*.png")) == [
        "0002_portrait_front_happy.png",
        "mine.png",
    ]


def test_damage_is_told_plainly(out: Any, row: Any) -> None:
    place = out([row(1)])
    (path,) = (place / "raw_generated").glob("*.png")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(WorkError, match="damaged"):
        process(place)
    path.unlink()
    with pytest.raises(WorkError, match="can't be read"):
        process(place)
    (place / "raw_generated" / "shots.jsonl").unlink()
    with pytest.raises(InputError, match="no pictures"):
        process(place)


@pytest.mark.parametrize("change", [{"id": "../../evil"}, {"made": None}])
def test_rows_that_no_run_wrote_are_refused(change: dict[str, Any], out: Any, row: Any) -> None:
    place = out([row(1)])
    truth = {name: value for name, value in {**row(1), **change}.items() if value is not None}
    (place / "raw_generated" / "shots.jsonl").write_text(json.dumps(truth) + "\n")
    with pytest.raises(InputError, match="Delete the line"):
        process(place)
