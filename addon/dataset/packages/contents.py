# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the dataset's folder goes into packages: our files, with a person's edits; never strangers' files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...common.errors import WorkError
from ..folder import RECORD, SUMS


@dataclass(frozen=True)
class Contents:
    """The dataset's folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    def files(self) -> list[str]:
        """Every file of the dataset, as paths with /, sorted."""
        return sorted([*self.manifest["files"], RECORD, SUMS])

    def pairs(self) -> list[tuple[str, str]]:
        """(picture, caption) paths of the training pictures, in the order of the shots."""
        return [(entry["file"], entry["caption"]) for entry in self.manifest["pictures"]]

    def read(self, path: str) -> bytes:
        """A file's content. Raises WorkError when it has gone."""
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise WorkError(
                f"{self.folder / path}: can't be read ({error.strerror}). Run `modelsheet caption` to make it again."
            ) from error
