# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user knows better than the program: from the command line, and from a file beside the model.

`hero.vrm.modelsheet.yaml` beside `hero.vrm` corrects it for good: a mapping with `facing`, `head`, `character` ...
Read where the job is planned, so that pictures made with other corrections are never taken for present ones.
"""

from __future__ import annotations

import re
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
    "scene": "which scene of a .blend",
    "eyes": "where its two eyes are: X,Y,Z X,Y,Z",
}
#: Those that every job notes, said or not: the keys of pictures made before there were others rest on that.
ALWAYS = ("facing", "head", "character")
AXES = ("-Y", "+Y", "-X", "+X")
MOST_LETTERS = 200
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
#: Nothing is modelled as far away as this, and floats still tell points apart there.
FAR = 1e7


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
    said = {key: given.get(key) or None for key in KEYS}
    values = {key: value for key, value in said.items() if value is not None or key in ALWAYS}
    if path is None:
        return Corrections(values)
    read = _read(path)
    used = tuple(key for key in KEYS if values.get(key) is None and key in read)
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


#: What is told of eyes that are no two points.
NO_EYES = 'are not two points. Write them as "X,Y,Z X,Y,Z", in the world\'s metres, as `inspect --json` prints eyes.'


def eye_points(text: str) -> str | None:
    """`0.03, -0.1, 1.5; -0.03, -0.1, 1.5` -> `0.03,-0.1,1.5 -0.03,-0.1,1.5`; None for what is no two points apart."""
    numbers = [float(number) for number in re.findall(NUMBER, text)]
    if re.sub(NUMBER, "", text).strip(" ,;()[]") or len(numbers) != 6 or not all(abs(n) < FAR for n in numbers):
        return None
    one, two = numbers[:3], numbers[3:]
    if one == two:
        return None
    return " ".join(",".join(f"{number:.9g}" for number in point) for point in (one, two))


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
    if "eyes" in texts:
        eyes = eye_points(texts["eyes"])
        if eyes is None:
            raise InputError(f"{table.where('eyes')}: eyes {texts['eyes']} {NO_EYES}")
        texts["eyes"] = eyes
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


def check_eyes(text: str) -> str:
    """The points that --eyes names. Raises InputError saying how they are written."""
    found = eye_points(text)
    if found is None:
        raise InputError(f"--eyes {text}: these {NO_EYES}")
    return found
