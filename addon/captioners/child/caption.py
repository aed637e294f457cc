# SPDX-License-Identifier: GPL-3.0-or-later
"""A model loaded, and pictures shown to it."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from ...common.errors import InputError
from . import device as machine
from .batches import through
from .families import load
from .view import view

Event = dict[str, Any]


def caption(
    *,
    name: str,
    family: str,
    folder: str,
    settings: dict[str, Any],
    device: str,
    dtype: str,
    batch: int | None,
    numbers: int,
    memory: dict[str, int],
    size: int,
    under: list[int],
    pictures: list[dict[str, Any]],
) -> Iterator[Event]:
    """Yields the events of serve.py. numbers: how many the model's weights are; memory: megabytes, of the table.

    Raises InputError for a model that can't be used, WorkError where memory does not hold one picture.
    """
    warnings.filterwarnings("ignore")
    logging.getLogger("transformers").setLevel(logging.ERROR)
    begun = time.monotonic()
    place = machine.choose_device(device) if family != "wd-tagger" else "cpu"
    kind = machine.choose_dtype(dtype, place, numbers) if family != "wd-tagger" else "float32"
    machine.check_room(name, place, kind, numbers)
    try:
        with torch.inference_mode():
            loaded = load(family, folder, settings | {"under": under}, place, kind)
    except Exception as error:
        if machine.is_memory_error(error):
            raise InputError(
                f"{name}: memory does not hold it. Close other programs, or choose a smaller one."
            ) from None
        raise
    fits = min(machine.fitting(place, kind, memory["picture"], batch), max(1, len(pictures)))
    seconds = round(time.monotonic() - begun, 2)
    yield {"event": "loaded", "device": place, "dtype": kind, "batch": fits, "seconds": seconds}
    look = partial(view, side=size, under=(under[0], under[1], under[2]))
    yield from through(loaded, pictures, fits, look, machine.is_memory_error, machine.give_back)
