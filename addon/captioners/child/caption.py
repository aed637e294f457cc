# SPDX-License-Identifier: GPL-3.0-or-later
"""A model loaded, and pictures shown to it."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ...common.errors import InputError
from . import memory as room
from .batches import through
from .families import load
from .view import view

Event = dict[str, Any]

#: The family that needs no torch: it is computed on the processor, in whole numbers.
_TAGGER = "wd-tagger"


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
    place, kind, free = _place(name, family, device, dtype, numbers)
    try:
        loaded = load(family, folder, settings | {"under": under}, place, kind)
    except Exception as error:
        if not room.is_memory_error(error):
            raise
        words = f"{name}: memory does not hold it. Close other programs, or choose a smaller captioner."
        raise InputError(words) from None
    each = memory["picture"] * 1e6 * room.BYTES[kind] / 2
    fits = min(room.fitting(place, free(), each, batch), max(1, len(pictures)))
    seconds = round(time.monotonic() - begun, 2)
    yield {"event": "loaded", "device": place, "dtype": kind, "batch": fits, "seconds": seconds}
    look = partial(view, side=size, under=(under[0], under[1], under[2]))
    yield from through(loaded, pictures, fits, look, room.is_memory_error, room.give_back)


def _place(name: str, family: str, device: str, dtype: str, numbers: int) -> tuple[str, str, Callable[[], int | None]]:
    """Device, kind of numbers, and what tells the free bytes there. Raises InputError, see device.py."""
    if family == _TAGGER:
        if device not in ("auto", "cpu"):
            raise InputError(f"--captioner-device {device}: taggers are computed on the processor. Leave it out.")
        return "cpu", "float32", room.free_main_memory
    from . import device as machine

    place = machine.choose_device(device)
    kind = machine.choose_dtype(dtype, place, numbers)
    machine.check_room(name, place, kind, numbers)
    return place, kind, partial(machine.free_memory, place)
