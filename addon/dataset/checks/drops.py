# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pictures are left out of the dataset: a decision, kept in OUT/dropped.json. Pictures stay where they are.

A decision is about one print: when the print is made anew, it no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ...common.files import write_json
from ..layout import Row, read_json

DROPS = "dropped.json"
FORMAT = 1


@dataclass(frozen=True)
class Drops:
    """id -> {"why": sentence, "print": hash of the print or null}; kept: ids that are never dropped by themselves."""

    dropped: dict[str, dict[str, Any]]
    kept: tuple[str, ...] = ()


def read_drops(folder: Path) -> Drops:
    """What was decided in a folder; nothing where no file is. Raises InputError for a file that is not ours."""
    path = folder / DROPS
    if not path.is_file():
        return Drops({})
    data = read_json(path)
    try:
        dropped = {
            str(name): {"why": str(row["why"]), "print": row.get("print")} for name, row in data["dropped"].items()
        }
        return Drops(dropped, tuple(str(name) for name in data["kept"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not a list of dropped pictures. Delete it and run again.") from error


def write_drops(folder: Path, drops: Drops) -> None:
    """Keep a decision; without any, the file is removed."""
    path = folder / DROPS
    if drops.dropped or drops.kept:
        write_json(path, {"format": FORMAT, "dropped": drops.dropped, "kept": list(drops.kept)})
    else:
        path.unlink(missing_ok=True)


def drop(drops: Drops, bad: dict[str, str], prints: dict[str, str]) -> Drops:
    """With the bad pictures (id -> why) left out too, but for those that are to be kept; prints: id -> hash."""
    new = {name: {"why": why, "print": prints.get(name)} for name, why in bad.items() if name not in drops.kept}
    return Drops({**drops.dropped, **new}, drops.kept)


def keep(drops: Drops, names: Iterable[str], known: Mapping[str, str]) -> Drops:
    """With these taken in again. A name is a picture's id, its file's, or the number that its id begins with.

    Raises InputError for a name that is none of `known`.
    """
    chosen = [_find(name, known) for name in names]
    dropped = {name: row for name, row in drops.dropped.items() if name not in chosen}
    return Drops(dropped, tuple(dict.fromkeys((*drops.kept, *chosen))))


def _find(name: str, known: Mapping[str, str]) -> str:
    """The id that a person means; known: id -> file."""
    found = [one for one, file in known.items() if name in (one, file)]
    found = found or [one for one, file in known.items() if Path(name).stem in (Path(one).stem, Path(file).stem)]
    found = found or [one for one in known if one.partition("_")[0] == name.rjust(4, "0")]
    if len(found) != 1:
        raise InputError(f"--keep {name}: no picture of this name here. Copy it from the table that `check` prints.")
    return found[0]


def staying(out: Path, rows: list[Row]) -> list[Row]:
    """The truth rows that go into the dataset: without those dropped, unless their print was made anew since.

    Raises InputError when none is left.
    """
    dropped = read_drops(out).dropped
    left = [row for row in rows if not _holds(dropped.get(row["id"]), row)]
    if rows and not left:
        raise InputError(f"{out / DROPS}: leaves no picture. Take some in again with `modelsheet check --keep ID`.")
    return left


def _holds(decision: dict[str, Any] | None, row: Row) -> bool:
    return decision is not None and decision["print"] in (None, row["sha256"])
