# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML built from functions: whatever is not already Html is escaped, so no string of a user's can become markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

VOID = frozenset({"br", "img", "input", "meta"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def join(*children: Any) -> Html:
    """Children one after another: Html as it is, None and False left out, iterables opened, all else escaped."""
    return Html("".join(_pieces(children)))


def tag(name: str, /, *children: Any, **attributes: Any) -> Html:
    """An element. `class_` is class, `data_id` data-id; None and False leave an attribute out, True leaves it bare."""
    opening = "".join(_attributes(name, attributes))
    return Html(opening) if name in VOID else Html(f"{opening}{join(*children)}</{name}>")


def _pieces(children: Iterable[Any]) -> Iterable[str]:
    for child in children:
        if child is None or child is False:
            continue
        if isinstance(child, Html):
            yield child
        elif isinstance(child, Iterable) and not isinstance(child, str):
            yield from _pieces(child)
        else:
            yield escape(str(child))


def _attributes(name: str, attributes: dict[str, Any]) -> Iterable[str]:
    yield f"<{name}"
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown = key.rstrip("_").replace("_", "-")
        yield f" {shown}" if value is True else f' {shown}="{escape(str(value))}"'
    yield ">"
