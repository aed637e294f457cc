# SPDX-License-Identifier: GPL-3.0-or-later
"""kohya's musubi-tuner: dataset TOML and training TOML for each base model. It knows no masks."""

from __future__ import annotations

from typing import Any

from ..described import STEP
from .kit.order import Order
from .kit.parcel import Parcel
from .kit.readme import readme
from .kit.toml import comment, toml_lines
from .training.recipe import Recipe

TITLE = "musubi-tuner"
OTHER_NAMES = ("musubi-tuner",)

_MODELS = ("dit", "vae", "text_encoder")


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_musubi.zip`: images/ with captions, and training/."""
    trigger = order.described.trigger
    entries = order.pairs("images/")
    commands = []
    for recipe in order.recipes:
        base, special = recipe.base.name, recipe.special
        dataset = f"training/{base}_dataset.toml"
        entries[dataset] = _dataset(recipe).encode()
        head = [
            f"{recipe.base.title}, from: {' '.join(str(recipe.value('source')).split())}.",
            f"Started from the folder {order.home} with {special['script']}_train_network.py --config_file.",
            "Put the paths of your models in place of PATH.",
            *(fault.say for fault in order.faults),
            *recipe.notes,
        ]
        entries[f"training/{base}.toml"] = (comment(head) + toml_lines(_training(recipe, dataset, trigger))).encode()
        version = f" --model_version {special['version']}" if "version" in special else ""
        tool = f"python /path/to/musubi-tuner/src/musubi_tuner/{special['script']}"
        commands.append(
            f"{recipe.base.title}: three commands, in the folder {order.home} (put in the paths of your models):\n"
            f"{tool}_cache_latents.py --dataset_config {dataset} --vae PATH{version}\n"
            f"{tool}_cache_text_encoder_outputs.py --dataset_config {dataset} --text_encoder PATH --batch_size 1"
            f"{version}\n"
            "accelerate launch --num_cpu_threads_per_process 1 --mixed_precision bf16 "
            f"{tool.removeprefix('python ')}_train_network.py --config_file training/{base}.toml"
        )
    steps = ["Unpack this ZIP anywhere, and go into its folder in a terminal.", *commands]
    notes = ["musubi-tuner knows no masks for these models; varied backgrounds help in their place."]
    files = [f"training/{recipe.base.name}.toml" for recipe in order.recipes]
    entries["README.txt"] = readme(order, TITLE, steps, files, notes)
    return [Parcel(f"{trigger}_musubi", order.home, entries)]


def _dataset(recipe: Recipe) -> str:
    general = {
        "resolution": [recipe.resolution, recipe.resolution],
        "caption_extension": ".txt",
        "batch_size": recipe.batch,
        "enable_bucket": True,
        "bucket_no_upscale": False,
    }
    dataset = {
        "image_directory": "images",
        "cache_directory": f"cache/{recipe.base.name}",
        "num_repeats": recipe.repeats,
    }
    said = comment([f"{recipe.base.title}. Paths are seen from the folder that holds `images`; sides go by {STEP} px."])
    return f"{said}[general]\n{toml_lines(general)}\n[[datasets]]\n{toml_lines(dataset)}"


def _training(recipe: Recipe, dataset: str, trigger: str) -> dict[str, Any]:
    special = recipe.special
    return {
        "dataset_config": dataset,
        **{name: f"PATH/{name}.safetensors" for name in _MODELS},
        "model_version": special.get("version"),
        "sdpa": True,
        "mixed_precision": "bf16",
        "gradient_checkpointing": True,
        **special["args"],
        "optimizer_type": recipe.value("optimizer").lower(),
        "learning_rate": recipe.rate,
        "network_module": special["network"],
        "network_dim": recipe.dim,
        "network_alpha": recipe.alpha,
        "max_train_epochs": recipe.epochs,
        "save_every_n_epochs": 1,
        "max_data_loader_n_workers": 2,
        "persistent_data_loader_workers": True,
        "seed": 42,
        "output_dir": "output",
        "output_name": f"{trigger}_{recipe.base.name}",
    }
