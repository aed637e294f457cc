# SPDX-License-Identifier: GPL-3.0-or-later
"""SimpleTuner: images/ and masks/, with an environment (config.json, multidatabackend.json) for each base model."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from .kit.masks import mask_like
from .kit.order import Order
from .kit.parcel import Parcel
from .kit.readme import readme
from .training.recipe import Recipe

TITLE = "SimpleTuner"
OTHER_NAMES = ("simple-tuner",)

_PLACE = "config"


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_simpletuner.zip`: to be unpacked into SimpleTuner's `config`."""
    described, dataset = order.described, order.dataset
    entries = order.pairs("images/")
    if dataset.masked:
        for picture in dataset.pictures:  # found by the picture's whole name
            entries[f"masks/{picture.name}"] = partial(mask_like, dataset, picture)
    here = f"{_PLACE}/{described.trigger}"
    for recipe in order.recipes:
        folder = f"{here}/{recipe.base.name}"
        entries[f"{recipe.base.name}/multidatabackend.json"] = _json(_backends(order, recipe, here))
        entries[f"{recipe.base.name}/config.json"] = _json(_config(order, recipe, folder))
    first = next((recipe.base.name for recipe in order.recipes), "sdxl")
    steps = [
        f"Unpack this ZIP into the folder `{_PLACE}` of SimpleTuner, so that `SimpleTuner/{here}/images` is there.",
        "In a terminal, go into the folder of SimpleTuner and start the environment of your base model:\n"
        f"ENV={described.trigger}/{first} ./train.sh\n"
        f"(or, where it was installed with pip)  simpletuner train --env {described.trigger}/{first}",
        f"The LoRA comes to lie in `output/{described.trigger}_{first}`.",
    ]
    notes = [
        "The masks have a floor: what is around the subject counts a tenth. SimpleTuner finds them by the same name "
        "in `masks`.",
        "Caches lie in `cache`; delete them when you change pictures or captions.",
    ]
    files = [f"{recipe.base.name}/config.json" for recipe in order.recipes]
    entries["README.txt"] = readme(order, TITLE, steps, files, notes)
    return [Parcel(f"{described.trigger}_simpletuner", order.home, entries)]


def _backends(order: Order, recipe: Recipe, here: str) -> list[dict[str, Any]]:
    name, base = order.described.trigger, recipe.base.name
    sizes = {
        "resolution": recipe.resolution,
        "resolution_type": "pixel_area",
        "minimum_image_size": 64,
        "crop": False,
    }
    pictures: dict[str, Any] = {
        "id": name,
        "type": "local",
        "dataset_type": "image",
        "instance_data_dir": f"{here}/images",
        "caption_strategy": "textfile",
        "metadata_backend": "discovery",
        **sizes,
        "repeats": recipe.repeats - 1,
        "cache_dir_vae": f"cache/{name}/{base}/vae",
    }
    text = {
        "id": f"{name}-text",
        "type": "local",
        "dataset_type": "text_embeds",
        "default": True,
        "cache_dir": f"cache/{name}/{base}/text",
    }
    if not order.dataset.masked:
        return [pictures, text]
    masks = {
        "id": f"{name}-masks",
        "type": "local",
        "dataset_type": "conditioning",
        "conditioning_type": "mask",
        "instance_data_dir": f"{here}/masks",
        "metadata_backend": "discovery",
        **sizes,
        "cache_dir_vae": f"cache/{name}/{base}/masks",
    }
    return [{**pictures, "conditioning_data": masks["id"]}, masks, text]


def _config(order: Order, recipe: Recipe, folder: str) -> dict[str, Any]:
    special, name = recipe.special, f"{order.described.trigger}_{recipe.base.name}"
    side = recipe.resolution
    return {
        "model_family": special["model_family"],
        "model_flavour": special["model_flavour"],
        "pretrained_model_name_or_path": recipe.value("model"),
        "model_type": "lora",
        "lora_type": "standard",
        "lora_rank": recipe.dim,
        "lora_alpha": recipe.alpha,
        "data_backend_config": f"{folder}/multidatabackend.json",
        "output_dir": f"output/{name}",
        "resolution": side,
        "resolution_type": "pixel_area",
        "train_batch_size": recipe.batch,
        "num_train_epochs": 0,
        "max_train_steps": recipe.steps,
        "checkpoint_step_interval": 250,
        "checkpoints_total_limit": 8,
        "learning_rate": recipe.rate,
        "lr_scheduler": "constant" if recipe.value("scheduler") == "constant" else "cosine",
        "lr_warmup_steps": 0,
        "optimizer": "adamw_bf16",
        "mixed_precision": "bf16",
        "gradient_checkpointing": True,
        "caption_dropout_probability": 0.05,
        "disable_bucket_pruning": True,
        "seed": 42,
        "report_to": "none",
        "validation_prompt": f"{order.described.trigger}, {order.described.class_word}, portrait, in a coffee shop",
        "validation_resolution": f"{side}x{side}",
        "validation_guidance": float(recipe.value("sampling")["guidance"]),
        "validation_num_inference_steps": recipe.value("sampling")["steps"],
        "validation_step_interval": 250,
        "validation_seed": 42,
        **special.get("args", {}),
    }


def _json(value: Any) -> bytes:
    return f"{json.dumps(value, indent=2)}\n".encode()
