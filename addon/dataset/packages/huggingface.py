# SPDX-License-Identifier: GPL-3.0-or-later
"""A dataset for the Hugging Face Hub: its card, pictures, masks and captions, as `imagefolder` loads them."""

from __future__ import annotations

from .kit.imagefolder import metadata
from .kit.order import Order
from .kit.parcel import Parcel, Source
from .kit.readme import readme

TITLE = "the Hugging Face Hub (imagefolder)"
OTHER_NAMES = ("hugging-face", "imagefolder", "hf", "datasets")


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_huggingface.zip`: README.md (the card), train/metadata.jsonl, train/images/ and train/masks/."""
    dataset = order.dataset
    masks = "masks/" if dataset.masked else None
    entries: dict[str, Source] = {
        "README.md": dataset.file("README.md"),
        "train/metadata.jsonl": metadata(dataset, "images/", masks),
        **order.masks("train/masks/", floor=False),
    }
    for picture in dataset.pictures:
        entries[f"train/images/{picture.name}"] = dataset.file(picture.file)
    steps = [
        "Unpack this ZIP. Read README.md: it is the dataset's card, which says what may be done with it.",
        f"Upload the folder {order.home} as it is:\n"
        f"hf upload --repo-type dataset YOU/{order.described.trigger} {order.home.rstrip('/')} .",
        f'To load it: datasets.load_dataset("YOU/{order.described.trigger}"), or, here, with the folder\'s path.',
    ]
    notes = ["Columns: image, text (the caption to train on), mask, the other styles of captions, and the settings."]
    entries["HOWTO.txt"] = readme(order, TITLE, steps, (), notes)
    return [Parcel(f"{order.described.trigger}_huggingface", order.home, entries)]
