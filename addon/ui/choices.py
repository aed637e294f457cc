# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel offers: the presets that can be used, and what is wrong with the others. Never imports bpy."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..common.errors import InputError
from ..plan.folders import FOLDERS
from ..plan.presets import Preset, load_preset
from ..request import DEFAULT_PRESET

#: (identifier, name, tooltip), as an enum of Blender's takes it.
Item = tuple[str, str, str]
Files = tuple[tuple[Path, int], ...]
#: Seconds in which folders are not looked at again: a panel that is drawn asks for its preset a hundred times.
FRESH = 0.5


@dataclass(frozen=True, eq=False)
class Choices:
    """Usable presets, the default first and one's own last, and one sentence for each broken one."""

    items: tuple[Item, ...]
    problems: tuple[str, ...]
    presets: dict[str, Preset]
    own: frozenset[str]
    paths: dict[str, Path]


def preset_choices(folders: tuple[Path, ...] = FOLDERS, own: Path | None = None) -> Choices:
    """The presets of the first folder that exists, then those in the user's own. Files are read only when one changed.

    An own preset that is called as a built-in one is told of, not offered.
    """
    return _choices(folders, own, int(time.monotonic() / FRESH))


@lru_cache(maxsize=4)
def _choices(folders: tuple[Path, ...], own: Path | None, _moment: int) -> Choices:
    folder = next((folder for folder in folders if folder.is_dir()), None)
    return _read(_files(folder), _files(own))


def forget() -> None:
    """Look at the folders again at once: one of them was just written to."""
    _choices.cache_clear()


def _files(folder: Path | None) -> Files:
    if folder is None or not folder.is_dir():
        return ()
    return tuple((path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.yaml")))


# Blender keeps only pointers to an enum's texts: the last few answers stay alive here.
@lru_cache(maxsize=8)
def _read(built_in: Files, own: Files) -> Choices:
    presets: dict[str, Preset] = {}
    paths: dict[str, Path] = {}
    problems: list[str] = []
    names = {path.stem for path, _changed in built_in}
    for path, _changed in (*built_in, *own):
        if path.stem in presets and path.stem in names:
            problems.append(f"{path}: a built-in preset is called so. Rename the file.")
            continue
        try:
            presets[path.stem] = load_preset(str(path))
        except InputError as error:
            problems.append(str(error))
        else:
            paths[path.stem] = path
    order = sorted(presets, key=lambda name: (name not in names, name != DEFAULT_PRESET, name))
    items = tuple((name, presets[name].title, presets[name].description or "A preset of your own") for name in order)
    return Choices(items, tuple(problems), presets, frozenset(presets) - names, paths)
