# SPDX-License-Identifier: GPL-3.0-or-later
"""kohya's sd-scripts, and what reads the same folder: the training ZIP, and a flat one for upload pages."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from PIL import Image

from ..described import Described
from .archive import write_zip
from .contents import Contents

TITLE = "kohya sd-scripts, and a flat ZIP for upload pages"

# What upload pages take (Civitai; a notebook's upload button): files in a ZIP, bytes a file, pixels a side.
MAX_FILES = 1000
MAX_BYTES = 10_000_000
MAX_SIDE = 2048

_DATASET = """\
# Dataset for kohya's sd-scripts. Paths are relative: start the training from the folder that holds `train`:
#   cd FOLDER
#   accelerate launch /path/to/sd-scripts/sdxl_train_network.py --dataset_config configs/{name} {option}...
# Started from elsewhere, put that folder's full path in front of the paths below.
# The captions hold the trigger already, as their first words: keep_tokens holds it there when tags are shuffled.
[general]
caption_extension = ".txt"
shuffle_caption = {shuffle}
keep_tokens = 1
enable_bucket = true
bucket_reso_steps = 64
min_bucket_reso = 256
max_bucket_reso = 2048

[[datasets]]
resolution = {resolution}
batch_size = 2

  [[datasets.subsets]]
  image_dir = {image_dir}
  num_repeats = {repeats}
"""
_MASKS = """\
  conditioning_data_dir = "masks"
"""
_BAD = "--n lowres, blurry, bad anatomy, bad hands, watermark, text"
_PROMPTS = """\
# Prompts for --sample_prompts: the same face?
{who}, portrait, neutral expression, front view, plain grey background {end}
{who}, portrait, happy expression, three-quarter view, soft lighting {end}
{who}, profile view, serious expression, dramatic side lighting {end}
# Does it bend? Other clothes, hair and styles than in the set.
{who}, full body shot, wearing a red raincoat, walking in the rain {end}
{who}, upper body shot, watercolor painting {end}
# Does it live in other places?
{who}, sitting in a sunlit cafe, reading a book, photo {end}
{who}, standing on a mountain at sunset, wide shot {end}
# And without the trigger: this must not look like the character.
{class_word}, portrait, plain grey background {end}
"""


def configs(described: Described) -> dict[str, str]:
    """The dataset's TOML without and with masks, and sample prompts."""
    values = {
        "shuffle": json.dumps(described.style in ("tags", "danbooru")),
        "resolution": described.resolution,
        "image_dir": json.dumps(described.image_dir),
        "repeats": described.repeats,
    }
    who, side = f"{described.trigger}, {described.class_word}", described.resolution
    prompts = _PROMPTS.format(
        who=who, class_word=described.class_word, end=f"{_BAD} --w {side} --h {side} --d 42 --l 7 --s 28"
    )
    masked = _DATASET.format(name="kohya_masked.toml", option="--masked_loss ", **values) + _MASKS
    return {
        "kohya_dataset.toml": _DATASET.format(name="kohya_dataset.toml", option="", **values),
        "kohya_masked.toml": masked,
        "sample_prompts.txt": prompts,
    }


def pack(described: Described, dataset: Contents, packages: Path) -> list[Path]:
    """`TRIGGER_kohya.zip`, the dataset's folder in a folder of its own, and `TRIGGER_upload.zip`, pictures and
    captions flat; as `-1`, `-2` ... where upload pages would not take so many files at once."""
    inside = ((f"{described.trigger}/{path}", dataset.read(path)) for path in dataset.files())
    made = [write_zip(packages / f"{described.trigger}_kohya.zip", inside)]
    pairs = dataset.pairs()
    size = MAX_FILES // 2
    parts = [pairs[start : start + size] for start in range(0, len(pairs), size)]
    for number, part in enumerate(parts, start=1):
        name = f"{described.trigger}_upload{f'-{number}' if len(parts) > 1 else ''}.zip"
        made.append(write_zip(packages / name, _flat(dataset, part)))
    for old in sorted(packages.glob(f"{described.trigger}_upload*.zip")):
        if old not in made:
            old.unlink()
    return made


def _flat(dataset: Contents, pairs: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    for picture, caption in pairs:
        stem = PurePosixPath(picture).stem
        suffix, data = _uploadable(dataset.read(picture))
        yield f"{stem}{suffix}", data
        yield f"{stem}.txt", dataset.read(caption)


def _uploadable(data: bytes) -> tuple[str, bytes]:
    """A PNG as it is if upload pages take it; else scaled to their size, and as JPEG if it is still too heavy."""
    with Image.open(io.BytesIO(data)) as opened:
        if max(opened.size) <= MAX_SIDE and len(data) < MAX_BYTES:
            return ".png", data
        picture = opened.convert("RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    for suffix, options in ((".png", {}), (".jpg", {"quality": 95, "subsampling": 0}), (".jpg", {"quality": 80})):
        stream = io.BytesIO()
        picture.save(stream, "PNG" if suffix == ".png" else "JPEG", **options)
        if stream.tell() < MAX_BYTES:
            break
    return suffix, stream.getvalue()
