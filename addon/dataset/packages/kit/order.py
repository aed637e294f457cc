# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trainer's module is given: the set, how to train on it, and what to tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...described import Described
from ...prompts import FOLDER
from ..training.advice import Advice
from ..training.recipe import Recipe
from .contents import Contents, Picture
from .masks import floored_file, mask_name
from .parcel import Source


@dataclass(frozen=True)
class Order:
    """described, dataset: the finished set; recipes: for every base to train; faults: what changed them;
    warnings: what to know of its rights."""

    described: Described
    dataset: Contents
    recipes: tuple[Recipe, ...]
    faults: tuple[Advice, ...]
    warnings: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        """The folder in which everything lies in a package, with /."""
        return f"{self.described.trigger}/"

    @property
    def prompts(self) -> list[str]:
        """Prompts to try the LoRA with, at least one."""
        path = f"{FOLDER}/prompts.txt"
        lines = self.dataset.read(path).decode("utf-8").splitlines() if path in self.dataset.files() else []
        return lines or [f"{self.described.trigger}, {self.described.class_word}, portrait"]

    def pairs(self, folder: str, pictures: Iterable[Picture] | None = None) -> dict[str, Source]:
        """Pictures and captions, below a folder of the package ("" or with /)."""
        chosen = self.dataset.pictures if pictures is None else pictures
        files: dict[str, Source] = {}
        for picture in chosen:
            files[f"{folder}{picture.name}"] = self.dataset.file(picture.file)
            files[f"{folder}{picture.stem}.txt"] = self.dataset.file(picture.caption)
        return files

    def masks(self, folder: str, floor: bool) -> dict[str, Source]:
        """Masks below a folder, if every picture has one; floor: with it in them (see masks.py)."""
        if not self.dataset.masked:
            return {}
        return {f"{folder}{mask_name(picture)}": self._mask(picture, floor) for picture in self.dataset.pictures}

    def _mask(self, picture: Picture, floor: bool) -> Source:
        file = self.dataset.file(picture.mask or "")
        return floored_file(file) if floor else file
