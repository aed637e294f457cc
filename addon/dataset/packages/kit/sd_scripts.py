# SPDX-License-Identifier: GPL-3.0-or-later
"""What kohya's sd-scripts reads, and the tools that are built on it: dataset TOML and training TOML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...described import STEP
from ..training.recipe import Recipe
from .toml import comment, toml_lines


def dataset_toml(
    said: Sequence[str],
    image_dir: str,
    *,
    repeats: int,
    resolution: int,
    least: int,
    most: int,
    batch: int,
    shuffle: bool,
    masks: str | None = None,
) -> str:
    """The set as a dataset of sd-scripts. said: comment at its head; masks: their folder, for --masked_loss only."""
    general = {
        "caption_extension": ".txt",
        "shuffle_caption": shuffle,
        "keep_tokens": 1,
        "enable_bucket": True,
        "bucket_reso_steps": STEP,
        "min_bucket_reso": least,
        "max_bucket_reso": most,
    }
    subset = {"image_dir": image_dir, "num_repeats": repeats, "conditioning_data_dir": masks}
    return (
        comment(list(said))
        + f"[general]\n{toml_lines(general)}\n[[datasets]]\n"
        + toml_lines({"resolution": resolution, "batch_size": batch})
        + f"\n  [[datasets.subsets]]\n{toml_lines(subset, '  ')}"
    )


def recipe_toml(recipe: Recipe, said: Sequence[str], image_dir: str, masks: str | None) -> str:
    """The same, for one recipe."""
    return dataset_toml(
        said,
        image_dir,
        repeats=recipe.repeats,
        resolution=recipe.resolution,
        least=recipe.least,
        most=recipe.most,
        batch=recipe.batch,
        shuffle=recipe.shuffle,
        masks=masks,
    )


def network(recipe: Recipe) -> dict[str, Any]:
    """Options of the network."""
    return {
        "network_module": recipe.special.get("network"),
        "network_dim": recipe.dim,
        "network_alpha": recipe.alpha,
        "network_train_unet_only": None if recipe.text_rate else True,
    }


def optimizer(recipe: Recipe) -> dict[str, Any]:
    """Options of the optimizer and its rates."""
    adafactor = ["scale_parameter=False", "relative_step=False", "warmup_init=False"]
    return {
        "optimizer_type": recipe.value("optimizer"),
        "optimizer_args": adafactor if recipe.value("optimizer") == "Adafactor" else None,
        "learning_rate": recipe.rate,
        "unet_lr": recipe.rate if recipe.text_rate else None,
        "text_encoder_lr": recipe.text_rate,
        "lr_scheduler": recipe.value("scheduler"),
        "lr_scheduler_num_cycles": recipe.value("cycles"),
        "min_snr_gamma": recipe.value("min_snr") or None,
    }


def running(recipe: Recipe, name: str) -> dict[str, Any]:
    """Options of the run; name: of the LoRA's file."""
    return {
        "output_dir": "output",
        "output_name": name,
        "save_model_as": "safetensors",
        "save_every_n_epochs": 1,
        "max_train_epochs": recipe.epochs,
        "clip_skip": recipe.value("clip_skip"),
        "mixed_precision": "bf16",
        "gradient_checkpointing": True,
        "cache_latents": True,
        "sdpa": True,
        "seed": 42,
    }
