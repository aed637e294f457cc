# SPDX-License-Identifier: GPL-3.0-or-later
"""bmaltais' kohya_ss GUI: its four folders, and a configuration for each base model to open in it."""

from __future__ import annotations

import json
from typing import Any

from .kit.order import Order
from .kit.parcel import Parcel, Source
from .kit.readme import readme
from .kit.sd_scripts import recipe_toml
from .training.recipe import Recipe

TITLE = "the kohya_ss GUI"
OTHER_NAMES = ("kohya-gui", "bmaltais")

#: Where the package is to lie, seen from the GUI's own folder.
_PLACE = "dataset"


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_kohya-ss.zip`: img/, masks/, reg/, log/, model/, and config/BASE.json."""
    described = order.described
    image_dir = f"img/{described.repeats}_{described.trigger} {described.class_word}"
    entries: dict[str, Source] = {
        **order.pairs(f"{image_dir}/"),
        **order.masks("masks/", floor=True),
        "reg/": b"",
        "log/": b"",
        "model/": b"",
    }
    here = f"{_PLACE}/{described.trigger}"
    for recipe in order.recipes:
        base = recipe.base.name
        masks = f"{here}/masks" if order.dataset.masked else None
        said = [f"{recipe.base.title}. Paths are seen from the folder of kohya_ss."]
        entries[f"config/{base}_dataset.toml"] = recipe_toml(recipe, said, f"{here}/{image_dir}", masks).encode()
        config = json.dumps(_config(order, recipe, here), indent=2, sort_keys=True)
        entries[f"config/{base}.json"] = f"{config}\n".encode()
    first = next((recipe.base.name for recipe in order.recipes), "sdxl")
    steps = [
        f"Unpack this ZIP into the folder `{_PLACE}` of kohya_ss, so that `kohya_ss/{here}/img` is there.",
        f"Start the GUI, choose the tab LoRA, open Configuration, and load `{here}/config/{first}.json` (or the file "
        "of your base model).",
        "Put the path of your model into `Pretrained model name or path`, if it is another, and press Start training.",
        f"The LoRA of every epoch comes to lie in `{here}/model`.",
    ]
    notes = [
        "The configuration trains with the masks: through `Dataset config file` and `Masked loss`. To train without "
        "them, empty the one and untick the other; the folders are filled in already.",
        "`reg` is for regularisation pictures (`1_woman/...`), if you have some; then fill in its path. It may stay "
        "empty.",
    ]
    files = [f"config/{recipe.base.name}.json" for recipe in order.recipes]
    entries["README.txt"] = readme(order, TITLE, steps, files, notes)
    return [Parcel(f"{described.trigger}_kohya-ss", order.home, entries)]


def _config(order: Order, recipe: Recipe, here: str) -> dict[str, Any]:
    """The names of the GUI's fields (its lora_gui.py) with their values."""
    base, masked = recipe.base.name, order.dataset.masked
    kind = recipe.special["kind"]
    values = {
        "LoRA_type": "Flux1" if kind == "flux" else "Standard",
        "pretrained_model_name_or_path": recipe.value("model"),
        "sdxl": kind == "sdxl",
        "flux1_checkbox": kind == "flux",
        "train_data_dir": f"{here}/img",
        "reg_data_dir": "",
        "output_dir": f"{here}/model",
        "logging_dir": f"{here}/log",
        "output_name": f"{order.described.trigger}_{base}",
        "save_model_as": "safetensors",
        "dataset_config": f"{here}/config/{base}_dataset.toml" if masked else "",
        "masked_loss": masked,
        "network_dim": recipe.dim,
        "network_alpha": recipe.alpha,
        "learning_rate": recipe.rate,
        "unet_lr": recipe.rate,
        "text_encoder_lr": recipe.text_rate or 0,
        "optimizer": recipe.value("optimizer"),
        "optimizer_args": "scale_parameter=False relative_step=False warmup_init=False"
        if recipe.value("optimizer") == "Adafactor"
        else "",
        "lr_scheduler": recipe.value("scheduler"),
        "lr_scheduler_num_cycles": recipe.value("cycles", 1),
        "lr_warmup": 0,
        "train_batch_size": recipe.batch,
        "epoch": recipe.epochs,
        "max_train_epochs": recipe.epochs,
        "max_train_steps": recipe.steps,
        "save_every_n_epochs": 1,
        "max_resolution": f"{recipe.resolution},{recipe.resolution}",
        "enable_bucket": True,
        "bucket_reso_steps": 64,
        "bucket_no_upscale": False,
        "min_bucket_reso": recipe.least,
        "max_bucket_reso": recipe.most,
        "caption_extension": ".txt",
        "keep_tokens": 1,
        "shuffle_caption": recipe.shuffle,
        "min_snr_gamma": recipe.value("min_snr"),
        "clip_skip": recipe.value("clip_skip", 1),
        "mixed_precision": "bf16",
        "save_precision": "bf16",
        "gradient_checkpointing": True,
        "cache_latents": True,
        "xformers": "sdpa",
        "seed": 42,
    }
    return {**values, **recipe.special.get("args", {})}
