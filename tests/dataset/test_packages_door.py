# SPDX-License-Identifier: GPL-3.0-or-later
"""The door of the packages: what is made, that it is the same every time, and what is refused."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError, WorkError
from modelsheet.dataset.build import build
from modelsheet.dataset.packages import check_trainer, package, trainers
from modelsheet.dataset.packages.kit.contents import Contents
from modelsheet.dataset.packages.kit.parcel import Parcel, write_parcel
from modelsheet.dataset.packages.kit.upload import parts
from modelsheet.dataset.packages.kit.verify import verify
from modelsheet.dataset.process import process
from modelsheet.job import finish
from modelsheet.outcome import Outcome
from PIL import Image


@pytest.fixture
def place(out: Callable[..., Path]) -> Path:
    """An OUT with a built dataset of five pictures."""
    folder = out(source="own", purpose="publish")
    process(folder)
    build(folder)
    return folder


def test_all_makes_every_package_and_each_is_whole(place: Path) -> None:
    packed = package(place, ["all"])
    made = {path.stem.removeprefix("mara_syn_") for path in packed.files}
    assert {name.split("_")[0] for name in made} == set(trainers())
    for path in packed.files:
        count, faults = verify(path)
        assert not faults and count > 5, path
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            for info in archive.infolist():
                assert info.compress_type == zipfile.ZIP_STORED and info.date_time == (1980, 1, 1, 0, 0, 0)
                assert info.create_system == 3 and not info.flag_bits & 8
            homes = {"mara_syn/"} if names[0].startswith("mara_syn/") else {""}
            home = homes.pop()
            for about in ("DATASET.md", "README", "manifest.json", "provenance.json", "SHA256SUMS"):
                assert any(name.startswith(home + about) for name in names) or about == "DATASET.md", (path, about)


def test_packing_again_gives_the_same_bytes_and_leaves_strangers_files_out(place: Path) -> None:
    def sums() -> dict[str, str]:
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in package(place, ["all"]).files}

    before = sums()
    (place / "final_dataset" / "stranger.txt").write_text("not ours")
    (place / "final_dataset" / "masks" / "stranger.png").write_bytes(b"not ours")
    assert sums() == before


def test_a_trainer_goes_by_all_its_names() -> None:
    assert check_trainer("Kohya_SS") == "kohya-ss" and check_trainer("AI Toolkit") == "ai-toolkit"
    assert check_trainer("sd-scripts") == "kohya" and check_trainer("ALL") == "all"
    with pytest.raises(InputError, match="kohya"):
        check_trainer("nonesuch")
    names = [*trainers(), *(name for module in trainers().values() for name in getattr(module, "OTHER_NAMES", ()))]
    assert len(names) == len(set(names))
    assert all(module.TITLE and callable(module.pack) for module in trainers().values())


def test_nothing_to_pack_is_told(out: Callable[..., Path]) -> None:
    with pytest.raises(WorkError, match="no finished dataset"):
        package(out(), ["kohya"])


def test_publication_without_rights_is_refused_and_left_out_of_all(out: Callable[..., Path]) -> None:
    folder = out(source="metahuman")
    process(folder)
    build(folder)
    with pytest.raises(InputError, match="civitai"):
        package(folder, ["civitai"])
    assert not (folder / "packages").exists()
    packed = package(folder, ["all"])
    assert not [path for path in packed.files if "civitai" in path.name or "huggingface" in path.name]
    assert [note for note in packed.notes if note.startswith("civitai")]


def test_a_changed_picture_is_not_packed(place: Path) -> None:
    next((place / "final_dataset" / "train").rglob("*.png")).write_bytes(b"changed meanwhile")
    with pytest.raises(WorkError, match="changed since"):
        package(place, ["kohya"])
    assert not list((place / "packages").glob("*"))


@pytest.mark.parametrize("wrong", ["../../etc/passwd", "/etc/passwd", "train/con.png", "a:b.png", "METADATA.jsonl"])
def test_a_manifest_that_names_what_it_must_not_is_refused(wrong: str, place: Path) -> None:
    path = place / "final_dataset" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"][wrong] = {"sha256": "0" * 64, "origin": ""}
    path.write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"manifest\.json"):
        package(place, ["kohya"])


def test_a_link_out_of_the_dataset_is_refused(place: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    link = next((place / "final_dataset" / "train").rglob("*.txt"))
    link.unlink()
    try:
        link.symlink_to(secret)
    except OSError:
        pytest.skip("links need a right that this Windows user has not")
    with pytest.raises(InputError, match="leads outside"):
        package(place, ["kohya"])


def test_uploads_that_are_no_longer_made_go_away(place: Path) -> None:
    (place / "packages").mkdir()
    for name in ("mara_syn_civitai-1.zip", "mara_syn_civitai-2.zip", "mara_syn_jupyter_upload-9.zip", "mine.zip"):
        (place / "packages" / name).write_bytes(b"old")
    package(place, ["civitai", "jupyter"])
    names = {path.name for path in (place / "packages").iterdir()}
    assert "mine.zip" in names and not {name for name in names if name[-6:] in ("-2.zip", "-9.zip")}
    assert "mara_syn_civitai-1.zip" not in names


@settings(deadline=None, max_examples=25)
@given(count=st.integers(0, 2500))
def test_uploads_are_split_at_what_pages_take(count: int) -> None:
    pictures: list[Any] = list(range(count))
    portions = parts(pictures)
    assert [one for portion in portions for one in portion] == pictures
    assert all(0 < 2 * len(portion) <= 990 for portion in portions)


def test_memory_stays_flat(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    Image.effect_noise((512, 512), 90).save(picture, compress_level=0)
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  a.png\n")
    dataset = Contents(tmp_path, {"files": {"a.png": {}}, "pictures": []})
    entries = {f"{number:04d}.png": dataset.file("a.png") for number in range(200)}
    tracemalloc.start()
    made = write_parcel(Parcel("large", "", entries), tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.stat().st_size > 200 * 262144 and peak < 4 << 20


def test_the_job_remembers_the_base(place: Path) -> None:
    from modelsheet import job

    job.change(place, base="sdxl", repeats=4)
    asked = yaml.safe_load((place / "job.yaml").read_text())
    assert (asked["base"], asked["repeats"]) == ("sdxl", 4)


def _manifests(place: Path) -> dict[str, bool]:
    """Trainer -> whether its ZIP holds the set as it is."""
    now = (place / "final_dataset" / "manifest.json").read_bytes()
    found = {}
    for path in (place / "packages").glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("manifest.json"))
            found[path.stem.rpartition("_")[2]] = archive.read(name) == now
    return found


def _again(place: Path, trainers: tuple[str, ...], **words: Any) -> Outcome:
    job = yaml.safe_load((place / "job.yaml").read_text(encoding="utf-8"))
    (place / "job.yaml").write_text(yaml.safe_dump({**job, **words}), encoding="utf-8")
    return finish(place, trainers, lambda event: None)


def test_packages_of_earlier_runs_are_made_anew_with_the_set(place: Path) -> None:
    package(place, ["kohya", "civitai", "musubi"])
    (place / "packages" / "mine.zip").write_bytes(b"PK, a stranger's")
    outcome = _again(place, ("kohya",), style="natural")
    assert _zips(place) == {"mara_syn_kohya", "mara_syn_civitai", "mara_syn_musubi", "mine"}
    (place / "packages" / "mine.zip").unlink()
    assert _manifests(place) == {"kohya": True, "civitai": True, "musubi": True}
    assert {path.stem for path in outcome.packages} == {"mara_syn_kohya", "mara_syn_civitai", "mara_syn_musubi"}
    times = {path: path.stat().st_mtime_ns for path in (place / "packages").iterdir()}
    _again(place, ())
    assert times == {path: path.stat().st_mtime_ns for path in (place / "packages").iterdir()}


def test_packages_that_may_not_be_made_anew_go_with_a_word(place: Path) -> None:
    package(place, ["musubi", "civitai"])
    outcome = _again(place, (), source="metahuman", purpose="private", style="natural")
    assert _manifests(place) == {"musubi": True}
    said = [note for note in outcome.notes if "mara_syn_civitai.zip" in note]
    assert len(said) == 1 and "taken away" in said[0] and "MetaHuman" in said[0]


def test_packages_under_another_trigger_go_with_a_word(place: Path) -> None:
    package(place, ["musubi"])
    outcome = _again(place, (), trigger="other_syn")
    assert _zips(place) == {"other_syn_musubi"}
    assert any("mara_syn_musubi.zip: taken away" in note for note in outcome.notes)


def _zips(place: Path) -> set[str]:
    return {path.stem for path in (place / "packages").glob("*.zip")}
