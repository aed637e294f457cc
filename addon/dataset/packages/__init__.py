# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: the dataset in the form that one trainer or upload page takes.

A trainer is one module in this folder, found by its file name (`ai_toolkit.py` is `--for ai-toolkit`). It has
    TITLE                       what it serves, for people
    OTHER_NAMES                 what else people call it, in lower case (may be absent)
    TRAINS_AS                   whose numbers it trains by, if not its own (may be absent)
    pack(order) -> [Parcel]     its ZIPs, from a kit.order.Order; the dataset's card, provenance and sums are added here
    configs(described) -> {path: text}    files that its users need in the dataset's own folder, below configs/
                                (may be absent)
Numbers to train with stand in tables, in training/.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from ...common.errors import InputError
from ..described import Described, read_described
from ..folder import RECORD, Folder
from ..layout import FINAL, PACKAGES
from ..prompts import FOLDER
from ..rights import check_rights
from .kit.contents import Contents
from .kit.order import Order
from .kit.parcel import Parcel, Source, write_parcel
from .kit.standing import outdated, trainer_of
from .training.advice import advice
from .training.recipe import bases, check_base, recipes

__all__ = [
    "ALL",
    "Packed",
    "bases",
    "check_base",
    "check_fits",
    "check_trainer",
    "configs",
    "package",
    "refresh",
    "trainers",
]

#: What `--for` takes for every trainer.
ALL = "all"
_CARD = "README.md"
#: What of the dataset's top folder travels in every package, the card as DATASET.md.
_ABOUT = (".json", ".md")
#: And what to try the LoRA with, where it has a folder of its own.
_PROMPTS = f"{FOLDER}/"


@dataclass(frozen=True)
class Packed:
    """The ZIPs made, all in OUT/packages, and what to tell about them."""

    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def trainers() -> dict[str, ModuleType]:
    """Every trainer's module by name, sorted."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    return {name.replace("_", "-"): importlib.import_module(f".{name}", __package__) for name in names}


def check_trainer(name: str) -> str:
    """The name of a known trainer, or `all`, as we write it. Raises InputError naming them all."""
    word = name.lower().replace("_", "-").replace(" ", "-")
    known = trainers()
    if word in known or word == ALL:
        return word
    for own, module in known.items():
        if word in getattr(module, "OTHER_NAMES", ()):
            return own
    raise InputError(f"{name}: no package for this trainer yet. Choose one of {', '.join(known)}, or all.")


def configs(described: Described) -> dict[str, str]:
    """Files for the dataset's own folder, by path below configs/, of every trainer that reads it as it is."""
    given = [module.configs(described) for module in trainers().values() if hasattr(module, "configs")]
    return {name: text for files in given for name, text in files.items()}


def package(out: Path, names: Iterable[str], base: str | None = None) -> Packed:
    """Pack the finished dataset in OUT for trainers (names, or `all`), with training files for a base or for all.

    Packing again gives the same bytes. Raises InputError (unknown trainer or base; a publication that rights forbid)
    and WorkError (nothing to pack, disk full). With `all`, what must not be published is left out and noted; a trainer
    that can't train the base gets its files for all that it can, which is noted too.
    """
    wanted = list(dict.fromkeys(check_trainer(name) for name in names))
    base = None if base in (None, ALL) else check_base(base)
    everything = ALL in wanted
    Folder(out, FINAL)  # finishes what a killed run left half moved
    described, manifest = read_described(out)
    dataset = Contents(out / FINAL, manifest)
    faults = tuple(advice(out, manifest["pictures"]))
    sizes = [picture.size for picture in dataset.pictures]
    orders, notes = {}, []
    for name in trainers() if everything else wanted:
        try:
            warnings = check_rights(out, name)
        except InputError as error:
            if name in wanted:
                raise
            notes.append(str(error))
            continue
        able = _able(name)
        fitting = base if base in able else None
        if base and able and not fitting:
            notes.append(f"{name} can't train {base}; its package has training files for {', '.join(able)}.")
        numbers = tuple(recipes(_trains_as(name), described, sizes, faults, fitting))
        notes += warnings
        orders[name] = Order(described, dataset, numbers, faults, tuple(warnings))
    files = [path for name, order in orders.items() for path in _pack(name, order, out / PACKAGES)]
    return Packed(tuple(files), tuple(dict.fromkeys(notes)))


def refresh(out: Path, made: Iterable[Path] = (), base: str | None = None) -> Packed:
    """ZIPs in OUT/packages of earlier runs that hold the set as it was: made anew, and taken away where they can't be.

    made: those just made. What was taken away, and why, is among the notes. Raises WorkError (disk full).
    """
    old = [path for path in outdated(out / PACKAGES, out / FINAL / RECORD) if path not in set(made)]
    files: list[Path] = []
    notes: list[str] = []
    why: dict[str | None, str] = {}
    for name in dict.fromkeys(trainer_of(path, trainers()) for path in old):
        try:
            packed = package(out, [name], base) if name else Packed()
        except InputError as error:
            why[name] = f" It was not made anew: {error}"
            continue
        files += packed.files
        notes += packed.notes
    for path in old:
        if path not in files and path.is_file():
            path.unlink()
            reason = why.get(trainer_of(path, trainers()), "")
            notes.append(f"{path.name}: taken away, because it held the set as it was before.{reason}")
    return Packed(tuple(files), tuple(dict.fromkeys(notes)))


def check_fits(names: Iterable[str], base: str | None) -> None:
    """Refuse a base that one of the trainers asked for by name can't train. Raises InputError."""
    for name in map(check_trainer, names):
        able = [] if name == ALL else _able(name)
        if able and base not in (None, ALL, *able):
            raise InputError(f"--base {base}: {name} can't train it. Choose {', '.join(able)}.")


def _trains_as(name: str) -> str:
    return str(getattr(trainers()[name], "TRAINS_AS", name))


def _able(name: str) -> list[str]:
    """The bases that a trainer can train."""
    return [base.name for base in bases().values() if base.trainer(_trains_as(name)) is not None]


def _pack(name: str, order: Order, folder: Path) -> list[Path]:
    parcels: list[Parcel] = trainers()[name].pack(order)
    made = [write_parcel(_with_about(parcel, order.dataset), folder) for parcel in parcels]
    _remove_old(folder, f"{order.described.trigger}_{name}", {path.name for path in made})
    return made


def _with_about(parcel: Parcel, dataset: Contents) -> Parcel:
    """With the dataset's card and where it came from; what the trainer's module puts in their place stays."""
    about: dict[str, Source] = {}
    for path in dataset.files():
        if "/" not in path and path.endswith(_ABOUT) and dataset.file(path) not in parcel.entries.values():
            about["DATASET.md" if path == _CARD else path] = dataset.file(path)
        elif path.startswith(_PROMPTS) and parcel.home:
            about[path] = dataset.file(path)
    return replace(parcel, entries={**about, **parcel.entries})


def _remove_old(folder: Path, stem: str, made: set[str]) -> None:
    """Take away ZIPs of an earlier, larger set (`-3` of an upload that now has two parts)."""
    ours = re.compile(rf"{re.escape(stem)}(_[a-z]+)?(-\d+)?\.zip")
    for path in folder.glob(f"{stem}*.zip"):
        if path.name not in made and ours.fullmatch(path.name):
            path.unlink()
