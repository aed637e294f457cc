# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of axes and settings as people write them: checked, with a hint at what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from ..common.errors import InputError
from ..common.tables import Table
from .settings import axis_settings
from .shots import AXES

#: "all" leaves it out: it needs a folder of the user's own pictures.
ON_REQUEST = frozenset({("background", "folder")})


def unknown(where: str, what: str, name: object, allowed: Iterable[str]) -> InputError:
    """The complaint about a name nobody knows: where, what it should have been, what is allowed."""
    choices = list(allowed)
    close = get_close_matches(str(name), choices, n=1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    return InputError(f"{where}: `{name}` is not {what}.{hint} Allowed: {', '.join(choices)}.")


def all_settings(axis: str) -> tuple[str, ...]:
    """What `all` stands for on an axis, in the order of its table."""
    return tuple(name for name in axis_settings(axis) if (axis, name) not in ON_REQUEST)


def check_axis(axis: object, where: str) -> str:
    """An axis by name. Raises InputError naming the allowed ones."""
    if axis not in AXES:
        raise unknown(where, "an axis", axis, AXES)
    return str(axis)


def check_setting(axis: str, name: object, where: str) -> str:
    """A setting of `axis` by name. Raises InputError naming the allowed ones."""
    known = axis_settings(axis)
    if not isinstance(name, str) or name not in known:
        raise unknown(where, f"a setting of {axis}", name, known)
    return name


def check_settings(axis: str, value: Any, table: Table, *keys: str | int) -> tuple[str, ...]:
    """`name`, `[name, ...]` or `all`, standing at `keys` of `table`, as names in the order written, each once."""
    if value == "all":
        return all_settings(axis)
    if not isinstance(value, list):
        return (check_setting(axis, value, table.where(*keys)),)
    if not value:
        raise InputError(f"{table.where(*keys)}: `{axis}` has an empty list. Name at least one setting.")
    for index, name in enumerate(value):
        where = table.where(*keys, index)
        check_setting(axis, name, where)
        if name in value[:index]:
            raise InputError(f"{where}: `{name}` stands twice in `{axis}`. Remove one.")
    return tuple(value)
