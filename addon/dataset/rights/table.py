# SPDX-License-Identifier: GPL-3.0-or-later
"""sources.yaml as data: where characters come from and what the terms there say. Not legal advice."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ...common.tables import read_table

#: From the best to the worst; of two verdicts the worse one counts.
VERDICTS = ("allowed", "depends", "unknown", "not_allowed")
USES = ("publish", "private")


@dataclass(frozen=True)
class Source:
    """One row. publish, private: verdicts for that use. grade: how good the evidence is. clause: the terms' own words.

    read: the day on which somebody looked. authors: whether the user made the character, so that terms written for
    others don't bind them. url_seen: whether the address was opened. file_decides: a licence in the file may answer
    what this row leaves open.
    """

    key: str
    name: str
    url: str | None
    says: str
    clause: str | None
    clause_at: str | None
    clause_date: str | None
    read: str
    publish: str
    private: str
    grade: str
    aliases: tuple[str, ...] = ()
    rigs: tuple[str, ...] = ()
    authors: bool = False
    file_decides: bool = False
    url_seen: bool = True

    @property
    def address(self) -> str:
        """What to say behind the address of the terms: whether anybody opened it."""
        return "" if self.url_seen else " (this address was not opened by us)"

    def verdict(self, use: str) -> str:
        """Of one of USES."""
        return self.publish if use == "publish" else self.private

    def to_json(self) -> dict[str, Any]:
        """As it stands in manifests: without what only finds the row."""
        names = (
            "name",
            "url",
            "url_seen",
            "says",
            "clause",
            "clause_at",
            "clause_date",
            "read",
            "publish",
            "private",
            "grade",
        )
        return {"source": self.key, **{name: getattr(self, name) for name in names}}


@cache
def table() -> dict[str, Any]:
    """All of sources.yaml."""
    return read_table(Path(__file__).with_name("sources.yaml"), "table").data


@cache
def sources() -> dict[str, Source]:
    """Every row by its key, and the one for what was not declared under ""."""
    rows = {key: _source(key, row) for key, row in table()["sources"].items()}
    return {**rows, "": _source("", table()["undeclared"])}


def notice() -> str:
    """That none of this is legal advice."""
    return " ".join(table()["notice"].split())


def grade_words(grade: str) -> str:
    """What a grade means."""
    return table()["grades"][grade]


def source_names() -> list[str]:
    """What --source takes; the sitter needs none."""
    return [key for key in sources() if key not in ("", "sitter")]


def check_source(text: str) -> str:
    """The key of a row, from its name or another name of it. Raises InputError with the nearest ones."""
    word = re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")
    known = {name: row.key for row in sources().values() if row.key for name in (row.key, *row.aliases)}
    plain = {name.replace("_", ""): key for name, key in known.items()}
    if word.replace("_", "") in plain:
        return plain[word.replace("_", "")]
    near = difflib.get_close_matches(word, known, n=1)
    names = f"Did you mean {known[near[0]]}?" if near else f"Choose one of {', '.join(source_names())}."
    raise InputError(f"--source {text[:40]!r}: not in our table. {names} `other` is for what is not in it.")


def worse(*verdicts: str) -> str:
    """The worst of some verdicts."""
    return max(verdicts, key=VERDICTS.index)


def _source(key: str, row: dict[str, Any]) -> Source:
    lists = {name: tuple(row.get(name, ())) for name in ("aliases", "rigs")}
    texts = ("name", "url", "says", "clause", "clause_at", "clause_date", "read")
    flat = {name: None if row[name] is None else " ".join(str(row[name]).split()) for name in texts}
    return Source(key, **{**row, **flat, **lists})
