# SPDX-License-Identifier: GPL-3.0-or-later
"""kohya's sd-scripts with the masks as the pictures' alpha: for tools that know no folder of masks."""

from __future__ import annotations

import io
from functools import partial
from pathlib import PurePosixPath

from PIL import Image

from .kit.contents import Contents, Picture
from .kit.masks import floored
from .kit.order import Order
from .kit.parcel import Parcel, Source
from .kit.readme import readme
from .kit.sd_scripts import network, optimizer, recipe_toml, running
from .kit.toml import comment, toml_lines

TITLE = "kohya sd-scripts, masks as alpha"
#: Whose numbers it trains by.
TRAINS_AS = "kohya"


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_kohya-alpha.zip`: RGBA pictures with captions, and training/BASE.toml with alpha_mask."""
    described, dataset = order.described, order.dataset
    folder = f"{described.image_dir}/"
    entries: dict[str, Source] = {}
    for picture in dataset.pictures:
        name = str(PurePosixPath(picture.name).with_suffix(".png"))
        entries[folder + name] = partial(_with_alpha, dataset, picture)
        entries[f"{folder}{picture.stem}.txt"] = dataset.file(picture.caption)
    for recipe in order.recipes:
        base = recipe.base.name
        said = [f"{recipe.base.title}: the dataset, for training/{base}.toml. alpha_mask: alpha is where to look."]
        toml = recipe_toml(recipe, said, described.image_dir, None)
        entries[f"training/{base}_dataset.toml"] = f"{toml}  alpha_mask = true\n".encode()
        settings = {
            "pretrained_model_name_or_path": recipe.value("model"),
            "dataset_config": f"training/{base}_dataset.toml",
            **network(recipe),
            **optimizer(recipe),
            **running(recipe, f"{described.trigger}_{base}"),
            **recipe.special.get("args", {}),
        }
        entries[f"training/{base}.toml"] = (comment([recipe.base.title]) + toml_lines(settings)).encode()
    steps = [
        "Unpack this ZIP anywhere.",
        f"In a terminal, go into the folder {order.home} and start the training file of your base model:\n"
        f"cd {order.home.rstrip('/')}\n"
        "accelerate launch /path/to/sd-scripts/sdxl_train_network.py --config_file training/sdxl.toml",
    ]
    notes = [
        "Without `alpha_mask = true` trainers drop the alpha: the pictures are whole below it, so nothing is lost."
    ]
    files = [f"training/{recipe.base.name}.toml" for recipe in order.recipes]
    entries["README.txt"] = readme(order, TITLE, steps, files, notes)
    return [Parcel(f"{described.trigger}_kohya-alpha", order.home, entries)]


def _with_alpha(dataset: Contents, picture: Picture) -> bytes:
    """The picture as PNG, its mask (with a floor) as alpha; opaque where it has none."""
    stream = io.BytesIO()
    with Image.open(io.BytesIO(dataset.read(picture.file))) as opened:
        made = opened.convert("RGB")
    if picture.mask:
        with Image.open(io.BytesIO(floored(dataset.read(picture.mask)))) as mask:
            made.putalpha(mask.convert("L"))
    made.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
