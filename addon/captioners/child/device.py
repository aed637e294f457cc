# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a model is computed, in which numbers, and how many pictures at a time the memory holds."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import Any

import torch

from ...common.errors import InputError

#: Pictures at a time where memory is no limit: more gains little on a processor, and on a card up to here.
MOST = {"cpu": 8, "mps": 8, "cuda": 32}
#: Of the free memory, how much a batch may take, and a model.
_SHARE = 0.5
_LOADED = 0.92
#: Weights above which a Mac computes in half numbers: below they are quick in whole ones, which lose nothing.
_LARGE = 4e9

BYTES = {"bfloat16": 2, "float16": 2, "float32": 4}


def choose_device(asked: str) -> str:
    """cuda, mps or cpu. Raises InputError for one that this machine, or this build of torch, does not have."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if asked == "auto":
        return next(name for name, available in there.items() if available)
    if not there[asked]:
        torch_words = f"torch {torch.__version__}"
        raise InputError(
            f"--device {asked}: {torch_words} finds none on this machine. Leave --device out, or make the environment "
            "again in another folder with `modelsheet setup captioning --torch cuda --dir DIR`."
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
    return "bfloat16" if _processor_has_bfloat16() else "float32"


def _processor_has_bfloat16() -> bool:
    """Whether the processor multiplies them itself; one that does not is slower with them than with whole numbers."""
    for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
        ask = getattr(torch.cpu, name, None)
        if ask is not None and ask():
            return True
    return False


def check_room(name: str, device: str, dtype: str, numbers: int) -> None:
    """Raises InputError where a model can't be held, before minutes of loading end in a machine that stands still."""
    needed, free = numbers * BYTES[dtype], free_memory(device)
    if free is not None and needed > free * _LOADED:
        where = {"cuda": "on the graphics card", "mps": "in memory", "cpu": "in memory"}[device]
        other = " --device cpu," if device == "cuda" else " --dtype bfloat16," if dtype == "float32" else ""
        raise InputError(
            f"{name}: needs {needed / 1e9:.1f} GB {where}, and {free / 1e9:.1f} GB are free. Close other programs, take"
            f"{other} or choose a smaller captioner."
        )


def fitting(device: str, dtype: str, megabytes: int, asked: int | None) -> int:
    """How many pictures go into a batch, the model being loaded. megabytes: of a picture at two bytes a number."""
    if asked is not None:
        return asked
    free = free_memory(device)
    each = megabytes * 1e6 * BYTES[dtype] / 2
    return MOST[device] if free is None else max(1, min(MOST[device], int(free * _SHARE / each)))


def free_memory(device: str) -> int | None:
    """Free bytes of a device, None where that can't be told."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return _free_main_memory()
    return None


def _free_main_memory() -> int | None:
    if sys.platform == "win32":
        return _free_on_windows()
    if Path("/proc/meminfo").exists():
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")), None)
    # macOS gives memory back from its caches when asked: half of all is there for who needs it.
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _free_on_windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("all", "free", "a", "b", "c", "d", "e")),
        )

    status = Status(length=ctypes.sizeof(Status))
    windll: Any = getattr(ctypes, "windll")  # noqa: B009 - only Windows' ctypes has it
    return int(status.free) if windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def is_memory_error(error: BaseException) -> bool:
    """Whether an error means that memory did not hold it, in any of the libraries' words."""
    words = str(error).lower()
    signs = (
        "out of memory",
        "can't allocate memory",
        "failed to allocate",
        "bad allocation",
        "bad_alloc",
        "alloc_failed",
    )
    return (
        isinstance(error, MemoryError | torch.OutOfMemoryError)
        or (isinstance(error, RuntimeError) and any(sign in words for sign in signs))
        or (type(error).__module__.startswith("onnxruntime") and any(sign in words for sign in signs))
    )


def give_back() -> None:
    """Let go of memory that a failed batch has left."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
