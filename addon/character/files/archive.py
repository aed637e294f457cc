# SPDX-License-Identifier: GPL-3.0-or-later
"""ZIP archives that hold a character: what is inside, and a COLLADA taken out of one, bounded and contained. No bpy."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ...common.errors import InputError

#: What is taken out of a .zae: the scene and its pictures.
WANTED = frozenset(
    [".dae", ".png", ".jpg", ".jpeg", ".tga", ".bmp", ".tif", ".tiff", ".webp", ".dds", ".psd", ".gif", ".hdr", ".exr"]
)
#: More than a character has; what a ZIP bomb is held to.
MAX_FILES, MAX_UNPACKED = 2000, 1 << 30
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)


def names_inside(path: Path) -> list[str]:
    """The names of a ZIP's members. Raises InputError where it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except BROKEN as error:
        raise _damaged(path, error) from error


def collada_inside(names: list[str]) -> str:
    """The COLLADA scene among an archive's names: the one nearest to its top; "" where there is none."""
    scenes = [name for name in names if name.lower().endswith(".dae")]
    return min(scenes, key=lambda name: (name.count("/"), len(name)), default="")


def unpack_collada(path: Path, folder: Path) -> Path:
    """Take the scene and its pictures out of a .zae into `folder`; returns the scene. Raises InputError."""
    try:
        with zipfile.ZipFile(path) as archive:
            rows = [row for row in archive.infolist() if PurePosixPath(row.filename).suffix.lower() in WANTED]
            if len(rows) > MAX_FILES or sum(row.file_size for row in rows) > MAX_UNPACKED:
                raise InputError(f"{path}: would be larger than 1 GiB unpacked. Export the character alone.")
            for row in rows:
                target = _inside(folder, row.filename)
                if target is None:
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(row) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
            scene = _inside(folder, collada_inside(archive.namelist()))
    except BROKEN as error:
        raise _damaged(path, error) from error
    if scene is None or not scene.is_file():
        raise InputError(f"{path}: holds no COLLADA scene (.dae). Unpack it and choose the 3D file inside.")
    return scene


def _inside(folder: Path, name: str) -> Path | None:
    """Where a member goes; None for a name that leads out of the folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or any(part in {"..", "/", "."} or ":" in part for part in parts):
        return None
    target = folder.joinpath(*parts)
    return target if target.resolve().is_relative_to(folder.resolve()) else None


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: is a damaged or cut-off archive ({error}). Download it again.")
