# SPDX-License-Identifier: GPL-3.0-or-later
"""One's own presets: YAML files in a folder of the user's, which the sidebar writes and the command line reads too.

Blender gives an extension a folder that updates leave alone: `EXTENSIONS/.user/REPOSITORY/modelsheet/`. Presets lie
below it, in `presets/`. Blender's folder is found without Blender, so `modelsheet --preset NAME` knows them as well.
`MODELSHEET_PRESETS` names another folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from ..common.errors import InputError
from ..common.files import describe_os_error, write_text
from ..common.tables import read_table
from .folders import ENVIRONMENT, blender_folders, built_in, own_files, own_folders
from .presets import Preset, resolve

__all__ = [
    "ENVIRONMENT", "blender_folders", "check_name", "delete", "export", "import_file", "own_files", "own_folders",
    "preset_text", "rename", "save",
]  # fmt: skip

#: A name is a file's stem: what every system can write, and what needs no quotes on a command line.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
#: Names that Windows keeps for itself.
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
KINDS = (".yaml", ".yml")


def check_name(text: str) -> str:
    """A preset's name from what somebody typed (`My look!` is `my_look`). Raises InputError for one that can't be."""
    name = re.sub(r"[^a-z0-9_-]+", "_", text.strip().lower()).strip("_-")[:48].rstrip("_-")
    if not NAME.fullmatch(name) or name in RESERVED:
        raise InputError(f"Preset name {text[:40]!r}: use letters and digits, such as my_look.")
    if name in built_in():
        raise InputError(f"Preset name {name}: a built-in preset is called so. Choose another name.")
    return name


def preset_text(preset: Preset, name: str, title: str) -> str:
    """A preset as the text of a YAML file that needs no other file."""
    data = {**preset.to_json(), "name": name, "title": " ".join(title.split()) or name}
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return f"# A preset for Modelsheet: modelsheet render FILE --preset {name}\n{body}"


def save(folder: Path, preset: Preset, title: str, over: bool = False) -> Path:
    """Write a preset under a name made from `title`; the file. over: one of that name may be replaced.

    Raises InputError for a bad or a taken name.
    """
    name = check_name(title)
    path = folder / f"{name}.yaml"
    if path.exists() and not over:
        raise InputError(f"Preset {name}: there is one already. Choose another name, or allow to replace it.")
    write_text(path, preset_text(preset, name, title))
    return path


def rename(path: Path, title: str) -> Path:
    """Give a preset of one's own another title, and the name that goes with it; the new file."""
    preset = resolve(read_table(path))
    renamed = path.with_name(f"{check_name(title)}.yaml")
    save(path.parent, preset, title, over=renamed == path)
    if renamed != path:
        delete(path)
    return renamed


def delete(path: Path) -> None:
    """Remove a preset of one's own. Raises InputError where it can't be."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(describe_os_error(path, error)) from error


def export(preset: Preset, path: Path) -> Path:
    """Write a preset to a file to give away; the file, which ends in .yaml."""
    path = path if path.suffix.lower() in KINDS else path.with_name(f"{path.name}.yaml")
    write_text(path, preset_text(preset, preset.name, preset.title))
    return path


def import_file(path: Path, folder: Path) -> Path:
    """Take a preset that somebody gave away into one's own; the new file. It is read as what strangers wrote.

    Raises InputError for what is no preset, is too large, extends a file that is not built in, or has a taken name.
    """
    if path.suffix.lower() not in KINDS:
        raise InputError(f"{path}: not a preset. Presets are files that end in .yaml.")
    table = read_table(path)
    base = table.data.get("extends")
    if base is not None and base not in built_in():
        raise InputError(f"{path}: extends {str(base)[:60]!r}, which is not built in. Ask for the preset in one file.")
    preset = resolve(table)
    stem = _free(path.stem, folder)
    target = folder / f"{stem}.yaml"
    write_text(target, preset_text(preset, stem, preset.title))
    return target


def _free(stem: str, folder: Path) -> str:
    """A name like `stem` that nothing has yet."""
    taken = {*built_in(), *own_files(), *(path.stem for path in _yaml(folder))}
    plain = re.sub(r"[^a-z0-9_-]+", "_", stem.lower()).strip("_-")[:40] or "preset"
    plain = f"{plain}_1" if plain in RESERVED else plain
    names = [plain, *(f"{plain}_{number}" for number in range(2, 100))]
    free = next((name for name in names if name not in taken), None)
    if free is None:
        raise InputError(f"{stem}: 99 presets are called so. Delete some.")
    return check_name(free)


def _yaml(folder: Path) -> Iterable[Path]:
    return folder.glob("*.yaml") if folder.is_dir() else ()
