# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter's parameters: names, allowed values, defaults, and the words they give to captions. bpy-free."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.tables import read_table

HERE = Path(__file__).parent


def table() -> dict[str, dict[str, Any]]:
    """parameters.yaml: parameter -> {default, values: {value: word}, colours?: {value: hex}}."""
    return read_table(HERE / "parameters.yaml").data


def allowed() -> dict[str, list[str]]:
    """Parameter -> its allowed values, in the table's order."""
    return {name: list(row["values"]) for name, row in table().items()}


def resolve(parameters: Mapping[str, str]) -> dict[str, str]:
    """The given parameters with the defaults of all others. Raises InputError that names what is allowed."""
    rows = table()
    for name, value in parameters.items():
        if name not in rows:
            raise InputError(f"sitter: there is no parameter '{name}'. Allowed: {', '.join(rows)}.")
        if value not in rows[name]["values"]:
            raise InputError(f"sitter: {name} can't be '{value}'. Allowed: {', '.join(rows[name]['values'])}.")
    return {name: str(parameters.get(name, row["default"])) for name, row in rows.items()}


def words(parameters: Mapping[str, str]) -> dict[str, str]:
    """What captions may say of a sitter: class, age, build, skin, eyes, hair, clothing, feature (empty = nothing)."""
    rows = table()
    chosen = resolve(parameters)
    word = {name: str(rows[name]["values"][value]) for name, value in chosen.items()}
    return {
        "class": word["class"],
        "age": f"{word['age']} {word['class']}",
        "build": word["build"],
        "skin": word["skin"],
        "eyes": word["eyes"],
        "hair": hair_words(chosen["hair"], word["hair_colour"]),
        "clothing": f"{word['top']}, {word['trousers']}",
        "feature": word["feature"],
    }


def hair_words(style: str, colour: str) -> str:
    """`auburn bob`, `short black hair`, `bald head`."""
    if style == "bald":
        return "bald head"
    pattern = {"short": "short {} hair", "long": "long {} hair", "curly": "curly {} hair"}.get(style)
    if pattern:
        return pattern.format(colour)
    return {"bun": f"{colour} hair in a bun", "ponytail": f"{colour} ponytail"}.get(style, f"{colour} {style}")


def shape_of(parameters: Mapping[str, str]) -> dict[str, float]:
    """The numbers of shapes.yaml for resolved parameters: base plus what class, age and build add."""
    data = read_table(HERE / "shapes.yaml").data
    shape = {name: float(value) for name, value in data["base"].items()}
    for name in ("class", "age", "build"):
        for key, value in data[name][parameters[name]].items():
            shape[key] += float(value)
    return shape


def colour(parameters: Mapping[str, str], name: str) -> tuple[float, float, float]:
    """Linear RGB of a parameter's value."""
    return linear(table()[name]["colours"][parameters[name]])


def linear(text: str) -> tuple[float, float, float]:
    """Linear RGB of an sRGB hex colour."""
    parts = [int(text[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b
