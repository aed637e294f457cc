# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether captioners can run here: where their environment lies and what state it is in. Starts nothing, is quick.

The folder is a virtual environment of the user's own, outside of Blender and of any project:

    Windows   %LOCALAPPDATA%\\Modelsheet\\captioning
    macOS     ~/Library/Application Support/Modelsheet/captioning
    Linux     $XDG_DATA_HOME/modelsheet/captioning (~/.local/share/...)

or where MODELSHEET_CAPTIONING says, or where `modelsheet setup captioning --dir` last made one. A state file in it
says what it was made with, and, while it is being made, that it is not whole yet.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.files import sha256_value, write_json, write_text
from ..common.tables import read_table

VARIABLE = "MODELSHEET_CAPTIONING"
STATE = "modelsheet-captioning.json"
#: Beside the system's place: the folder that was chosen instead.
REMEMBERED = "captioning-folder.txt"

#: States of a folder. Only `ready` can be used; `old` is whole, but of other versions; `foreign` is not ours.
READY, OLD, HALF, MISSING, FOREIGN = "ready", "old", "half", "missing", "foreign"
_WORDS = {
    READY: "there",
    OLD: "made for another version of Modelsheet",
    HALF: "not whole: making it was stopped, or it was moved",
    MISSING: "not there",
    FOREIGN: "a folder that holds other things",
}


@dataclass(frozen=True)
class Standing:
    """The state of an environment's folder, and what it was made with (of the state file; {} if there is none)."""

    folder: Path
    state: str
    made: Mapping[str, Any]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return python_in(self.folder)

    @property
    def words(self) -> str:
        """The state in words that follow the folder's name."""
        return _WORDS[self.state]


@cache
def pins() -> dict[str, Any]:
    """environment.yaml."""
    return read_table(Path(__file__).with_name("environment.yaml"), "table").data


def build(name: str, platform: str = sys.platform) -> dict[str, Any]:
    """A build of torch: url, download and disk in megabytes, words; {} for one that environment.yaml does not have."""
    row = pins()["builds"].get(name, {})
    return {**row, **row.get(platform, {})}


def requirements() -> tuple[str, ...]:
    """What pip is asked for, pinned."""
    return tuple(f"{name}=={version}" for name, version in pins()["requirements"].items())


def usual_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where the environment lies: as the variable says, else where `remember` says, else at the system's place."""
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE]).expanduser().absolute()
    place = _system_folder(environ, platform)
    try:
        with (place.parent / REMEMBERED).open(encoding="utf-8") as stream:
            chosen = stream.read(4096).strip()
    except (OSError, UnicodeDecodeError):
        return place
    return Path(chosen) if chosen and Path(chosen).is_absolute() else place


def remember(folder: Path) -> None:
    """Have this folder be the usual one from now on; that of the system's place needs no remembering."""
    place = _system_folder(os.environ, sys.platform)
    note = place.parent / REMEMBERED
    if folder == place:
        note.unlink(missing_ok=True)
    elif folder != usual_folder():
        write_text(note, f"{folder}\n")


def _system_folder(environ: Mapping[str, str], platform: str) -> Path:
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Modelsheet" / "captioning"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Modelsheet" / "captioning"
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "modelsheet" / "captioning"


def python_in(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def look(folder: Path | None = None) -> Standing:
    """What state an environment is in, judged by its files alone; the usual one where no folder is given."""
    folder = usual_folder() if folder is None else folder.expanduser().absolute()
    made = _read_state(folder)
    if not made:
        try:
            empty = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
        except OSError:
            empty = False
        return Standing(folder, MISSING if empty else FOREIGN, {})
    whole = made.get("whole") is True and made.get("folder") == str(folder) and python_in(folder).exists()
    if not whole:
        return Standing(folder, HALF, made)
    return Standing(folder, READY if made.get("requirements") == wanted() else OLD, made)


def ready(folder: Path | None = None) -> Standing:
    """An environment that captioners can run in. Raises InputError, with the command that makes one."""
    standing = look(folder)
    if standing.state != READY:
        raise InputError(
            f"{standing.folder}: the environment for captioning models is {standing.words}. "
            "Run `modelsheet setup captioning`, which says what it would fetch and asks first."
        )
    return standing


def wanted() -> str:
    """Hash of what is installed, by which another version's environment is known."""
    return sha256_value(list(requirements()))


def mark(folder: Path, **made: Any) -> None:
    """Write the state file whole."""
    write_json(folder / STATE, {"folder": str(folder), "requirements": wanted(), **made})


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}
