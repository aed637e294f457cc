# SPDX-License-Identifier: GPL-3.0-or-later
"""ostris' ai-toolkit: a dataset folder for its page or its command line, and a job for each base model."""

from __future__ import annotations

from typing import Any

import yaml

from .kit.masks import FLOOR
from .kit.order import Order
from .kit.parcel import Parcel
from .kit.readme import readme
from .kit.toml import comment
from .training.recipe import Recipe

TITLE = "ai-toolkit"
OTHER_NAMES = ("aitoolkit", "ostris")

_PLACE = "datasets"
#: It walks down into every folder for pictures to train on, but into those that begin with a dot.
_MASKS = ".masks"
#: Pictures at each look: they cost time.
_MOST_PROMPTS = 8


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_ai-toolkit.zip`: images/, .masks/ and training/BASE.yaml."""
    described = order.described
    entries = {**order.pairs("images/"), **order.masks(f"{_MASKS}/", floor=False)}
    here = f"{_PLACE}/{described.trigger}"
    for recipe in order.recipes:
        head = [
            f"{recipe.base.title}. From the folder of ai-toolkit:",
            f"  python run.py {here}/training/{recipe.base.name}.yaml",
            *(fault.say for fault in order.faults),
            *recipe.notes,
        ]
        text = yaml.safe_dump(_job(order, recipe, here), sort_keys=False, allow_unicode=True, width=1000)
        entries[f"training/{recipe.base.name}.yaml"] = (comment(head) + text).encode()
    first = next((recipe.base.name for recipe in order.recipes), "sdxl")
    steps = [
        f"Unpack this ZIP into the folder `{_PLACE}` of ai-toolkit, so that `ai-toolkit/{here}/images` is there.",
        "In a terminal, go into the folder of ai-toolkit and start the training file of your base model:\n"
        f"python run.py {here}/training/{first}.yaml",
        f"Or in its page: New Job, choose the dataset {described.trigger}, press Show Advanced and paste the file in.",
        "The LoRA and pictures of it come to lie in `output`.",
    ]
    notes = [
        f"The masks lie in `{_MASKS}`, because ai-toolkit trains on every picture below a dataset's folder, except in "
        "folders that begin with a dot. Your system may not show that folder; it is there. Don't move masks elsewhere.",
        f"Training uses them with a floor of {FLOOR:g} (mask_min_value).",
    ]
    files = [f"training/{recipe.base.name}.yaml" for recipe in order.recipes]
    entries["README.txt"] = readme(order, TITLE, steps, files, notes)
    return [Parcel(f"{described.trigger}_ai-toolkit", order.home, entries)]


def _job(order: Order, recipe: Recipe, here: str) -> dict[str, Any]:
    described, special = order.described, recipe.special
    name = f"{described.trigger}_{recipe.base.name}"
    dataset: dict[str, Any] = {
        "folder_path": f"{here}/images",
        "caption_ext": "txt",
        "caption_dropout_rate": 0.05,
        "shuffle_tokens": recipe.shuffle,
        "keep_tokens": 1,
        "num_repeats": 1,
        "cache_latents_to_disk": True,
        "resolution": _sizes(recipe),
    }
    if order.dataset.masked:
        dataset |= {"mask_path": f"{here}/{_MASKS}", "mask_min_value": FLOOR}
    flow = special["scheduler"] == "flowmatch"
    train: dict[str, Any] = {
        "batch_size": recipe.batch,
        "steps": recipe.steps,
        "gradient_accumulation": 1,
        "train_unet": True,
        "train_text_encoder": False,
        "gradient_checkpointing": True,
        "noise_scheduler": special["scheduler"],
        "optimizer": recipe.value("optimizer").lower(),
        "lr": recipe.rate,
        "lr_scheduler": recipe.value("scheduler"),
        "dtype": "bf16",
    }
    if recipe.value("min_snr"):
        train["min_snr_gamma"] = recipe.value("min_snr")
    process = {
        "type": "sd_trainer",
        "training_folder": "output",
        "device": "cuda:0",
        "trigger_word": described.trigger,
        "network": {"type": "lora", "linear": recipe.dim, "linear_alpha": recipe.alpha},
        "save": {"dtype": "float16", "save_every": 250, "max_step_saves_to_keep": 8},
        "datasets": [dataset],
        "train": train,
        "model": {"name_or_path": recipe.value("model"), "arch": special["arch"], **special.get("model", {})},
        "sample": {
            "sampler": "flowmatch" if flow else "ddpm",
            "sample_every": 250,
            "width": recipe.resolution,
            "height": recipe.resolution,
            "prompts": order.prompts[:_MOST_PROMPTS],
            "neg": "",
            "seed": 42,
            "walk_seed": True,
            "guidance_scale": recipe.value("sampling")["guidance"],
            "sample_steps": recipe.value("sampling")["steps"],
        },
    }
    return {
        "job": "extension",
        "config": {"name": name, "process": [process]},
        "meta": {"name": "[name]", "version": "1.0"},
    }


def _sizes(recipe: Recipe) -> list[int]:
    """Flow models like several sizes at once, down from the set's own."""
    if recipe.special["scheduler"] != "flowmatch":
        return [recipe.resolution]
    return [size for size in (512, 768) if size < recipe.resolution] + [recipe.resolution]
