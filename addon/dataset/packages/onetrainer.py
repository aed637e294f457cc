# SPDX-License-Identifier: GPL-3.0-or-later
"""OneTrainer: pictures with their masks beside them, a list of concepts, and a preset for each base model."""

from __future__ import annotations

import json
from typing import Any

from .kit.masks import FLOOR
from .kit.order import Order
from .kit.parcel import Parcel
from .kit.readme import readme
from .training.recipe import Recipe

TITLE = "OneTrainer"
OTHER_NAMES = ("one-trainer",)

#: Of a mask's name: OneTrainer takes `X-masklabel.png` for the mask of X, and doesn't train on it.
MASK = "-masklabel.png"
#: Of its settings' names; it brings older files up to date by this number (TrainConfig.py, commit 23df383).
_VERSION = 11
_SCHEDULERS = {"cosine": "COSINE", "cosine_with_restarts": "COSINE_WITH_RESTARTS", "constant": "CONSTANT"}
_OPTIMIZERS = {"AdamW8bit": "ADAMW_8BIT", "Adafactor": "ADAFACTOR"}


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_onetrainer.zip`: images/ with captions and masks, concepts.json, and training_presets/NAME.json."""
    described, dataset = order.described, order.dataset
    entries = order.pairs("images/")
    if dataset.masked:
        for picture in dataset.pictures:
            entries[f"images/{picture.stem}{MASK}"] = dataset.file(picture.mask or "")
    entries["concepts.json"] = _json([_concept(order)])
    names = {
        recipe.base.name: f"training_presets/{described.trigger}_{recipe.base.name}.json" for recipe in order.recipes
    }
    for recipe in order.recipes:
        entries[names[recipe.base.name]] = _json(_preset(order, recipe))
    steps = [
        f"Unpack this ZIP into the folder of OneTrainer, so that `OneTrainer/{order.home}images` is there.",
        f"Copy the file of your base model from `{order.home}training_presets` into OneTrainer's `training_presets`.",
        "Start OneTrainer and choose that preset at the top; its concepts are chosen with it. In the tab model, put in "
        "the path of your own model, if it is another.",
        "Press Start Training. The LoRA comes to lie in `models`.",
    ]
    notes = [
        f"Names that end in {MASK} are masks, white where to look. The presets turn masked training on, with "
        f"{FLOOR:g} of the loss for what is around the subject.",
        "In other trainers these masks would be trained on as pictures: use this package in OneTrainer only.",
    ]
    entries["README.txt"] = readme(order, TITLE, steps, list(names.values()), notes)
    return [Parcel(f"{described.trigger}_onetrainer", order.home, entries)]


def _concept(order: Order) -> dict[str, Any]:
    shuffle = any(recipe.shuffle for recipe in order.recipes)
    return {
        "__version": 2,
        "name": order.described.trigger,
        "path": f"{order.home}images",
        "seed": 42,
        "enabled": True,
        "type": "STANDARD",
        "include_subdirectories": False,
        "image_variations": 1,
        "text_variations": 1,
        "balancing": float(order.described.repeats),
        "balancing_strategy": "REPEATS",
        "loss_weight": 1.0,
        "image": {"enable_crop_jitter": False, "enable_random_flip": False},
        "text": {
            "prompt_source": "sample",
            "enable_tag_shuffling": shuffle,
            "tag_delimiter": ",",
            "keep_tags_count": 1,
        },
    }


def _preset(order: Order, recipe: Recipe) -> dict[str, Any]:
    special = recipe.special
    parts: dict[str, Any] = {}
    for name, kind in special["parts"].items():
        parts[name] = {"weight_dtype": kind}
        if name.startswith("text_encoder"):
            parts[name] |= {"train": recipe.text_rate is not None, "learning_rate": recipe.text_rate}
        elif name != "vae":
            parts[name] |= {"train": True, "learning_rate": recipe.rate}
    if "transformer" in special:
        parts["transformer"]["model_name"] = special["transformer"]
    return {
        "__version": _VERSION,
        "base_model_name": recipe.value("model"),
        "model_type": special["model_type"],
        "training_method": "LORA",
        "concept_file_name": f"{order.home}concepts.json",
        "output_model_destination": f"models/{order.described.trigger}_{recipe.base.name}.safetensors",
        "output_model_format": special.get("output_model_format", "KOHYA_LORA"),
        "lora_rank": recipe.dim,
        "lora_alpha": float(recipe.alpha),
        "learning_rate": recipe.rate,
        "learning_rate_scheduler": _SCHEDULERS[recipe.value("scheduler")],
        "optimizer": {"optimizer": _OPTIMIZERS[recipe.value("optimizer")]},
        "batch_size": recipe.batch,
        "epochs": recipe.epochs,
        "resolution": str(recipe.resolution),
        "aspect_ratio_bucketing": True,
        "masked_training": order.dataset.masked,
        "unmasked_probability": FLOOR,
        "unmasked_weight": FLOOR,
        "save_every": 1,
        "save_every_unit": "EPOCH",
        "layer_filter_preset": "attn-mlp" if "unet" in special["parts"] else "full",
        **parts,
        **special.get("also", {}),
    }


def _json(value: Any) -> bytes:
    return f"{json.dumps(value, indent=2)}\n".encode()
