# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: the dataset in the form that one trainer or upload page takes.

A trainer is one module in this folder, found by its file name. It has
    TITLE                          what it serves, for people
    configs(described) -> {path: text}    files that its users need in the dataset, below configs/
    pack(described, dataset, packages) -> list[Path]    writes its packages and returns them
where `dataset` is a contents.Contents and `packages` the folder to write to.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from ...common.errors import InputError
from ..described import read_described
from ..folder import Folder
from ..layout import FINAL, PACKAGES
from .contents import Contents

_HELPERS = ("archive", "contents")


def trainers() -> dict[str, ModuleType]:
    """Every trainer's module by name, sorted."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _HELPERS)
    return {name: importlib.import_module(f".{name}", __package__) for name in names}


def check_trainer(name: str) -> str:
    """The name of a known trainer, in lower case. Raises InputError naming them all."""
    known = trainers()
    if name.lower() not in known:
        raise InputError(f"{name}: no package for this trainer yet. Choose one of {', '.join(known)}.")
    return name.lower()


def package(out: Path, trainer: str) -> list[Path]:
    """Pack the finished dataset in OUT for a trainer; returns the files, all in OUT/packages.

    Packing again gives the same bytes. Raises InputError (unknown trainer) and WorkError (nothing to pack).
    """
    module = trainers()[check_trainer(trainer)]
    Folder(out, FINAL)  # finishes what a killed run left half moved
    described, manifest = read_described(out)
    return module.pack(described, Contents(out / FINAL, manifest), out / PACKAGES)
