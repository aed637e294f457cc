# SPDX-License-Identifier: GPL-3.0-or-later
"""Light rigs as tables: the lamps that all rigs share (settings/lamps.yaml), and rigs (settings/lighting/NAME.yaml).

A lamp is a place: what its azimuth 0 faces (`follows`: camera | character), azimuth and elevation in degrees, distance
and size (diameter) in reaches (see studio/lights.py). A rig says which lamps shine, how brightly (`light`: irradiance
at the head in W/m2) and in what colour (`kelvin` or `colour`), and the `tint` and `strength` (radiance) of the world
that all rigs share. Colours say the hue alone: `light` and `strength` are the brightness whatever the colour. A rig may
bring lamps of its own: rows that say the place too.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from ..common.colour import KELVINS
from ..common.errors import InputError
from ..common.tables import Table, read_table

PATH = Path(__file__).parent / "settings" / "lamps.yaml"
#: The name under which the world stands beside the lamps.
WORLD = "world"
#: What stands for every lamp and the world where brightness is chosen.
ALL = "all"
FOLLOWS = ("camera", "character")
#: What a place's numbers may be. A lamp nearer than this would stand in the body.
PLACE = {"azimuth": (-180.0, 180.0), "elevation": (-90.0, 90.0), "distance": (0.5, 100.0), "size": (0.01, 100.0)}
#: The least light: a print is mixed from lamps that were lit.
LIGHT, STRENGTH = (0.001, 1000.0), (0.001, 1000.0)
WORLD_PARTS = ("zenith", "horizon", "ground")
WORDS = ("tag", "phrase", "danbooru", "e621")
#: Short enough for a lamp called RIG-NAME to be a Blender object, and without the dots of picture channels.
_NAME, _RIG = re.compile(r"[a-z][a-z0-9_]{0,19}"), re.compile(r"[a-z][a-z0-9_]{0,23}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@cache
def shared_lamps() -> dict[str, dict[str, Any]]:
    """The lamp table: name -> place, in its order."""
    table = read_table(PATH, "lamp table")
    _mapping(table, "lamps")
    return {_name(table, "lamps", name): _place(table, row, "lamps", name) for name, row in table.data["lamps"].items()}


@cache
def world_profile() -> dict[str, str]:
    """The one world of all rigs: `#rrggbb` straight up (zenith), all around (horizon) and straight down (ground)."""
    table = read_table(PATH, "lamp table")
    row = _mapping(table, "world")
    _only(table, row, WORLD_PARTS, "world")
    return {part: _colour(table, row, "world", part) for part in WORLD_PARTS}


def rig_row(table: Table) -> dict[str, Any]:
    """A rig's file as a setting's row: its words and all that decides its light, the shared tables' part included.

    {tag, phrase, danbooru, e621, "world": {zenith, horizon, ground, tint, strength}, "lights": {lamp: {follows,
    azimuth, elevation, distance, size, light, kelvin | colour}}}. A lamp of the rig's own is called `RIG-NAME`.
    Raises InputError (file, line, what is allowed).
    """
    _only(table, table.data, (*WORDS, "world", "lights"))
    if not _RIG.fullmatch(table.path.stem):
        raise InputError(
            f"{table.path}: can't be the name of a light rig. Use at most 24 small letters, figures and _, "
            "a letter first."
        )
    words = _words(table)
    world = _mapping(table, "world")
    _only(table, world, ("tint", "strength"), "world")
    lights = _mapping(table, "lights")
    return {
        **words,
        "world": {
            **world_profile(),
            "tint": _lit_colour(table, world, "world", "tint"),
            "strength": _number(table, world, STRENGTH, "world", "strength"),
        },
        "lights": in_order(dict(_light(table, name, row) for name, row in lights.items())),
    }


def in_order(rows: dict[str, Any]) -> dict[str, Any]:
    """By lamp: those of the lamp table in its order, then rigs' own by name. Cycles' noise depends on the order."""
    shared = [name for name in shared_lamps() if name in rows]
    return {name: rows[name] for name in [*shared, *sorted(rows.keys() - set(shared))]}


def _words(table: Table) -> dict[str, Any]:
    for key in ("tag", "phrase"):
        if not isinstance(table.data.get(key, ""), str):
            raise InputError(f"{table.where(key)}: `{key}` must be text. Put it into quotation marks.")
    for key in ("danbooru", "e621"):
        tags = table.data.get(key, [])
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise InputError(f"{table.where(key)}: `{key}` must be a list of tags, as [sidelighting].")
    return {key: table.data[key] for key in WORDS if key in table.data}


def _light(table: Table, name: Any, row: Any) -> tuple[str, dict[str, Any]]:
    """One row of `lights` as (lamp's name, its place and light)."""
    _name(table, "lights", name)
    if not isinstance(row, dict):
        raise InputError(f"{table.where('lights', name)}: `{name}` must hold {{light: ..., kelvin: ...}}. Mend it.")
    _only(table, row, (*PLACE, "follows", "light", "kelvin", "colour"), "lights", name)
    shine: dict[str, Any] = {"light": _number(table, row, LIGHT, "lights", name, "light")}
    if ("kelvin" in row) == ("colour" in row):
        raise InputError(
            f"{table.where('lights', name)}: `{name}` needs either `kelvin` or `colour`. Give one of them."
        )
    if "kelvin" in row:
        shine["kelvin"] = _number(table, row, KELVINS, "lights", name, "kelvin")
    else:
        shine["colour"] = _lit_colour(table, row, "lights", name, "colour")
    if any(key in row for key in (*PLACE, "follows")):
        own = {key: value for key, value in row.items() if key in (*PLACE, "follows")}
        return f"{table.path.stem}-{name}", {**_place(table, own, "lights", name), **shine}
    if name not in shared_lamps():
        raise InputError(
            f"{table.where('lights', name)}: `{name}` is not a lamp. Choose one of {', '.join(shared_lamps())}, "
            f"or give it a place of its own ({', '.join(PLACE)})."
        )
    return name, {**shared_lamps()[name], **shine}


def _place(table: Table, row: Any, *keys: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise InputError(f"{table.where(*keys)}: `{keys[-1]}` must hold {', '.join(PLACE)}. Mend it.")
    _only(table, row, ("follows", *PLACE), *keys)
    follows = row.get("follows", FOLLOWS[0])
    if follows not in FOLLOWS:
        raise InputError(f"{table.where(*keys, 'follows')}: `follows` is {follows}. Choose {' or '.join(FOLLOWS)}.")
    return {"follows": follows, **{key: _number(table, row, PLACE[key], *keys, key) for key in PLACE}}


def _name(table: Table, key: str, name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in (WORLD, ALL):
        raise InputError(
            f"{table.where(key, name)}: `{name}` can't be a lamp's name. Use at most 20 small letters, figures "
            f"and _, a letter first, and neither {WORLD} nor {ALL}."
        )
    return name


def _mapping(table: Table, key: str) -> dict[str, Any]:
    row = table.data.get(key)
    if not isinstance(row, dict) or not row:
        raise InputError(f"{table.where(key)}: needs `{key}:` with at least one line in it. Add it.")
    return row


def _only(table: Table, row: dict[str, Any], allowed: tuple[str, ...], *keys: str) -> None:
    for key in row:
        if key not in allowed:
            raise InputError(f"{table.where(*keys, key)}: `{key}` is not a key here. Choose from {', '.join(allowed)}.")


def _number(table: Table, row: dict[str, Any], limits: tuple[float, float], *keys: str) -> float:
    value = row.get(keys[-1])
    low, high = limits
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        said = "is missing" if value is None else f"is {value}"
        raise InputError(f"{table.where(*keys)}: `{keys[-1]}` {said}. Give a number from {low:g} to {high:g}.")
    return float(value)


def _colour(table: Table, row: dict[str, Any], *keys: str) -> str:
    value = row.get(keys[-1])
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        said = "is missing" if value is None else f"is {value}"
        raise InputError(f'{table.where(*keys)}: `{keys[-1]}` {said}. Give a colour like "#ff8800".')
    return value


def _lit_colour(table: Table, row: dict[str, Any], *keys: str) -> str:
    """A colour that can be made brighter and darker: black has no light to scale."""
    value = _colour(table, row, *keys)
    if value == "#000000":
        raise InputError(
            f"{table.where(*keys)}: `{keys[-1]}` is black, which is no light. Lower the brightness instead."
        )
    return value
