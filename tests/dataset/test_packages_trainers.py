# SPDX-License-Identifier: GPL-3.0-or-later
"""What each trainer finds in its package: pictures, captions, masks, and nothing trained that should not be.

The rules are the trainers' own, as their loading code has them; that code itself was run on the packages as well.
"""

from __future__ import annotations

import io
import json
import shlex
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from modelsheet.dataset.build import build
from modelsheet.dataset.packages import bases, package, trainers
from modelsheet.dataset.packages.kit.masks import floored
from modelsheet.dataset.packages.kit.upload import MAX_BYTES, MAX_SIDE, _lighter
from modelsheet.dataset.process import process
from PIL import Image

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
STEMS = {f"mara-syn_{number:04d}" for number in range(1, 6)}


@pytest.fixture
def place(out: Callable[..., Path]) -> Callable[..., Path]:
    """A function that makes an OUT with a built dataset of five pictures."""

    def make(**job: Any) -> Path:
        folder = out(**{"source": "own", "purpose": "publish", **job})
        process(folder)
        build(folder)
        return folder

    return make


@pytest.fixture
def unpacked(place: Callable[..., Path]) -> Callable[..., Path]:
    """A function that packs for a trainer, unpacks all its ZIPs (each in a folder of its name), and says where."""

    def unpack(trainer: str, **job: Any) -> Path:
        folder = place(**job)
        for path in package(folder, [trainer], job.get("base")).files:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder / "unpacked" / path.stem.removeprefix("mara_syn_"))
        return folder / "unpacked"

    return unpack


def pictures(folder: Path, deep: bool = False) -> set[str]:
    """Stems of the pictures in a folder, or in all below it, as trainers look for them."""
    found = folder.rglob("*") if deep else folder.iterdir()
    return {path.stem for path in found if path.suffix.lower() in PICTURES}


def captioned(folder: Path) -> bool:
    """Whether each picture in a folder has a caption of one line that begins with the trigger."""
    texts = [path.with_suffix(".txt").read_text() for path in folder.iterdir() if path.suffix in PICTURES]
    return all(text.startswith("mara_syn, ") and text.count("\n") == 1 and text.endswith("\n") for text in texts)


def load(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        return opened.copy()


def test_kohya(unpacked: Callable[..., Path]) -> None:
    home = unpacked("kohya") / "kohya" / "mara_syn"
    assert [path.name for path in (home / "train").iterdir()] == ["10_mara_syn woman"]
    folder = home / "train" / "10_mara_syn woman"
    assert pictures(home / "train", deep=True) == STEMS and captioned(folder)
    for base in ("sd15", "sdxl", "illustrious", "pony", "noobai", "flux"):
        training = tomllib.loads((home / "training" / f"{base}.toml").read_text())
        dataset = tomllib.loads((home / training["dataset_config"]).read_text())
        assert training["masked_loss"] and dataset["general"]["keep_tokens"] == 1
        assert (home / training["sample_prompts"]).is_file()
        (entry,) = dataset["datasets"]
        (subset,) = entry["subsets"]
        assert pictures(home / subset["image_dir"]) == pictures(home / subset["conditioning_data_dir"]) == STEMS
        side = entry["resolution"]
        assert dataset["general"]["min_bucket_reso"] <= side <= dataset["general"]["max_bucket_reso"]
        assert all(dataset["general"][key] % 64 == 0 for key in ("min_bucket_reso", "max_bucket_reso"))
    for path in (home / "masks").iterdir():
        low, high = load(path).convert("RGB").getchannel("R").getextrema()
        assert (low, high) == (26, 255) and load(path).size == load(folder / path.name).size


def test_kohya_with_alpha(unpacked: Callable[..., Path]) -> None:
    home = unpacked("kohya-alpha") / "kohya-alpha" / "mara_syn"
    dataset = tomllib.loads((home / "training" / "sdxl_dataset.toml").read_text())
    subset = dataset["datasets"][0]["subsets"][0]
    assert subset["alpha_mask"] is True and pictures(home / subset["image_dir"]) == pictures(home, deep=True) == STEMS
    for path in (home / subset["image_dir"]).glob("*.png"):
        assert load(path).mode == "RGBA" and load(path).getchannel("A").getextrema() == (26, 255)


def test_kohya_ss(unpacked: Callable[..., Path]) -> None:
    home = unpacked("kohya-ss") / "kohya-ss" / "mara_syn"
    assert {path.name for path in home.iterdir() if path.is_dir()} >= {"img", "reg", "log", "model", "masks"}
    assert [path.name for path in (home / "img").iterdir()] == ["10_mara_syn woman"]
    assert pictures(home / "img", deep=True) == STEMS and captioned(home / "img" / "10_mara_syn woman")
    config = json.loads((home / "config" / "sd15.json").read_text())
    assert config["train_data_dir"] == "dataset/mara_syn/img" and config["masked_loss"] and config["keep_tokens"] == 1
    assert (config["network_dim"], config["unet_lr"], config["text_encoder_lr"]) == (8, 4e-4, 8e-5)
    toml = tomllib.loads((home.parent / config["dataset_config"].removeprefix("dataset/")).read_text())
    assert toml["datasets"][0]["subsets"][0]["conditioning_data_dir"] == "dataset/mara_syn/masks"


def test_jupyter(unpacked: Callable[..., Path]) -> None:
    top = unpacked("jupyter")
    whole, upload, captions = top / "jupyter", top / "jupyter_upload-1", top / "jupyter_captions"
    assert pictures(whole) == pictures(whole, deep=True) == STEMS and captioned(whole)
    assert {path.stem for path in whole.glob("*.txt")} == STEMS == {path.stem for path in captions.glob("*.txt")}
    assert pictures(upload, deep=True) == STEMS and not list(upload.rglob("*.txt")) and not pictures(captions, True)
    for path in top.parent.glob("packages/*upload*.zip"):
        assert path.stat().st_size < 10_000_000
    dataset = tomllib.loads((whole / "training" / "sd15_dataset.toml").read_text())
    assert dataset["datasets"][0]["subsets"][0]["image_dir"].endswith("/datasets/10_mara_syn")


def test_onetrainer(unpacked: Callable[..., Path]) -> None:
    home = unpacked("onetrainer") / "onetrainer" / "mara_syn"
    (concept,) = json.loads((home / "concepts.json").read_text())
    assert concept["path"] == "mara_syn/images" and concept["text"]["keep_tags_count"] == 1
    found = pictures(home / "images")
    assert found == STEMS | {f"{stem}-masklabel" for stem in STEMS}
    for stem in STEMS:
        assert load(home / "images" / f"{stem}-masklabel.png").mode == "L"
        assert (home / "images" / f"{stem}.txt").read_text().startswith("mara_syn, ")
    preset = json.loads((home / "training_presets" / "mara_syn_sd15.json").read_text())
    assert preset["masked_training"] and preset["unmasked_weight"] == preset["unmasked_probability"] == 0.1
    assert preset["concept_file_name"] == "mara_syn/concepts.json" and preset["lora_rank"] == 8
    assert preset["text_encoder"]["learning_rate"] == 8e-5 and preset["unet"]["learning_rate"] == 4e-4


def test_ai_toolkit(unpacked: Callable[..., Path]) -> None:
    home = unpacked("ai-toolkit") / "ai-toolkit" / "mara_syn"
    seen = {p.stem for p in home.rglob("*") if p.suffix in PICTURES and not any(x.startswith(".") for x in p.parts)}
    assert seen == STEMS and captioned(home / "images")  # as it walks, whatever folder is chosen
    for path in (home / "training").glob("*.yaml"):
        job = yaml.safe_load(path.read_text())
        (process,) = job["config"]["process"]
        (dataset,) = process["datasets"]
        assert dataset["folder_path"] == "datasets/mara_syn/images" and dataset["mask_min_value"] == 0.1
        assert pictures(home / PurePosixPath(dataset["mask_path"]).name) == STEMS
        assert process["train"]["noise_scheduler"] in ("ddpm", "flowmatch") and process["train"]["steps"] > 0
        assert 1 <= len(process["sample"]["prompts"]) <= 8


def test_simpletuner(unpacked: Callable[..., Path]) -> None:
    home = unpacked("simpletuner") / "simpletuner" / "mara_syn"
    names = {path.name for path in (home / "images").iterdir() if path.suffix in PICTURES}
    assert {path.name for path in (home / "masks").iterdir()} == names and captioned(home / "images")
    backends = json.loads((home / "sdxl" / "multidatabackend.json").read_text())
    by_id = {entry["id"]: entry for entry in backends}
    images = next(entry for entry in backends if entry["dataset_type"] == "image")
    masks = by_id[images["conditioning_data"]]
    assert masks["conditioning_type"] == "mask" and masks["instance_data_dir"] == "config/mara_syn/masks"
    assert images["instance_data_dir"] == "config/mara_syn/images" and images["repeats"] == 9
    assert sum(bool(entry.get("default")) for entry in backends if entry["dataset_type"] == "text_embeds") == 1
    caches = [entry[key] for entry in backends for key in entry if key.startswith("cache_dir")]
    assert len(caches) == len(set(caches))
    config = json.loads((home / "sdxl" / "config.json").read_text())
    assert config["data_backend_config"] == "config/mara_syn/sdxl/multidatabackend.json"


def test_musubi(unpacked: Callable[..., Path]) -> None:
    home = unpacked("musubi") / "musubi" / "mara_syn"
    assert pictures(home, deep=True) == STEMS and captioned(home / "images")
    for base in ("qwen-image", "z-image"):
        toml = tomllib.loads((home / "training" / f"{base}_dataset.toml").read_text())
        known = {"image_directory", "cache_directory", "num_repeats"}
        assert set(toml["datasets"][0]) == known and toml["datasets"][0]["image_directory"] == "images"
        assert tomllib.loads((home / "training" / f"{base}.toml").read_text())["network_module"].startswith("networks.")


def test_derrian(unpacked: Callable[..., Path]) -> None:
    home = unpacked("derrian") / "derrian" / "mara_syn"
    toml = tomllib.loads((home / "training" / "pony.toml").read_text())
    (subset,) = toml["subsets"]
    assert pictures(home.parent / subset["image_dir"]) == STEMS and captioned(home.parent / subset["image_dir"])
    assert pictures(home.parent / subset["conditioning_data_dir"]) == STEMS and subset["keep_tokens"] == 1
    assert toml["optimizer_args"]["args"]["masked_loss"] and toml["general_args"]["args"]["sdxl"]
    assert toml["optimizer_args"]["args"]["optimizer_args"]["relative_step"] == "False"


def test_diffusers(unpacked: Callable[..., Path]) -> None:
    home = unpacked("diffusers") / "diffusers" / "mara_syn"
    assert {path.suffix for path in (home / "dataset" / "images").iterdir()} == {".png"}  # every file is opened there
    rows = [json.loads(line) for line in (home / "dataset" / "metadata.jsonl").read_text().splitlines()]
    assert [next(iter(row)) for row in rows] == ["file_name"] * 5
    assert all((home / "dataset" / row["file_name"]).is_file() and row["text"].startswith("mara_syn") for row in rows)
    assert pictures(home / "dataset", deep=True) == STEMS
    for base in bases():
        text = (home / "training" / f"{base}.sh").read_text().replace("\\\n", " ")
        words = shlex.split(text.partition("accelerate")[2], comments=True)
        assert "--dataset_name=dataset" in words and all(word.startswith("--") for word in words[2:])


def test_huggingface(unpacked: Callable[..., Path]) -> None:
    home = unpacked("huggingface") / "huggingface" / "mara_syn"
    assert (home / "README.md").read_text().startswith("---\n")
    rows = [json.loads(line) for line in (home / "train" / "metadata.jsonl").read_text().splitlines()]
    assert {row["file_name"] for row in rows} == {f"images/{stem}.png" for stem in STEMS}
    assert all((home / "train" / row["mask_file_name"]).is_file() for row in rows)


def test_huggingface_loads_it(unpacked: Callable[..., Path], tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="Hugging Face's datasets is not installed")
    home = unpacked("huggingface") / "huggingface" / "mara_syn"
    rows = datasets.load_dataset(str(home), cache_dir=str(tmp_path / "cache"))["train"]
    assert len(rows) == 5 and all(row["mask"].size == row["image"].size for row in rows)


def test_civitai(unpacked: Callable[..., Path]) -> None:
    home = unpacked("civitai") / "civitai"
    assert pictures(home, deep=True) == STEMS and captioned(home)
    assert not [path for path in home.iterdir() if path.is_dir()] and len(list(home.iterdir())) <= 1000


@pytest.mark.parametrize("form", ["jpg", "webp"])
def test_other_formats_go_everywhere(form: str, place: Callable[..., Path]) -> None:
    folder = place(format=form)
    for path in package(folder, ["all"]).files:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).suffix in PICTURES]
            for name in names:
                with Image.open(io.BytesIO(archive.read(name))) as opened:
                    suffix = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[opened.format or ""]
                    assert name.endswith(suffix), (path, name)
    backend = folder / "packages" / "mara_syn_simpletuner.zip"
    with zipfile.ZipFile(backend) as archive:
        assert f"mara_syn/masks/mara-syn_0001.{form}" in archive.namelist()


def test_every_package_says_what_to_do(unpacked: Callable[..., Path]) -> None:
    top = unpacked("all")
    for folder in top.iterdir():
        names = ("README.txt", "README.md", "HOWTO.txt")
        said = [path for path in folder.rglob("*") if path.name in names and path.parent.name != "prompts"]
        text = "".join(path.read_text() for path in said)
        assert "1. " in text and "do not let a tool add it again" in " ".join(text.split()), folder
        about = {path.name for path in folder.rglob("*")}
        assert {"manifest.json", "provenance.json", "SHA256SUMS"} <= about, folder
    assert {folder.name.partition("_")[0] for folder in top.iterdir()} == set(trainers())


def test_a_mask_keeps_its_shape_under_the_floor() -> None:
    stream = io.BytesIO()
    Image.linear_gradient("L").save(stream, "PNG")
    made = floored(stream.getvalue())
    with Image.open(io.BytesIO(made)) as opened:
        values = [opened.convert("L").getpixel((0, row)) for row in range(256)]
    assert values[0] == 26 and values[255] == 255 and values == sorted(values)
    assert max(abs(value - (25.5 + 0.9 * row)) for row, value in enumerate(values)) <= 0.51  # type: ignore[operator]
    odd = io.BytesIO()
    Image.new("RGB", (4, 4)).save(odd, "PNG")
    with Image.open(io.BytesIO(floored(odd.getvalue()))) as opened:
        assert opened.convert("L").getextrema() == (26, 26)


def test_a_picture_too_large_for_upload_pages_is_made_to_fit() -> None:
    stream = io.BytesIO()
    Image.effect_noise((1900, 2500), 120).convert("RGB").save(stream, "PNG", compress_level=0)
    data, suffix = _lighter(stream.getvalue())
    with Image.open(io.BytesIO(data)) as made:
        assert max(made.size) <= MAX_SIDE and len(data) < MAX_BYTES
        assert {"PNG": ".png", "JPEG": ".jpg"}[made.format or ""] == suffix
