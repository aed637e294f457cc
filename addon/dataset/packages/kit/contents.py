# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the dataset's folder goes into packages: our files, with a person's edits; never strangers' files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from ....common.errors import InputError, WorkError
from ...folder import RECORD, SUMS
from ...portable import folded, name_fault

_PIECE = 1 << 20


@dataclass(frozen=True)
class Picture:
    """A training picture: paths of it, its caption and its mask (None where it has none) in the dataset's folder,
    with /; its size in pixels."""

    file: str
    caption: str
    mask: str | None
    size: tuple[int, int]

    @property
    def name(self) -> str:
        """The picture's own name."""
        return PurePosixPath(self.file).name

    @property
    def stem(self) -> str:
        """Its name without suffix, which it shares with its caption and mask."""
        return PurePosixPath(self.file).stem

    @property
    def suffix(self) -> str:
        """`.png`, `.jpg` …"""
        return PurePosixPath(self.file).suffix


@dataclass(frozen=True)
class File:
    """A file of the dataset, to be read when its turn comes."""

    path: Path
    sha256: str

    def pieces(self) -> Iterator[bytes]:
        """Its content. Raises WorkError when it has gone, or is no longer what the dataset was built of."""
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as stream:
                for piece in iter(lambda: stream.read(_PIECE), b""):
                    digest.update(piece)
                    yield piece
        except OSError as error:
            raise WorkError(
                f"{self.path}: can't be read ({error.strerror}). Run `modelsheet caption` to make it again."
            ) from error
        if digest.hexdigest() != self.sha256:
            raise WorkError(f"{self.path}: was changed since the dataset was built. Run the same command again.")

    def read(self) -> bytes:
        """Its whole content; for small files, and pictures one at a time."""
        return b"".join(self.pieces())


@dataclass(frozen=True)
class Contents:
    """The dataset's folder and its manifest. Raises InputError for a manifest that names files outside the folder."""

    folder: Path
    manifest: dict[str, Any]

    def __post_init__(self) -> None:
        top = self.folder.resolve()
        seen: dict[str, str] = {}
        for path in self.files():
            fault = name_fault(path)
            if fault is None and not (self.folder / path).resolve().is_relative_to(top):
                fault = "is a link that leads outside the dataset"
            if fault is None and seen.setdefault(folded(path), path) != path:
                fault = f"differs from {seen[folded(path)]} in capitals only, which are one file on Windows"
            if fault:
                raise InputError(f"{self.folder / RECORD}: lists {path[:120]!r}, which {fault}. Build the set again.")

    def files(self) -> list[str]:
        """Every file of the dataset, as paths with /, sorted."""
        return sorted([*self.manifest["files"], RECORD, SUMS])

    @cached_property
    def pictures(self) -> list[Picture]:
        """The training pictures, in the order of the shots."""
        return [
            Picture(entry["file"], entry["caption"], entry.get("mask"), (entry["size"][0], entry["size"][1]))
            for entry in self.manifest["pictures"]
        ]

    @property
    def masked(self) -> bool:
        """Whether every picture has a mask: trainers want all or none."""
        return bool(self.pictures) and all(picture.mask for picture in self.pictures)

    def file(self, path: str) -> File:
        """A file by its path, to be put into a package."""
        if path not in self._sums:
            raise WorkError(f"{self.folder / SUMS}: does not list {path}. Run `modelsheet caption` to build it again.")
        return File(self.folder / path, self._sums[path])

    def read(self, path: str) -> bytes:
        """A file's content."""
        return self.file(path).read()

    @cached_property
    def _sums(self) -> dict[str, str]:
        path = self.folder / SUMS
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise WorkError(f"{path}: can't be read ({error}). Run `modelsheet caption` to build it again.") from error
        return {name: digest for digest, _, name in (line.partition("  ") for line in lines) if name}
