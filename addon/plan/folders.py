# SPDX-License-Identifier: GPL-3.0-or-later
"""Where preset files lie: the built-in ones, and one's own in Blender's user folder, found without Blender."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from ..common.errors import InputError

#: pip puts shot_presets/ inside the package; a checkout and a Blender extension have it beside addon/.
FOLDERS = (Path(__file__).parents[1] / "shot_presets", Path(__file__).parents[2] / "shot_presets")
#: Names a folder of one's own presets, in place of Blender's.
ENVIRONMENT = "MODELSHEET_PRESETS"
#: Below the folder that Blender gives to an extension, of any repository that it was installed from.
BELOW = ("*", "modelsheet", "presets")
MOST_FILES = 500


def built_in() -> dict[str, Path]:
    """The built-in presets by name. Raises InputError where they are missing."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    if folder is None:
        raise InputError("The built-in presets are missing. Install Modelsheet again.")
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def own_folders() -> tuple[Path, ...]:
    """The folders of one's own presets that there are: MODELSHEET_PRESETS alone, else every Blender's, newest first."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return (Path(named),) if Path(named).is_dir() else ()
    found = [folder for root in blender_folders() for folder in sorted((root / ".user").glob("/".join(BELOW)))]
    return tuple(folder for folder in found if folder.is_dir())


def own_files() -> dict[str, Path]:
    """One's own presets by name, without those that are called as a built-in one."""
    files: dict[str, Path] = {}
    for folder in own_folders():
        for path in sorted(folder.glob("*.yaml"))[:MOST_FILES]:
            files.setdefault(path.stem, path)
    return {name: path for name, path in files.items() if name not in built_in()}


def blender_folders() -> list[Path]:
    """Where Blenders of this user keep their extensions, the newest version first."""
    for variable, below in (("BLENDER_USER_EXTENSIONS", ""), ("BLENDER_USER_RESOURCES", "extensions")):
        if os.environ.get(variable):
            return [Path(os.environ[variable]) / below]
    versions = [path for path in _blender_home().glob("*.*") if re.fullmatch(r"\d+\.\d+", path.name)]
    versions.sort(key=lambda path: tuple(int(part) for part in path.name.split(".")), reverse=True)
    return [path / "extensions" for path in versions]


def _blender_home() -> Path:
    """Where Blender keeps what belongs to a user, on each system."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", "~")).expanduser() / "Blender Foundation" / "Blender"
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/Blender").expanduser()
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "blender"
