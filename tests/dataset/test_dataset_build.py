# SPDX-License-Identifier: GPL-3.0-or-later
"""final_dataset: what it holds, that it is repeatable, and that a person's work in it is safe."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from modelsheet.common.errors import InputError, WorkError
from modelsheet.dataset.build import build
from modelsheet.dataset.process import process
from PIL import Image

TRAIN = "train/10_mara_syn woman"


def content(folder: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def load(path: Path) -> Image.Image:
    """A picture, its file closed."""
    with Image.open(path) as opened:
        return opened.copy()


def make(place: Path) -> Path:
    process(place)
    return build(place)


def test_layout(out: Callable[..., Path]) -> None:
    final = make(out())
    names = set(content(final))
    pictures = {f"mara-syn_{number:04d}" for number in range(1, 6)}
    assert names == {
        *(f"{TRAIN}/{name}{suffix}" for name in pictures for suffix in (".png", ".txt")),
        *(f"masks/{name}.png" for name in pictures),
        "configs/kohya_dataset.toml",
        "configs/kohya_masked.toml",
        *(path for path in names if path.startswith("prompts/")),
        "metadata.jsonl",
        "manifest.json",
        "provenance.json",
        "README.md",
        "SHA256SUMS",
    }


def test_pictures_are_opaque_and_masks_fit(out: Callable[..., Path]) -> None:
    final = make(out())
    for path in (final / TRAIN).glob("*.png"):
        picture, mask = load(path), load(final / "masks" / path.name)
        assert picture.mode == "RGB" and mask.mode == "L" and picture.size == mask.size
        values = np.asarray(mask)
        assert values[48, 32] == 255 and values[0, 0] == 0
    clear = load(final / TRAIN / "mara-syn_0005.png")
    white = load(final / TRAIN / "mara-syn_0002.png")
    assert clear.getpixel((0, 0)) == white.getpixel((0, 0)) == (255, 255, 255)


def test_captions_are_one_clean_line(out: Callable[..., Path]) -> None:
    final = make(out())
    for path in (final / TRAIN).glob("*.txt"):
        data = path.read_bytes()
        assert data.startswith(b"mara_syn, ") and data.endswith(b"\n") and data.count(b"\n") == 1 and b"\r" not in data


def test_metadata_names_its_file_first(out: Callable[..., Path]) -> None:
    final = make(out())
    for line in (final / "metadata.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert next(iter(row)) == "file_name"
        assert hashlib.sha256((final / row["file_name"]).read_bytes()).hexdigest() == row["sha256"]
        assert (final / row["mask"]).is_file()
        assert row["text"] == (final / row["file_name"]).with_suffix(".txt").read_text(encoding="utf-8").strip()
        assert row["text_nl"].endswith(".") and row["text_tags"] == row["text"]


def test_sums_cover_everything(out: Callable[..., Path]) -> None:
    final = make(out())
    sums = dict(line.split("  ")[::-1] for line in (final / "SHA256SUMS").read_text().splitlines())
    files = content(final)
    assert sums == {path: hashlib.sha256(data).hexdigest() for path, data in files.items() if path != "SHA256SUMS"}


def test_manifest_tells_where_each_picture_came_from(out: Callable[..., Path]) -> None:
    manifest = json.loads((make(out()) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"] == {"pictures": 5, "per_epoch": 50, "captions_edited": 0}
    assert manifest["character"]["licence"]["name"] == "CC0"
    assert manifest["character"]["file"] == "z.glb"
    assert manifest["pictures"][0]["print"]["blender"] == "4.5"


def test_the_card_says_what_the_licence_forbids(out: Callable[..., Path]) -> None:
    text = (make(out()) / "README.md").read_text(encoding="utf-8")
    rights = text.partition("## Rights")[2]
    for line in ("| title | Ada |", "| author | someone |", "| name | CC0 |", "| forbids | resale, hate |"):
        assert line in rights.splitlines()
    assert "{" not in rights


def test_again_is_the_same(out: Callable[..., Path], tmp_path: Path) -> None:
    place = out()
    final = make(place)
    before, times = content(final), {p: p.stat().st_mtime_ns for p in final.rglob("*") if p.is_file()}
    make(place)
    assert content(final) == before
    assert {p: p.stat().st_mtime_ns for p in final.rglob("*") if p.is_file()} == times
    assert not (place / "backup").exists()
    place.rename(tmp_path / "elsewhere")
    assert content(make(out())) == before


def test_an_edited_caption_stays_and_ours_is_backed_up(out: Callable[..., Path]) -> None:
    place = out()
    final = make(place)
    path = final / TRAIN / "mara-syn_0003.txt"
    ours = path.read_bytes()
    path.write_bytes("\ufeffmara_syn, by hand\r\n".encode())
    for style in ("tags", "natural"):
        make(out(style=style))
        assert path.read_bytes() == b"mara_syn, by hand\n"
        rows = [json.loads(line) for line in (final / "metadata.jsonl").read_text().splitlines()]
        assert rows[2]["text"] == "mara_syn, by hand"
        manifest = json.loads((final / "manifest.json").read_text())
        assert [entry["caption_edited"] for entry in manifest["pictures"]] == [False, False, True, False, False]
    assert ours in content(place / "backup").values()
    path.unlink()
    make(out())
    assert path.read_bytes() == ours


def test_an_edit_moves_with_its_folder_and_leaves_with_its_trigger(out: Callable[..., Path]) -> None:
    place = out()
    path = make(place) / TRAIN / "mara-syn_0001.txt"
    path.write_text("mara_syn, by hand\n")
    final = make(out(repeats=3))
    moved = final / "train" / "3_mara_syn woman" / path.name
    assert moved.read_text() == "mara_syn, by hand\n"
    assert not path.parent.exists()
    make(out(trigger="other_syn"))
    assert b"mara_syn, by hand\n" in content(place / "backup").values()
    assert all(
        data.startswith(b"other_syn")
        for name, data in content(final).items()
        if name.startswith("train") and name.endswith(".txt")
    )


def test_strangers_are_left_alone_and_stale_files_go(out: Any, row: Any) -> None:
    place = out([row(1), row(2)])
    final = make(place)
    strangers = [final / TRAIN / "mara-syn_0001_sdxl.npz", final / "reg" / "1_woman" / "a.png", final / "notes.txt"]
    for path in strangers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    make(out([row(1)]))
    assert all(path.read_bytes() == b"mine" for path in strangers)
    assert not list(final.rglob("*_0002*"))


def test_an_edited_config_stays(out: Callable[..., Path]) -> None:
    path = make(out()) / "configs" / "kohya_dataset.toml"
    path.write_text(path.read_text().replace("batch_size = 2", "batch_size = 6"))
    make(out())
    assert "batch_size = 6" in path.read_text()


@pytest.mark.parametrize("moves", range(0, 18, 3))
def test_killed_anywhere_the_next_run_gives_the_whole(
    moves: int, out: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = out()
    final = make(place)
    edited = final / TRAIN / "mara-syn_0002.txt"
    edited.write_text("mara_syn, by hand\n")
    place = out(style="natural", repeats=7)
    process(place)
    left, replace = [moves], Path.replace

    def dies(self: Path, target: Path) -> Path:
        if ".final_dataset.staging" in str(self) and "ready" not in self.name:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        build(place)
    monkeypatch.undo()
    build(place)
    killed = content(final)
    assert "train/7_mara_syn woman/mara-syn_0002.txt" in killed
    assert killed["train/7_mara_syn woman/mara-syn_0002.txt"] == b"mara_syn, by hand\n"
    assert not [path for path in killed if path.startswith(TRAIN)]
    assert b"is shown in" in killed["train/7_mara_syn woman/mara-syn_0001.txt"]
    assert not (place / ".final_dataset.staging").exists()
    build(place)
    assert content(final) == killed


def test_kohya_toml_keeps_to_the_loader_s_schema(out: Callable[..., Path]) -> None:
    """sd-scripts refuses unknown keys and wrong types; this restates what we use of its schema."""
    general = {
        "caption_extension": str,
        "shuffle_caption": bool,
        "keep_tokens": int,
        "enable_bucket": bool,
        "bucket_reso_steps": int,
        "min_bucket_reso": int,
        "max_bucket_reso": int,
    }
    subset = {"image_dir": str, "num_repeats": int}
    final = make(out())
    for name, keys in (("dataset", subset), ("masked", {**subset, "conditioning_data_dir": str})):
        config = tomllib.loads((final / "configs" / f"kohya_{name}.toml").read_text(encoding="utf-8"))
        assert {key: type(value) for key, value in config["general"].items()} == general
        (dataset,) = config["datasets"]
        assert {key: type(value) for key, value in dataset.items()} == {
            "resolution": int,
            "batch_size": int,
            "subsets": list,
        }
        (only,) = dataset["subsets"]
        assert {key: type(value) for key, value in only.items()} == keys
        assert (final / only["image_dir"]).is_dir()
        assert config["general"]["min_bucket_reso"] % 64 == config["general"]["max_bucket_reso"] % 64 == 0
        assert config["general"]["keep_tokens"] == 1


def test_a_sentence_is_not_shuffled(out: Callable[..., Path]) -> None:
    final = make(out(style="natural"))
    assert "shuffle_caption = false" in (final / "configs" / "kohya_dataset.toml").read_text()


@pytest.mark.parametrize(("asked", "folder"), [(None, "20"), (4, "4"), ("auto", "20")])
def test_repeats(asked: Any, folder: str, out: Callable[..., Path]) -> None:
    assert (make(out(repeats=asked)) / "train" / f"{folder}_mara_syn woman").is_dir()


def test_wrong_jobs_are_refused(out: Callable[..., Path]) -> None:
    process(out())
    for wrong in ({"repeats": 0}, {"repeats": "many"}, {"trigger": "a b"}, {"trigger": None}, {"style": "poem"}):
        with pytest.raises(InputError):
            build(out(**wrong))
    place = out()
    next((place / "processed").glob("*.png")).unlink()
    with pytest.raises(WorkError, match="missing"):
        build(place)
    (place / "job.yaml").unlink()
    with pytest.raises(InputError, match=r"job\.yaml"):
        build(place)
