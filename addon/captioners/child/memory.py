# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory is free, and whether an error means that there was too little; without any model library."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import Any

#: What the libraries say when they get no memory.
_SIGNS = (
    *("out of memory", "can't allocate memory", "failed to allocate", "bad allocation", "bad_alloc", "alloc_failed"),
)
#: Bytes of a number.
BYTES = {"bfloat16": 2, "float16": 2, "float32": 4}
#: Pictures at a time, and the share of the free memory that they may take.
MOST = {"cpu": 8, "mps": 8, "cuda": 32}
_SHARE = 0.5


def fitting(device: str, free: int | None, each: float, asked: int | None) -> int:
    """How many pictures go into a batch, the model being loaded. free: bytes; each: bytes of one picture."""
    if asked is not None:
        return asked
    return MOST[device] if free is None else max(1, min(MOST[device], int(free * _SHARE / each)))


def free_main_memory() -> int | None:
    """Free bytes of the machine's memory, None where that can't be told."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return _free()
    return None


def _free() -> int | None:
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
    theirs = isinstance(error, RuntimeError) or type(error).__module__.startswith("onnxruntime")
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (theirs and any(sign in words for sign in _SIGNS))
    )


def give_back() -> None:
    """Let go of memory that a failed batch has left."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
