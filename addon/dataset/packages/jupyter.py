# SPDX-License-Identifier: GPL-3.0-or-later
"""The LoRA Easy Training Jupyter system (Ktiseos-Nyx): what its Dataset Widget keeps, through each of its doors.

Its URL/ZIP door unpacks a ZIP as it is. Its upload button keeps pictures only, drops every .txt, and puts all in one
folder, where the same name overwrites; large files don't come through a notebook's connection at all. So there is a ZIP
for the first, small ones without captions for the second, and one of the captions alone to follow through the first.
"""

from __future__ import annotations

from .kit.order import Order
from .kit.parcel import Parcel, Source
from .kit.readme import readme
from .kit.sd_scripts import network, optimizer, recipe_toml, running
from .kit.toml import comment, toml_lines
from .kit.upload import flat, light_parts
from .training.recipe import Recipe

TITLE = "the LoRA Easy Training Jupyter system"
OTHER_NAMES = ("lora-easy-training-jupyter", "lora-easy-training", "ktiseos-nyx", "dataset-widget")

#: What a notebook server takes in one message (tornado's default is 10 MiB, and base64 adds a third).
MAX_UPLOAD = 7_000_000


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_jupyter.zip`, `TRIGGER_jupyter_upload-1.zip` and so on, `TRIGGER_jupyter_captions.zip`; all flat."""
    name = f"{order.described.trigger}_jupyter"
    portions = list(light_parts(order.dataset, MAX_UPLOAD))
    said: dict[str, Source] = {"README.md": _readme(order, len(portions))}
    guide = dict(said)
    for recipe in order.recipes:
        guide.update(_training(order, recipe))
    captions: dict[str, Source] = {
        f"{picture.stem}.txt": order.dataset.file(picture.caption) for picture in order.dataset.pictures
    }
    uploads = [
        Parcel(f"{name}_upload-{number}", "", {**flat(order.dataset, portion, captions=False), **said})
        for number, portion in enumerate(portions, start=1)
    ]
    whole = Parcel(name, "", {**flat(order.dataset, order.dataset.pictures, captions=True), **guide})
    return [whole, *uploads, Parcel(f"{name}_captions", "", {**captions, **guide})]


def _folder(order: Order) -> str:
    """The dataset's folder there: its trainer reads the repeats before the first `_`."""
    return f"{order.described.repeats}_{order.described.trigger}"


def _training(order: Order, recipe: Recipe) -> dict[str, Source]:
    base = recipe.base.name
    said = [f"{recipe.base.title}: dataset.toml for the trainer's backend."]
    head = [
        f"{recipe.base.title}: config.toml for the trainer's backend; from: "
        f"{' '.join(str(recipe.value('source')).split())}.",
        *(fault.say for fault in order.faults),
        *recipe.notes,
    ]
    optimizing = optimizer(recipe)
    run = running(recipe, f"{order.described.trigger}_{base}")
    run = {"pretrained_model_name_or_path": recipe.value("model"), "train_batch_size": recipe.batch, **run}
    sections = {"network": network(recipe), "optimizer": optimizing, "training": run}
    text = "".join(f"\n[{name}_arguments]\n{toml_lines(values)}" for name, values in sections.items())
    dataset = recipe_toml(recipe, said, f"../../../datasets/{_folder(order)}", None)
    return {
        f"training/{base}_config.toml": (comment(head) + text).encode(),
        f"training/{base}_dataset.toml": dataset.encode(),
    }


def _readme(order: Order, uploads: int) -> bytes:
    name, folder = f"{order.described.trigger}_jupyter", _folder(order)
    steps = [
        f"Best: put {name}.zip into the notebook's folder with Jupyter's own file browser (drag it in). In the Dataset "
        f"Widget choose URL/ZIP Download, write {folder} as Project Name and the path of the ZIP as Dataset URL/Path, "
        "and press Download & Extract Dataset. Pictures and captions come out in one folder; that is all.",
        f"Or, with the upload button: choose Direct Image Upload, Folder Name {order.described.trigger}, Repeat Count "
        f"{order.described.repeats}, Create Folder, and upload "
        + (f"{name}_upload-1.zip to -{uploads}.zip, one after the other" if uploads > 1 else f"{name}_upload-1.zip")
        + f". That button drops all captions. So put {name}_captions.zip into the notebook's folder too, choose "
        f"URL/ZIP Download, Project Name {folder} again, and extract it: the captions come to lie beside the pictures.",
        "Don't tag, and don't add the trigger: it is in the captions already, and the widget would write it twice. "
        "Don't use Organize Tags: it sorts by alphabet, and the trigger would lose its place.",
        f"In the Training Widget choose the folder datasets/{folder} and put in the numbers below. Set keep_tokens to "
        "1: where tags are shuffled, the trigger would be shuffled as well otherwise.",
    ]
    notes = [
        "The numbers as files, in the form of the trainer's own config.toml and dataset.toml, lie in `training`.",
        "There are no masks in here: the upload button would write them over the pictures of the same name.",
    ]
    files = [f"training/{recipe.base.name}_config.toml" for recipe in order.recipes]
    return readme(order, TITLE, steps, files, notes)
