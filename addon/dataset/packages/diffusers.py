# SPDX-License-Identifier: GPL-3.0-or-later
"""Hugging Face diffusers' training scripts: an imagefolder, and the command for each base model."""

from __future__ import annotations

from .kit.imagefolder import metadata
from .kit.order import Order
from .kit.parcel import Parcel, Source
from .kit.readme import readme
from .training.recipe import Recipe

TITLE = "diffusers' training scripts"
OTHER_NAMES = ("dreambooth",)


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_diffusers.zip`: dataset/metadata.jsonl with dataset/images/, masks/ outside it, and training/BASE.sh.

    No captions lie beside the pictures: with --instance_data_dir every file there is opened as one.
    """
    dataset = order.dataset
    entries: dict[str, Source] = {"dataset/metadata.jsonl": metadata(dataset, "images/")}
    for picture in dataset.pictures:
        entries[f"dataset/images/{picture.name}"] = dataset.file(picture.file)
    entries |= order.masks("masks/", floor=True)
    for recipe in order.recipes:
        entries[f"training/{recipe.base.name}.sh"] = _command(order, recipe).encode()
    first = next((recipe.base.name for recipe in order.recipes), "sdxl")
    steps = [
        "Unpack this ZIP anywhere.",
        f"In a terminal, go into the folder {order.home} and start the command of your base model; the scripts are in "
        f"diffusers' `examples`:\ncd {order.home.rstrip('/')}\nDIFFUSERS=/path/to/diffusers sh training/{first}.sh",
        "The LoRA comes to lie in `output`.",
    ]
    notes = [
        'In Python: datasets.load_dataset("imagefolder", data_dir="dataset") gives `image` and `text`.',
        "These scripts know no masks; they lie in `masks`, outside the dataset, for scripts that do.",
    ]
    files = [f"training/{recipe.base.name}.sh" for recipe in order.recipes]
    entries["README.txt"] = readme(order, TITLE, steps, files, notes)
    return [Parcel(f"{order.described.trigger}_diffusers", order.home, entries)]


def _command(order: Order, recipe: Recipe) -> str:
    described, script = order.described, recipe.special["script"]
    dreambooth = script.startswith("dreambooth/")
    who = f"{described.trigger}, {described.class_word}"
    options: dict[str, object] = {
        "pretrained_model_name_or_path": recipe.value("model"),
        "dataset_name": "dataset",
        "caption_column": "text",
        "image_column": "image",
        "output_dir": f"output/{described.trigger}_{recipe.base.name}",
        "resolution": recipe.resolution,
        "train_batch_size": recipe.batch,
        "rank": recipe.dim,
        "learning_rate": f"{recipe.rate:g}",
        "lr_scheduler": recipe.value("scheduler"),
        "lr_warmup_steps": 0,
        "max_train_steps": recipe.steps,
        "checkpointing_steps": 500,
        "mixed_precision": "bf16",
        "seed": 42,
    }
    if dreambooth:
        options |= {"instance_prompt": who, "repeats": recipe.repeats}
    if recipe.special.get("alpha"):
        options["lora_alpha"] = recipe.alpha
    flags = ["gradient_checkpointing"]
    lines = [f'accelerate launch "$DIFFUSERS/examples/{script}"']
    lines += [f"  --{name}={_quoted(value)}" for name, value in options.items()]
    lines += [f"  --{name}" for name in flags]
    head = [f"{recipe.base.title}.", *(fault.say for fault in order.faults), *recipe.notes]
    said = "".join(f"# {line}\n" for line in head)
    return (
        f'#!/bin/sh\n{said}: "${{DIFFUSERS:?say where diffusers is: DIFFUSERS=/path sh $0}}"\n'
        + " \\\n".join(lines)
        + "\n"
    )


def _quoted(value: object) -> str:
    text = str(value)
    return text if text.replace("/", "").replace("-", "").replace("_", "").replace(".", "").isalnum() else f'"{text}"'
