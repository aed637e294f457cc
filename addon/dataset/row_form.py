# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a truth row has the form that our runs write: what is read from disk may be anybody's."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from ..common.files import dumps
from ..plan.settings import axis_settings
from ..plan.shots import AXES
from .intake import MAX_SIDE

#: A shot's id becomes a file's name.
ID = re.compile(r"\d{4,}[a-z0-9_-]{0,150}")
#: Coordinates may lie outside of the picture, but not at the end of the world.
_FAR = 1e7
_NUMBERS = 100_000


def row_fault(row: dict[str, Any]) -> str | None:
    """What is wrong with a truth row, in words that follow its name; None if nothing is."""
    missing = [name for name in _FORM if name not in row]
    if missing:
        return f"has no {missing[0]}"
    wrong = [name for name, fits in {**_FORM, **_OPTIONAL}.items() if name in row and not fits(row[name])]
    if wrong:
        return f"has no usable {wrong[0]}"
    try:
        dumps(row).encode()
    except (ValueError, RecursionError):  # NaN, half a letter
        return "holds what can't be written again"
    return None


def _settings(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(axis), str) and value[axis] in axis_settings(axis) for axis in AXES
    )


def _made(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(axis), dict) and isinstance(value[axis].get("method"), str) and "exact" in value[axis]
        for axis in ("expression", "pose")
    )


def _visible(value: Any) -> bool:
    return isinstance(value, dict) and "face" in value and _whole(value.get("hands"), 0, 10)


def _size(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(_whole(side, 1, MAX_SIDE) for side in value)


def _boxes(value: Any) -> bool:
    return isinstance(value, dict) and all(
        box is None or (isinstance(box, list) and len(box) == 4 and all(map(_place, box))) for box in value.values()
    )


def _points(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(point, dict) and _place(point.get("x")) and _place(point.get("y")) for point in value.values()
    )


def _place(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < _FAR


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _text(value: Any) -> bool:
    return isinstance(value, str)


_FORM: dict[str, Callable[[Any], bool]] = {
    "id": lambda value: _text(value) and ID.fullmatch(value) is not None,
    "number": lambda value: _whole(value, 0, _NUMBERS),
    "settings": _settings,
    "made": _made,
    "visible": _visible,
    "software": lambda value: isinstance(value, dict) and _text(value.get("engine")),
    "sha256": _text,
    "key": _text,
}
_OPTIONAL: dict[str, Callable[[Any], bool]] = {"size": _size, "boxes": _boxes, "points": _points}
