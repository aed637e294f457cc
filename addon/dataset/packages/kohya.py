# SPDX-License-Identifier: GPL-3.0-or-later
"""kohya's sd-scripts: the whole dataset's folder, with a training file for each base model."""

from __future__ import annotations

from ...plan.caption_styles import LISTS
from ..described import Described
from ..prompts import FOLDER
from .kit.masks import floored_file
from .kit.order import Order
from .kit.parcel import Parcel, Source
from .kit.readme import readme
from .kit.sd_scripts import dataset_toml, network, optimizer, recipe_toml, running
from .kit.toml import comment, toml_lines
from .training.recipe import Recipe

TITLE = "kohya sd-scripts"
OTHER_NAMES = ("sd-scripts", "kohya-sd-scripts", "taggui")

_WHERE = (
    "Dataset for kohya's sd-scripts. Paths are relative: start the training from the folder that holds `train`:",
    "  cd FOLDER",
    "  accelerate launch /path/to/sd-scripts/sdxl_train_network.py --dataset_config configs/{name} {option}...",
    "Started from elsewhere, put that folder's full path in front of the paths below.",
    "The captions hold the trigger already, as their first words: keep_tokens holds it there when tags are shuffled.",
)
_PROMPTS = f"{FOLDER}/sample_prompts.txt"
#: What is there already as a folder of its own in the dataset, and must not be packed twice.
_REPLACED = ("SHA256SUMS", "README.md")


def configs(described: Described) -> dict[str, str]:
    """The dataset's TOML without and with masks, for who trains from the folder itself."""

    def toml(name: str, option: str, masks: str | None) -> str:
        said = [line.format(name=name, option=option) for line in _WHERE]
        return dataset_toml(
            said,
            described.image_dir,
            repeats=described.repeats,
            resolution=described.resolution,
            least=256,
            most=2048,
            batch=2,
            shuffle=described.style in LISTS,
            masks=masks,
        )

    return {
        "kohya_dataset.toml": toml("kohya_dataset.toml", "", None),
        "kohya_masked.toml": toml("kohya_masked.toml", "--masked_loss ", "masks"),
    }


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_kohya.zip`: everything of the dataset's folder, masks with a floor, and training/BASE.toml."""
    dataset = order.dataset
    entries: dict[str, Source] = {path: dataset.file(path) for path in dataset.files() if path not in _REPLACED}
    for picture in dataset.pictures:
        if picture.mask:
            entries[picture.mask] = floored_file(dataset.file(picture.mask))
    for recipe in order.recipes:
        entries.update(_training(order, recipe))
    entries["README.txt"] = _readme(order)
    return [Parcel(f"{order.described.trigger}_kohya", order.home, entries)]


def _training(order: Order, recipe: Recipe) -> dict[str, Source]:
    """The dataset and the training of one recipe, both to be read from the package's own folder."""
    base, trigger = recipe.base.name, order.described.trigger
    masks = "masks" if order.dataset.masked else None
    said = [f"{recipe.base.title}: the dataset, for training/{base}.toml."]
    head = [
        f"{recipe.base.title}, from: {' '.join(str(recipe.value('source')).split())}.",
        f"  accelerate launch /path/to/sd-scripts/{recipe.special['script']} --config_file training/{base}.toml",
        "from the folder that holds `train`. Put the path of your own model here, if it is another.",
        *(fault.say for fault in order.faults),
        *recipe.notes,
    ]
    settings = {
        "pretrained_model_name_or_path": recipe.value("model"),
        "dataset_config": f"training/{base}_dataset.toml",
        "masked_loss": True if masks else None,
        **network(recipe),
        **optimizer(recipe),
        **running(recipe, f"{trigger}_{base}"),
        **recipe.special.get("args", {}),
        **({"sample_prompts": _PROMPTS, "sample_every_n_epochs": 1} if _PROMPTS in order.dataset.files() else {}),
    }
    return {
        f"training/{base}.toml": (comment(head) + toml_lines(settings)).encode(),
        f"training/{base}_dataset.toml": recipe_toml(recipe, said, order.described.image_dir, masks).encode(),
    }


def _readme(order: Order) -> bytes:
    scripts = {recipe.base.name: recipe.special["script"] for recipe in order.recipes}
    first = next(iter(scripts), "sdxl")
    steps = [
        "Unpack this ZIP anywhere.",
        f"In a terminal, go into the folder {order.home} and start the training file of your base model, with the "
        f"script named beside it:\ncd {order.home.rstrip('/')}\n"
        f"accelerate launch /path/to/sd-scripts/{scripts.get(first, 'sdxl_train_network.py')} "
        f"--config_file training/{first}.toml",
        "The LoRA of every epoch comes to lie in `output`; pictures of it in `output/sample`.",
    ]
    notes = [
        "Scripts: " + ", ".join(f"{name}: {script}" for name, script in scripts.items()) + ".",
        "Training uses the masks (masked_loss). Without them: take that line out, and `conditioning_data_dir` out of "
        "the dataset's file.",
        "`masks` and `control` are never to lie inside `train`: they would be trained on as pictures. A plain "
        "`--train_data_dir train` works as well; configs/kohya_dataset.toml is for that without masks.",
    ]
    return readme(order, TITLE, steps, [f"training/{name}.toml" for name in scripts], notes)
