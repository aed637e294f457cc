# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of every axis: geometry and words together, read from the tables in settings/.

An axis is `settings/AXIS.yaml` (one mapping, a key a setting) or a folder `settings/AXIS/` (one file a setting).
The geometry's keys belong to whoever interprets them: studio for angle, framing and lighting, character for
expression and pose, dataset for background.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..common.errors import InputError
from ..common.tables import read_table
from .lamps import rig_row
from .shots import AXES

FOLDER = Path(__file__).parent / "settings"
#: The axes with a file for each setting, and what makes a setting's row of such a file.
READERS = {"lighting": rig_row}


@dataclass(frozen=True)
class Setting:
    """One value on an axis.

    tag: what the guide's comma list says of it; phrase: what a sentence says; danbooru, e621: tags of these
    vocabularies (empty where they have none). Any of them may be empty: then a caption says nothing.
    """

    axis: str
    name: str
    tag: str
    phrase: str
    danbooru: tuple[str, ...] = ()
    e621: tuple[str, ...] = ()
    geometry: dict[str, Any] = field(default_factory=dict)


@cache
def axis_settings(axis: str) -> MappingProxyType[str, Setting]:
    """Every built-in setting of an axis, in the order of its table (of file names, for a folder)."""
    if axis not in AXES:
        raise InputError(f"{axis}: not an axis. Choose one of {', '.join(AXES)}.")
    if axis in READERS:
        files = [read_table(path) for path in sorted((FOLDER / axis).glob("*.yaml"))]
        rows = {table.path.stem: READERS[axis](table) for table in files}
    else:
        rows = read_table(FOLDER / f"{axis}.yaml").data
    return MappingProxyType({name: _setting(axis, name, dict(row)) for name, row in rows.items()})


def setting(axis: str, name: str) -> Setting:
    """One setting by name. Raises InputError naming the allowed ones."""
    known = axis_settings(axis)
    if name not in known:
        raise InputError(f"{name}: not a setting of {axis}. Choose one of {', '.join(known)}.")
    return known[name]


def _setting(axis: str, name: str, row: dict[str, Any]) -> Setting:
    words = {key: row.pop(key, "") for key in ("tag", "phrase")}
    danbooru, e621 = (tuple(row.pop(key, ())) for key in ("danbooru", "e621"))
    return Setting(axis, name, danbooru=danbooru, e621=e621, geometry=row, **words)
