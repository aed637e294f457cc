# SPDX-License-Identifier: GPL-3.0-or-later
"""Training numbers: the guide's for SD-class models, each base's own, fitted to the set and to its faults."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.dataset.build import build
from modelsheet.dataset.described import Described
from modelsheet.dataset.packages import bases, check_base, check_fits, package, trainers
from modelsheet.dataset.packages.training.advice import Advice, advice
from modelsheet.dataset.packages.training.recipe import Recipe, recipes
from modelsheet.dataset.process import process
from modelsheet.plan.settings import axis_settings

WANTED = ("sd15", "sdxl", "illustrious", "pony", "noobai", "flux", "qwen-image", "z-image")


def described(pictures: int = 40, resolution: int = 1024, style: str = "tags") -> Described:
    repeats = min(20, max(1, round(400 / pictures)))
    return Described("mara_syn", "woman", repeats, style, pictures, resolution)


def recipe(base: str, trainer: str, faults: tuple[Advice, ...] = (), **changes: Any) -> Recipe:
    set_ = described(**changes)
    (made,) = recipes(trainer, set_, [(set_.resolution, set_.resolution)], faults, base)
    return made


def entries(count: int = 40, **axes: list[str]) -> list[dict[str, Any]]:
    """Manifest entries of a varied set, in which the axes given go by turns through these settings."""
    varied = {axis: list(axis_settings(axis)) for axis in ("angle", "pose", "expression", "lighting", "background")}
    varied["framing"] = ["close_up", "portrait", "upper_body"]
    return [
        {"settings": {axis: names[turn % len(names)] for axis, names in (varied | axes).items()}}
        for turn in range(count)
    ]


def names(found: list[Advice]) -> set[str]:
    return {one.name for one in found}


def test_all_bases_are_there_with_a_trainer_each() -> None:
    assert tuple(bases()) == WANTED
    for base in bases().values():
        known = set(base.table["trainers"])
        assert known and known <= set(trainers()), base.name
        assert base.title and base.table["source"] and base.table["model"]


def test_the_guides_numbers_are_the_default_for_sd() -> None:
    made = recipe("sd15", "kohya")
    assert 8 <= made.dim <= 12 and 4 <= made.alpha <= 6 and made.rate == 4e-4 and made.text_rate == 8e-5
    assert made.batch in (2, 3) and 8 <= made.epochs <= 12 and made.repeats == 10
    assert made.steps == 2000


@pytest.mark.parametrize("base", WANTED)
@pytest.mark.parametrize("count", [1, 12, 40, 300])
def test_every_base_fits_the_pictures(base: str, count: int) -> None:
    for trainer in bases()[base].table["trainers"]:
        made = recipe(base, trainer, pictures=count, resolution=512)
        assert made.resolution == 512 and made.least <= 512 <= made.most and made.epochs >= 1
        shown = count * made.repeats
        assert made.steps * made.batch >= shown * made.epochs
        if "steps" in bases()[base].table and count >= 12:
            assert 1000 <= made.steps <= 3300


@given(
    sizes=st.lists(st.tuples(st.integers(200, 4000), st.integers(200, 4000)), min_size=1, max_size=8),
    base=st.sampled_from(WANTED),
)
def test_buckets_hold_every_picture(sizes: list[tuple[int, int]], base: str) -> None:
    from modelsheet.dataset.described import resolution

    set_ = Described("a_b", "woman", 10, "tags", len(sizes), resolution(sizes))
    for trainer in bases()[base].table["trainers"]:
        (made,) = recipes(trainer, set_, sizes, (), base)
        assert made.least % 64 == made.most % 64 == made.resolution % 64 == 0
        assert 64 <= made.least <= made.resolution <= made.most
        scale = min(1.0, made.resolution / set_.resolution)
        assert all(side * scale <= made.most for size in sizes for side in size)


def test_sd15_is_not_trained_larger_than_it_can() -> None:
    assert recipe("sd15", "kohya").resolution == 768 and recipe("sdxl", "kohya").resolution == 1024


def test_a_base_that_wants_sentences_says_so() -> None:
    assert any("--style natural" in note for note in recipe("flux", "kohya").notes)
    assert not recipe("flux", "kohya", style="natural").notes
    assert any("1024 px" in note for note in recipe("sdxl", "kohya", resolution=512).notes)
    assert not recipe("flux", "kohya").shuffle and recipe("sdxl", "kohya").shuffle
    assert not recipe("sdxl", "kohya", style="natural").shuffle


def test_unknown_and_impossible_bases_are_refused() -> None:
    assert check_base("Qwen Image") == "qwen-image" and check_base("SDXL") == "sdxl"
    with pytest.raises(InputError, match="illustrious"):
        check_base("nonesuch")
    for wrong in ("sd15", "flux"):
        with pytest.raises(InputError, match="musubi can't train it"):
            check_fits(["kohya", "Musubi"], wrong)
    check_fits(["all", "huggingface", "kohya"], "flux")
    check_fits(["musubi"], None)


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (entries(), None),
        (entries(angle=["front", "back"]), "few_angles"),
        (entries(pose=["standing"]), "few_poses"),
        (entries(expression=["neutral"]), "few_expressions"),
        (entries(framing=["full_body"]), "few_faces"),
        (entries(lighting=["rim"]), "one_light"),
        (entries(background=["white"]), "one_background"),
        (entries(count=12), "too_few"),
        (entries(count=240), "too_many"),
        ([{} for _ in range(40)], None),
    ],
)
def test_faults_seen_in_the_set(made: list[dict[str, Any]], fault: str | None, tmp_path: Path) -> None:
    assert names(advice(tmp_path, made)) == ({fault} if fault else set())


@pytest.mark.parametrize(
    ("checks", "fault"),
    [
        ({"set": [{"check": "too_few", "sentence": "The set has 29 pictures."}]}, "too_few"),
        ({"set": [{"check": "lacking", "sentence": "No picture shows the character from the side."}]}, "lacking"),
        ({"set": [{"check": "lopsided", "sentence": "80% are front (angle)."}]}, "uneven"),
        ({"pictures": [{"id": str(n), "findings": [{"check": "duplicate"}]} for n in range(4)]}, "alike"),
        ({"pictures": [{"id": str(n), "findings": [{"check": "face_hidden"}]} for n in range(20)]}, "few_faces"),
        ({"pictures": [{"id": "1", "findings": [{"check": "duplicate"}]}]}, None),
        ({"set": [{"check": "something new"}]}, None),
        ([], None),
        ({"set": 3, "pictures": [1, {"findings": "x"}]}, None),
    ],
)
def test_what_a_check_found_is_told_with_its_sentence(checks: Any, fault: str | None, tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text(json.dumps(checks))
    found = advice(tmp_path, entries())
    assert names(found) == ({fault} if fault else set())
    if isinstance(checks, dict) and fault and isinstance(checks.get("set"), list):
        assert found[0].say.startswith(checks["set"][0]["sentence"])


def test_a_damaged_checks_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text("{")
    assert advice(tmp_path, entries()) == []


def test_faults_change_the_numbers_within_the_guides_limits() -> None:
    shorter, longer, roomier = Advice("a", "", epochs=0.8), Advice("b", "", epochs=1.2), Advice("c", "", dim=1.5)
    assert recipe("sd15", "kohya", (shorter,)).epochs == 8
    assert recipe("sd15", "kohya", (shorter,) * 9).epochs == 8
    assert recipe("sd15", "kohya", (longer,)).epochs == 12
    made = recipe("sd15", "kohya", (roomier,))
    assert (made.dim, made.alpha) == (12, 6)
    assert recipe("flux", "kohya", (shorter,)).steps < recipe("flux", "kohya").steps


def test_the_package_holds_the_advice_and_one_base_if_asked(out: Callable[..., Path]) -> None:
    place = out(source="own")
    process(place)
    build(place)
    (path,) = package(place, ["kohya"], "sdxl").files
    with zipfile.ZipFile(path) as archive:
        names_in = [name for name in archive.namelist() if "/training/" in name]
        readme = " ".join(archive.read("mara_syn/README.txt").decode().split())
        toml = archive.read("mara_syn/training/sdxl.toml").decode()
    assert names_in == ["mara_syn/training/sdxl.toml", "mara_syn/training/sdxl_dataset.toml"]
    assert "Few angles" in readme and "# Few angles" in toml and "max_train_epochs = 8" in toml
    packed = package(place, ["musubi"], "sdxl")  # remembered from another package
    assert packed.files and "musubi can't train sdxl" in packed.notes[-1]
