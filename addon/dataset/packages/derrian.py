# SPDX-License-Identifier: GPL-3.0-or-later
"""derrian's LoRA_Easy_Training_Scripts: a file for each base model, to be loaded into its window."""

from __future__ import annotations

from typing import Any

from .kit.order import Order
from .kit.parcel import Parcel
from .kit.readme import readme
from .kit.sd_scripts import optimizer
from .kit.toml import comment, toml_lines
from .training.recipe import Recipe

TITLE = "LoRA_Easy_Training_Scripts"
OTHER_NAMES = ("lora-easy-training-scripts", "derrian-distro", "easy-training-scripts")

#: As its window writes them.
_OPTIMIZERS = {"Adafactor": "AdaFactor"}


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_derrian.zip`: images/, masks/ and training/BASE.toml."""
    trigger = order.described.trigger
    entries = {**order.pairs("images/"), **order.masks("masks/", floor=True)}
    for recipe in order.recipes:
        entries[f"training/{recipe.base.name}.toml"] = _toml(order, recipe).encode()
    first = next((recipe.base.name for recipe in order.recipes), "sdxl")
    steps = [
        "Unpack this ZIP into the folder of LoRA_Easy_Training_Scripts, so that "
        f"`LoRA_Easy_Training_Scripts/{order.home}images` is there.",
        f"Start it (run.bat or run.sh), choose File, Load Toml, and load `{order.home}training/{first}.toml` (or the "
        "file of your base model).",
        "In General Args put in the path of your model. In Subset Args a folder's name that shows red was not found "
        "from where the program runs: press the button beside it and choose it.",
        "In Optimizer Args tick Masked Loss (its window doesn't read that from the file): the subset knows the masks' "
        "folder already.",
        "Press Start Training.",
    ]
    notes = ["To train without the masks, leave Masked Loss as it was."]
    files = [f"training/{recipe.base.name}.toml" for recipe in order.recipes]
    entries["README.txt"] = readme(order, TITLE, steps, files, notes)
    return [Parcel(f"{trigger}_derrian", order.home, entries)]


def _toml(order: Order, recipe: Recipe) -> str:
    """Its own form: a list of subsets, and for each part of its window the arguments and the dataset's arguments."""
    masked = order.dataset.masked
    trigger = order.described.trigger
    subset = {
        "name": trigger,
        "image_dir": f"{order.home}images",
        "conditioning_data_dir": f"{order.home}masks" if masked else None,
        "num_repeats": recipe.repeats,
        "caption_extension": ".txt",
        "shuffle_caption": recipe.shuffle or None,
        "keep_tokens": 1,
    }
    options = optimizer(recipe)
    words = options.pop("optimizer_args") or []
    options["optimizer_type"] = _OPTIMIZERS.get(options["optimizer_type"], options["optimizer_type"])
    sections: dict[str, dict[str, Any]] = {
        "train_mode": {"train_mode": "lora"},
        "general_args.args": {
            "pretrained_model_name_or_path": recipe.value("model"),
            "sdxl": recipe.special["sdxl"] or None,
            "no_half_vae": recipe.special["sdxl"] or None,
            "mixed_precision": "bf16",
            "gradient_checkpointing": True,
            "cache_latents": True,
            "sdpa": True,
            "seed": 42,
            "clip_skip": recipe.value("clip_skip", 1),
            "max_token_length": 225,
            "prior_loss_weight": 1.0,
            "max_train_epochs": recipe.epochs,
        },
        "general_args.dataset_args": {"resolution": recipe.resolution, "batch_size": recipe.batch},
        "network_args.args": {
            "network_dim": recipe.dim,
            "network_alpha": float(recipe.alpha),
            "min_timestep": 0,
            "max_timestep": 1000,
        },
        "optimizer_args.args": {**options, "masked_loss": True if masked else None},
        "optimizer_args.args.optimizer_args": dict(word.split("=") for word in words),
        "saving_args.args": {
            "output_dir": "output",
            "output_name": f"{trigger}_{recipe.base.name}",
            "save_precision": "bf16",
            "save_model_as": "safetensors",
            "save_every_n_epochs": 1,
        },
        "bucket_args.dataset_args": {
            "enable_bucket": True,
            "min_bucket_reso": recipe.least,
            "max_bucket_reso": recipe.most,
            "bucket_reso_steps": 64,
        },
    }
    said = [
        f"{recipe.base.title}, from: {' '.join(str(recipe.value('source')).split())}.",
        *(fault.say for fault in order.faults),
        *recipe.notes,
    ]
    text = comment(said) + f"\n[[subsets]]\n{toml_lines(subset)}"
    return text + "".join(f"\n[{name}]\n{toml_lines(values)}" for name, values in sections.items() if values)
