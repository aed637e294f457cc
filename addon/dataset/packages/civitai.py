# SPDX-License-Identifier: GPL-3.0-or-later
"""Civitai's trainer, and other upload pages: pictures and captions flat in a ZIP, in parts of 1000 files."""

from __future__ import annotations

from .kit.order import Order
from .kit.parcel import Parcel
from .kit.readme import readme
from .kit.upload import MAX_FILES, flat, parts

TITLE = "Civitai's trainer, and other upload pages"
OTHER_NAMES = ("upload",)

#: What its page calls the two kinds of captions.
_KINDS = {"natural": "Caption", "hybrid": "Caption"}


def pack(order: Order) -> list[Parcel]:
    """`TRIGGER_civitai.zip`, or `TRIGGER_civitai-1.zip` and so on. Masks would be trained on there: none are in it."""
    name = f"{order.described.trigger}_civitai"
    portions = parts(order.dataset.pictures)
    made = []
    for number, portion in enumerate(portions, start=1):
        suffix = f"-{number}" if len(portions) > 1 else ""
        entries = flat(order.dataset, portion, captions=True)
        entries["README.md"] = _readme(order, len(portions))
        made.append(Parcel(f"{name}{suffix}", "", entries))
    return made


def _readme(order: Order, count: int) -> bytes:
    kind = _KINDS.get(order.described.style, "Tag")
    steps = [
        "On civitai.com choose Create, Train a LoRA, and Character.",
        "Drop this ZIP, as it is, on the page for the pictures"
        + (f", and then the others ({count} in all)." if count > 1 else "."),
        f"It finds the captions and asks which type they are: choose {kind}. Let it add no others.",
        "Tick that you own the rights only if DATASET.md says that you may publish.",
        "Choose your base model and put in the numbers below.",
    ]
    notes = [
        f"The page takes {MAX_FILES} files at most, png, jpg or webp, and reads `NAME.txt` beside each. Whatever else "
        "lies in this ZIP it passes over.",
        "It writes tags in lower case; the trigger is so already.",
    ]
    files = [f'"{recipe.special["model"]}"' for recipe in order.recipes]
    return readme(order, TITLE, steps, files, notes, "Numbers")
