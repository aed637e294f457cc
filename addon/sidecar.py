# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user knows better than the program: from the command line, and from a file beside the model.

`hero.vrm.modelsheet.yaml` beside `hero.vrm` corrects it for good: a mapping with `facing`, `head`, `character`.
Read where the job is planned, so that pictures made with other corrections are never taken for present ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .common.errors import InputError
from .common.tables import Table, read_table

SUFFIX = ".modelsheet.yaml"
#: key -> what its value is; the words of the command line's options.
KEYS = {
    "facing": "where the character looks",
    "head": "the bone or object that is its head",
    "character": "which one, where the file holds several",
}
AXES = ("-Y", "+Y", "-X", "+X")
MOST_LETTERS = 200


@dataclass(frozen=True)
class Corrections:
    """values: one of KEYS -> text or None. path: the file beside the model, None where there is none; used: the keys
    that were taken from it."""

    values: dict[str, str | None] = field(default_factory=dict)
    path: Path | None = None
    used: tuple[str, ...] = ()

    def spoken(self) -> str:
        """What the file beside the model said, in a few words; "" where it said nothing."""
        return ", ".join(f"{key} {self.values[key]}" for key in self.used)


def corrections(file: str, given: dict[str, str | None]) -> Corrections:
    """What holds for a character file: `given` (the command line) first, then the file beside it.

    Raises InputError (file, line, what is allowed) for anything in that file which can't be.
    """
    path = sidecar_path(file)
    values: dict[str, str | None] = {key: given.get(key) or None for key in KEYS}
    if path is None:
        return Corrections(values)
    read = _read(path)
    used = tuple(key for key in KEYS if values[key] is None and key in read)
    return Corrections(values | {key: read[key] for key in used}, path, used)


def sidecar_path(file: str) -> Path | None:
    """The file beside a character that corrects it, if there is one."""
    path = Path(f"{file}{SUFFIX}")
    return path if file != "sitter" and path.exists() else None


def axis(text: str) -> str | None:
    """`y` -> `+Y`; None for what is no direction on the floor."""
    name = text.strip().upper()
    name = name if name.startswith(("+", "-")) else f"+{name}"
    return name if name in AXES else None


def _read(path: Path) -> dict[str, str]:
    table = read_table(path, "correction of a character")
    for key in table.data:
        if key not in KEYS:
            raise InputError(f"{table.where(str(key))}: `{key}` is not known here. Use {', '.join(KEYS)}.")
    texts = {key: _text(table, key, value) for key, value in table.data.items() if value is not None}
    if "facing" in texts:
        facing = axis(texts["facing"])
        if facing is None:
            where = table.where("facing")
            raise InputError(f"{where}: facing {texts['facing']} is no direction on the floor. Use {_choices()}.")
        texts["facing"] = facing
    return texts


def _text(table: Table, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MOST_LETTERS:
        raise InputError(f"{table.where(key)}: `{key}` must be a text, {KEYS[key]}. Put it in quotes.")
    return value.strip()


def _choices() -> str:
    return f"{', '.join(AXES[:-1])} or {AXES[-1]}"


def check_axis(text: str) -> str:
    """The axis that --facing names. Raises InputError naming the choices."""
    found = axis(text)
    if found is None:
        raise InputError(f"--facing {text}: not a direction on the floor. Choose one of {_choices()}.")
    return found
