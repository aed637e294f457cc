# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML as trainers read it: a few tables of plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def toml_lines(values: Mapping[str, Any], indent: str = "") -> str:
    """`key = value` lines. Values: str, bool, int, float, or lists of them; None is left out."""
    return "".join(f"{indent}{key} = {toml_value(value)}\n" for key, value in values.items() if value is not None)


def toml_value(value: Any) -> str:
    """One value: TOML writes these as JSON does, but for floats without a point."""
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text or "e" in text else f"{text}.0"
    return json.dumps(value, ensure_ascii=False)


def comment(lines: list[str]) -> str:
    """Lines as comments."""
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
