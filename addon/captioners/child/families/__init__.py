# SPDX-License-Identifier: GPL-3.0-or-later
"""The families of captioners, one file each. load() makes one speak."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .family import Family

#: The module of each family of captioners.yaml; it has load(folder, settings, device, dtype) -> Family.
MODULES = {
    "blip": "blip",
    "blip-2": "blip2",
    "florence-2": "florence",
    "llava": "chat",
    "idefics3": "chat",
    "wd-tagger": "tagger",
}


def load(family: str, folder: str, settings: dict[str, Any], device: str, dtype: str) -> Family:
    """A loaded model. device: cuda, mps or cpu; dtype: bfloat16, float16 or float32. Raises InputError."""
    module = import_module(f".{MODULES[family]}", __name__)
    loaded: Family = module.load(folder, settings, device, dtype)
    return loaded
