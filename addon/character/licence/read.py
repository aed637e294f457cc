# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character's file says of its use: found wherever its format writes it, told in plain words. No bpy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ...common.tables import read_table
from ..files.sniff import Found
from .sources import Stated, read_stated

#: Fields that tell who or what, never on which terms: a studio called "No AI" forbids nothing.
NO_TERMS = frozenset(
    ("author", "authors", "creator", "title", "title (english)", "dc:creator", "dc:title", "name", "contactinformation")
)
#: Longer values are cut, further fields are left out: a file can say anything at any length.
MOST_LETTERS, MOST_FIELDS = 1000, 40
#: How files that hold a licence are called.
LICENCE_FILE = re.compile(r"^(un)?(licen[cs]e|readme|copying|credits|terms|利用規約|規約)", re.IGNORECASE)
MOST_BESIDE = 4


def read_licence(path: Path, found: Found) -> dict[str, Any] | None:
    """The licence in a file, in the form of CharacterFacts.licence; None where it says nothing.

    Reads little of the file and never raises: what is damaged or too long counts as not said.
    """
    return describe(read_stated(path, found))


def describe(stated: Stated | None) -> dict[str, Any] | None:
    """The form of CharacterFacts.licence from what a file states."""
    if stated is None:
        return None
    fields = {key: text for key, value in stated.fields.items() if (text := _clean(value))}
    fields = dict(list(fields.items())[:MOST_FIELDS])
    if not fields:
        return None
    answer: dict[str, Any] = {"source": stated.source, "fields": fields}
    for role, names in _terms()["roles"].items():
        value = next((fields[name] for name in names if name in fields), None)
        if value:
            answer[role] = value
    if "name" not in answer and (name := _named(fields)):
        answer["name"] = name
    said = list(_said(stated.source, fields))
    for what in ("forbids", "asks"):
        answer[what] = list(dict.fromkeys(row[what] for row in said if what in row))
    return answer


def beside(path: Path) -> list[str]:
    """Names of the files beside a character that are called as licences are; its words may stand there."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir() if LICENCE_FILE.match(entry.name))
    except OSError:
        return []
    return [name for name in names if name != path.name][:MOST_BESIDE]


@cache
def _terms() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("terms.yaml")).data


def _said(source: str, fields: dict[str, str]) -> Iterator[dict[str, str]]:
    """The rows of the table that the fields meet."""
    terms = _terms()
    known = {**terms["defaults"].get(source, {}), **fields}
    for field, values in terms["values"].get(source, {}).items():
        if (row := values.get(known.get(field))) is not None:
            yield row
    for field, value in fields.items():
        if field.casefold() in NO_TERMS:
            continue
        for address in re.findall(r"https?://\S+", value):
            yield from _asked(address)
        yield from (row for row in terms["words"] if re.search(row["match"], _spoken(value), re.IGNORECASE))


def _named(fields: dict[str, str]) -> str | None:
    """The short name of the licence that the fields speak of, if it is a known one."""
    spoken = "\n".join(_spoken(value) for field, value in fields.items() if field.casefold() not in NO_TERMS)
    rows = (row["is"] for row in _terms()["names"] if re.search(row["match"], spoken, re.IGNORECASE))
    return next(rows, None)


def _spoken(text: str) -> str:
    """As the table's words are compared: with dashes for spaces and underscores."""
    return re.sub(r"[\s_]+", "-", text)


def _asked(address: str) -> Iterator[dict[str, str]]:
    """What the query of a licence's address says."""
    try:
        pairs = parse_qsl(urlsplit(address).query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return
    for key, value in pairs:
        if (row := _terms()["queries"].get(key, {}).get(value)) is not None:
            yield row


def _clean(value: Any) -> str:
    """One line of text without control letters; truth values and lists as words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_clean, value[:MOST_FIELDS])))
    if not isinstance(value, str):
        return ""
    text = "".join(letter if letter.isprintable() else " " for letter in value[: 4 * MOST_LETTERS])
    return " ".join(text.split())[:MOST_LETTERS]
