# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that belong to a model and lie near it: found by name, in few folders, never outside them. No bpy."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

#: Folders of textures, as people and programs name them; they are looked at beside the model and one folder up.
TEXTURE_FOLDERS = frozenset(
    ["textures", "texture", "tex", "texs", "maps", "map", "images", "image", "img", "materials", "material", "source"]
)
#: How far and how much is looked at below the model's folder: a model may lie in a folder full of other things.
MAX_DEPTH, MAX_FILES = 3, 5000


def base_name(reference: str) -> str:
    """The file name at the end of a path or URI of any system: `C:\\maps\\a%20b.png` -> `a b.png`."""
    return unquote(re.split(r"[\\/]", reference.strip())[-1])


class Beside:
    """What lies near one model. Folders are read once, when first asked."""

    def __init__(self, model: Path) -> None:
        """`model`: the file whose parts are looked for."""
        self.model = model
        self._near: dict[str, Path | None] | None = None

    def find(self, reference: str) -> Path | None:
        """The file that a model's reference means: as it says, or else one of that name near the model."""
        return self._as_said(reference) or self._by_name(base_name(reference))

    def _as_said(self, reference: str) -> Path | None:
        """The relative path itself, where it stays within the model's folder or the one above."""
        try:
            root = self.model.parent.resolve()
            path = (root / unquote(reference).replace("\\", "/")).resolve()
            return path if path.is_relative_to(root.parent) and path.is_file() else None
        except (OSError, ValueError, RuntimeError):
            return None

    def _by_name(self, name: str) -> Path | None:
        if not name:
            return None
        if self._near is None:
            self._near = self._look()
        return self._near.get(name.lower())

    def _look(self) -> dict[str, Path | None]:
        """The likeliest file near the model for each lower-case name; None where several are as likely."""
        root = self.model.parent
        own = {self.model.stem.lower(), f"{self.model.stem}.fbm".lower()}
        ranked: list[tuple[int, Path]] = [(0, path) for path in _files(root, 0)]
        for base, rank in ((root, 1), (root.parent, 2)):
            for folder in _folders(base):
                if folder.name.lower() in TEXTURE_FOLDERS | own:
                    ranked += [(rank, path) for path in _files(folder, 1)]
        ranked += [(3, path) for path in _files(root, MAX_DEPTH)]
        near: dict[str, list[tuple[int, Path]]] = {}
        for path, rank in sorted({path: rank for rank, path in reversed(ranked)}.items()):
            near.setdefault(path.name.lower(), []).append((rank, path))
        return {name: _unrivalled(rows) for name, rows in near.items()}


def _unrivalled(rows: list[tuple[int, Path]]) -> Path | None:
    """The one file of the best rank: of several, any may belong to another model."""
    best = min(rank for rank, _path in rows)
    first = [path for rank, path in rows if rank == best]
    return first[0] if len(first) == 1 else None


def _folders(base: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(base) if entry.is_dir()][:MAX_FILES]
    except OSError:
        return []


def _files(base: Path, depth: int) -> list[Path]:
    """Plain files in a folder and `depth` levels below it; links to folders are not followed."""
    found: list[Path] = []
    for folder, folders, names in os.walk(base):
        level = len(Path(folder).relative_to(base).parts)
        folders[:] = [] if level >= depth else sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder) / name for name in names]
        if len(found) > MAX_FILES:
            break
    return found[:MAX_FILES]
