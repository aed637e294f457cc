# SPDX-License-Identifier: GPL-3.0-or-later
"""raw_generated to final_dataset in other sizes, shapes and formats: what fits what, and what is done again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from modelsheet.cli import main
from modelsheet.common.errors import InputError, WorkError
from modelsheet.dataset.build import build
from modelsheet.dataset.index import Index
from modelsheet.dataset.neighbours import greatest, least
from modelsheet.dataset.process import in_picture, process, read_index
from modelsheet.dataset.report import report
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageCms

SIDE = 320
BOXES = {"subject": [90.0, 20.0, 230.0, 300.0], "head": [120.0, 20.0, 200.0, 100.0], "face": [130.0, 40.0, 190.0, 98.0]}


def load(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        opened.load()
        return opened


def stamps(folder: Path) -> dict[str, int]:
    return {p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def change(place: Path, **words: Any) -> None:
    job = yaml.safe_load((place / "job.yaml").read_text())
    (place / "job.yaml").write_text(yaml.safe_dump({**job, **words}))


@pytest.fixture
def place(out: Any, row: Any) -> Path:
    rows = [
        {**row(number, framing="full_body", background=name), "size": [SIDE, SIDE], "boxes": BOXES}
        for number, name in enumerate(("neutral_grey", "gradient", "transparent"), 1)
    ]
    return out(rows)


def made(place: Path) -> tuple[list[Path], list[Path]]:
    process(place)
    final = build(place)
    pictures = [p for p in sorted((final / "train").rglob("*")) if p.suffix in (".png", ".jpg", ".webp")]
    return pictures, sorted((final / "masks").iterdir())


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_pictures_and_masks_fit_in_every_format(kind: str, place: Path) -> None:
    change(place, shape="buckets", size=256, format=kind)
    pictures, masks = made(place)
    assert [p.suffix for p in pictures] == [f".{kind}"] * 3
    for path, mask in zip(pictures, masks, strict=True):
        picture = load(path)
        assert (picture.mode, load(mask).mode, path.stem) == ("RGB", "L", mask.stem)
        assert picture.size == load(mask).size == (192, 320)
        assert not {"icc_profile", "exif", "xmp", "comment", "dpi"} & picture.info.keys()
        inside = np.asarray(load(mask)) == 255
        colours = np.asarray(picture).astype(int)
        assert np.abs(colours[140:180, 80:110] - colours[160, 96]).max() < 12  # the figure, and not its surroundings
        assert inside[160, 96] and not inside[2, 2]
        assert np.abs(colours[160, 96] - colours[2, 2]).max() > 40
    manifest = json.loads((place / "final_dataset" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["resolution"] == 256
    quality = None if kind == "png" else 95
    assert manifest["output"] == {"size": 256, "shape": "buckets", "format": kind, "quality": quality}
    entry = manifest["pictures"][0]
    assert entry["size"] == [192, 320] and entry["crop"][3] - entry["crop"][1] == SIDE
    left, top, right, bottom = entry["boxes"]["face"]
    assert 0 < left < right < 192 and top == 40 and bottom == 98
    line = json.loads((place / "final_dataset" / "metadata.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (place / "final_dataset" / line["file_name"]).is_file()


def test_without_options_a_print_keeps_its_size_and_pixels(place: Path) -> None:
    pictures, _masks = made(place)
    raw = [np.asarray(load(path)) for path in sorted((place / "raw_generated").glob("*.png"))]
    for path, pixels in zip(pictures, raw, strict=True):
        solid = pixels[..., 3] == 255
        assert (np.asarray(load(path))[solid] == pixels[..., :3][solid]).all()
    for entry in read_index(place).entries.values():
        assert in_picture({"boxes": BOXES, "size": [SIDE, SIDE]}, entry)["boxes"] == BOXES


def test_only_what_depends_on_a_change_is_made_again(place: Path) -> None:
    made(place)
    before = stamps(place / "processed"), stamps(place / "final_dataset")
    made(place)
    assert (stamps(place / "processed"), stamps(place / "final_dataset")) == before
    change(place, format="jpg")
    made(place)
    assert stamps(place / "processed") == before[0]
    assert {name for name, at in stamps(place / "final_dataset").items() if before[1].get(name) == at} >= {
        f"masks/mara-syn_000{number}.png" for number in (1, 2, 3)
    }
    assert not list((place / "final_dataset").rglob("train/*/*.png"))
    change(place, format="jpg", style="natural")
    jpgs = stamps(place / "final_dataset")
    made(place)
    after = stamps(place / "final_dataset")
    assert all(after[name] == at for name, at in jpgs.items() if name.endswith(".jpg"))
    assert any(after[name] != at for name, at in jpgs.items() if name.endswith(".txt"))
    assert not (place / "backup").exists()


def test_another_caption_encodes_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(place, format="webp")
    made(place)

    def no(*given: Any, **options: Any) -> None:
        raise AssertionError("encoded again")

    monkeypatch.setattr("modelsheet.dataset.pictures.encoded", no)
    change(place, style="natural")
    made(place)


def test_another_background_leaves_the_mask(place: Path) -> None:
    process(place)
    masks = stamps(place / "processed" / "masks")
    for name in ("shots.jsonl", "plan.json"):
        path = place / "raw_generated" / name
        path.write_text(path.read_text().replace("neutral_grey", "white"))
    process(place)
    assert stamps(place / "processed" / "masks") == masks
    first = min((place / "processed").glob("*.png"))
    assert load(first).getpixel((0, 0)) == (255, 255, 255)


def test_a_person_s_picture_is_cleaned_and_backed_up_when_its_frame_changes(place: Path) -> None:
    process(place)
    entry = sorted(read_index(place).entries.values(), key=lambda entry: entry["id"])[0]
    path = place / "processed" / entry["file"]
    exif = Image.Exif()
    exif[0x010E] = "from a camera"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (SIDE, SIDE), (9, 120, 30)).convert("P").save(path, icc_profile=profile, exif=exif)
    edited = path.read_bytes()
    pictures, masks = made(place)
    assert path.read_bytes() == edited
    assert load(pictures[0]).mode == "RGB" and not {"icc_profile", "exif"} & load(pictures[0]).info.keys()
    assert load(pictures[0]).size == load(masks[0]).size
    change(place, size=256)
    pictures, _masks = made(place)
    assert load(pictures[0]).size == (256, 256)
    kept = [p for p in (place / "backup" / "processed").rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in kept] == [edited]
    Image.new("RGB", (100, 60), (9, 120, 30)).save(path)  # cut by a person: the mask follows
    pictures, masks = made(place)
    assert load(pictures[0]).size == load(masks[0]).size == (100, 60)
    path.write_bytes(b"no picture")
    with pytest.raises((WorkError, InputError), match="damaged"):
        made(place)


def test_what_a_killed_run_left_is_not_taken_for_a_person_s(place: Path) -> None:
    process(place)
    (place / "processed" / "pictures.jsonl").unlink()
    process(place)
    assert not (place / "backup").exists()


@pytest.mark.parametrize("crop", [[0, 0, 0, 0], [9, 9, 3, 3], [1, 2], "x", None, [0, 0, 10, 10]])
def test_a_list_that_says_wrong_things_is_put_right(crop: Any, place: Path) -> None:
    process(place)
    path = place / "processed" / "pictures.jsonl"
    right = path.read_text()
    entries = [{**json.loads(line), "crop": crop} for line in right.splitlines()]
    path.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    made(place)
    assert path.read_text() == right and not (place / "backup").exists()


def test_a_size_that_enlarges_is_refused(place: Path) -> None:
    change(place, size=512)
    with pytest.raises(InputError, match="--resolution 512"):
        process(place)
    assert not (place / "processed" / "pictures.jsonl").exists()


def test_the_command_line_asks_for_size_shape_and_format(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(place, resolution=SIDE)
    words = ["package", str(place), "--for", "kohya"]
    assert main([*words, "--size", "256", "--shape", "buckets", "--format", "jpg"]) == 0
    job = yaml.safe_load((place / "job.yaml").read_text(encoding="utf-8"))
    assert (job["size"], job["shape"], job["format"]) == (256, "buckets", "jpg")
    found = sorted((place / "final_dataset" / "train").rglob("*.jpg"))
    assert [load(path).size for path in found] == [(192, 320)] * 3
    before = stamps(place)
    capsys.readouterr()
    for wrong in (["--size", "1000"], ["--size", "2048"], ["--shape", "round"], ["--format", "gif"]):
        assert main([*words, *wrong]) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1
    assert stamps(place) == before
    assert main([*words, "--size", "print", "--shape", "whole", "--format", "png"]) == 0
    assert [load(path).size for path in (place / "final_dataset" / "train").rglob("*.png")] == [(SIDE, SIDE)] * 3


def test_the_report_shows_cut_pictures_with_their_truth(place: Path) -> None:
    change(place, shape="buckets", size=256, format="webp")
    made(place)
    page = report(place).read_text(encoding="utf-8")
    assert 'viewBox="0 0 192 320"' in page and page.count("<figure") == 3
    face = read_index(place).entries
    crop = next(iter(face.values()))["crop"]
    assert f'x="{130 - crop[0]}' in page


def test_a_list_survives_being_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    with Index(path, bool) as index:
        index.put({"id": "b", "n": 1})
        index.put({"id": "a", "n": 1})
        index.put({"id": "b", "n": 2})
        killed = path.read_text()
    assert path.read_text().splitlines() == ['{"id": "a", "n": 1}', '{"id": "b", "n": 2}']
    for end in range(len(killed)):
        path.write_text(killed[:end])
        with Index(path, bool) as index:
            index.put({"id": "c"})
        assert {"id": "c"} in [json.loads(line) for line in path.read_text().splitlines()]
    with Index(path, lambda entry: entry["id"] != "c") as index:
        assert "c" not in index.entries


@pytest.mark.parametrize("pixels", [0, 1, 2, 3, 4, 7])
def test_a_mask_is_widened_by_so_many_pixels(pixels: int) -> None:
    mask = np.random.default_rng(pixels).integers(0, 256, (40, 31)).astype(np.uint8)
    wanted = mask
    for axis in (0, 1):
        padding = [(pixels, pixels) if axis == this else (0, 0) for this in (0, 1)]
        wanted = sliding_window_view(np.pad(wanted, padding, "edge"), 2 * pixels + 1, axis).max(-1)
    assert (greatest(mask, pixels) == wanted).all()
    assert (least(255 - mask, pixels) == 255 - wanted).all()


def test_hostile_lists_reach_nothing_outside(place: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim.png"
    Image.new("RGB", (4, 4)).save(victim)
    (place / "processed").mkdir()
    (place / "processed" / "pictures.jsonl").write_text('{"id": "../../victim", "sha256": "x"}\n{"id": 3}\n\n[1]\nx\n')
    process(place)
    assert victim.is_file() and len(read_index(place).entries) == 3


@pytest.mark.parametrize("size", [(1400, 600), (80, 40), (300, 900)])
def test_a_photograph_is_fitted_upright_around_its_middle(
    size: tuple[int, int], tmp_path: Path, out: Any, row: Any
) -> None:
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2] = (200, 30, 30)
    pixels[:, size[0] // 2 :] = (30, 30, 200)
    exif = Image.Exif()
    exif[0x0112] = 3  # held upside down
    (tmp_path / "photos").mkdir()
    Image.fromarray(pixels[::-1, ::-1]).save(tmp_path / "photos" / "a.jpg", quality=95, exif=exif)
    folder = out([row(1, background="folder")], background_folder=str(tmp_path / "photos"))
    process(folder)
    (path,) = (folder / "processed").glob("*.png")
    left, right = (np.asarray(load(path))[1, column].astype(int) for column in (0, -1))
    assert np.abs(left - (200, 30, 30)).max() < 12 and np.abs(right - (30, 30, 200)).max() < 12
