# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel offers: the presets that can be used, and what is wrong with the others. Never imports bpy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..common.errors import InputError
from ..plan.presets import FOLDERS, load_preset
from ..request import DEFAULT_PRESET

#: (identifier, name, tooltip), as an enum of Blender's takes it.
Item = tuple[str, str, str]


@dataclass(frozen=True)
class Choices:
    """Usable presets, the default first, and one sentence for each broken one."""

    items: tuple[Item, ...]
    problems: tuple[str, ...]


def preset_choices(folders: tuple[Path, ...] = FOLDERS) -> Choices:
    """The presets of the first folder that exists. Asked at every drawing: files are read only when one changed."""
    folder = next((folder for folder in folders if folder.is_dir()), None)
    files = sorted(folder.glob("*.yaml")) if folder else []
    return _read(tuple((path, path.stat().st_mtime_ns) for path in files))


# Blender keeps only pointers to an enum's texts: the last few answers stay alive here.
@lru_cache(maxsize=8)
def _read(files: tuple[tuple[Path, int], ...]) -> Choices:
    items: list[Item] = []
    problems: list[str] = []
    for path, _changed in files:
        try:
            preset = load_preset(str(path))
        except InputError as error:
            problems.append(str(error))
        else:
            items.append((path.stem, preset.title, preset.description))
    items.sort(key=lambda item: item[0] != DEFAULT_PRESET)
    return Choices(tuple(items), tuple(problems))
