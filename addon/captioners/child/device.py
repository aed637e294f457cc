# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a model is computed, and in which numbers: what torch finds on this machine."""

from __future__ import annotations

import torch

from ...common.errors import InputError
from .memory import BYTES, free_main_memory

#: Of the free memory, how much a model may take.
_LOADED = 0.92
#: Bytes of whole numbers above which a model is large: Macs and some processors then compute in half ones.
_LARGE = 4e9


def choose_device(asked: str) -> str:
    """cuda, mps or cpu. Raises InputError for one that this machine, or this build of torch, does not have."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if asked == "auto":
        return next(name for name, available in there.items() if available)
    if not there[asked]:
        raise InputError(
            f"--captioner-device {asked}: torch {torch.__version__} finds none on this machine. Leave it out, or "
            "make an environment with another torch: `modelsheet setup captioning --torch cuda --dir DIR`."
        )
    return asked


def choose_dtype(asked: str, device: str, numbers: int) -> str:
    """The kind of numbers: half ones where the machine computes in them, because they halve memory and time.

    numbers: how many the model has.
    """
    if asked != "auto":
        return asked
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16"
    if device == "mps":
        return "float16" if numbers * 4 > _LARGE else "float32"
    return "bfloat16" if _bfloat16_helps(numbers) else "float32"


def _bfloat16_helps(numbers: int) -> bool:
    """Whether a processor is quicker with half numbers.

    With matrix units (AMX) it is said to be. With AVX-512's instructions alone, measured, only reading the weights is:
    a product with few rows took half the time, one with 2,300 rows 1.6 times as long, and BLIP of the base size as long
    in both. So there for large language models only, which read all their weights for each word.
    """
    if _has("_is_amx_tile_supported"):
        return True
    return numbers * 4 > _LARGE and _has("_is_avx512_bf16_supported")


def _has(name: str) -> bool:
    """What torch says of the processor; False where this torch can't tell."""
    ask = getattr(torch.cpu, name, None)
    return ask is not None and bool(ask())


def check_room(name: str, device: str, dtype: str, numbers: int) -> None:
    """Raises InputError where a model can't be held, before minutes of loading end in a machine that stands still."""
    needed, free = numbers * BYTES[dtype], free_memory(device)
    if free is not None and needed > free * _LOADED:
        where = {"cuda": "on the graphics card", "mps": "in memory", "cpu": "in memory"}[device]
        other = " --captioner-device cpu," if device == "cuda" else ""
        other = " --captioner-dtype bfloat16," if not other and dtype == "float32" else other
        raise InputError(
            f"{name}: needs {needed / 1e9:.1f} GB {where}, and {free / 1e9:.1f} GB are free. Close other programs, take"
            f"{other} or choose a smaller captioner."
        )


def free_memory(device: str) -> int | None:
    """Free bytes of a device, None where that can't be told."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    return free_main_memory()
