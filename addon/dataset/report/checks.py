# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks found: a mark and a sentence on each picture, and a section on the set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ..checks.drops import read_drops
from ..checks.finding import SEVERITIES
from ..checks.run import read_checks
from .markup import Html, join, tag
from .model import Folder, Picture
from .words import word


@dataclass(frozen=True)
class Marks:
    """summary: one line, "" where nothing was checked; of each picture (by shot id) and of the set its findings as
    (severity, sentence); dropped: id -> why it is left out of the dataset; kept: ids kept whatever was found."""

    summary: str = ""
    pictures: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    whole: list[tuple[str, str]] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    def state(self, name: str) -> str:
        """How a picture's card is marked: dropped, kept, bad, look, or "" for a good one."""
        if name in self.dropped:
            return "dropped"
        found = {severity for severity, _sentence in self.pictures.get(name, ())}
        worst = next((severity for severity in SEVERITIES if severity in found), "")
        return "kept" if worst and name in self.kept else worst


def read_marks(out: Path) -> Marks:
    """From checks.json and dropped.json in OUT, as far as they are there and readable."""
    data = read_checks(out)
    try:
        drops = read_drops(out)
    except InputError:
        return Marks()
    return Marks(
        summary=str(data.get("summary") or ""),
        pictures={str(entry["id"]): _sentences(entry["findings"]) for entry in data.get("pictures", ())},
        whole=_sentences(data.get("set")),
        dropped={name: str(row["why"]) for name, row in drops.dropped.items()},
        kept=drops.kept,
    )


def _sentences(findings: Any) -> list[tuple[str, str]]:
    listed = findings if isinstance(findings, list) else []
    return [(str(row.get("severity")), str(row.get("sentence"))) for row in listed if isinstance(row, dict)]


def badge(marks: Marks, picture: Picture) -> Html | None:
    """A word over the picture; None on a good one."""
    state = marks.state(picture.shot.id)
    return tag("span", word("marks", state), class_=f"badge {state}") if state else None


def remarks(marks: Marks, picture: Picture) -> list[Html]:
    """What was found, below the picture."""
    name = picture.shot.id
    said = [sentence for _severity, sentence in marks.pictures.get(name, ())]
    if not said and name in marks.dropped:
        said = [marks.dropped[name]]
    return [tag("p", sentence, class_=f"note finding {marks.state(name)}", dir="auto") for sentence in said]


def checks(folder: Folder, marks: Marks) -> Html | None:
    """The section: one line, the set's findings, then the pictures with findings, each leading to its card."""
    if not marks.summary:
        return None
    numbers = {picture.shot.id: picture.shot.number for picture in folder.pictures}
    marked = sorted((number, name) for name, number in numbers.items() if marks.state(name))
    whole = [tag("li", sentence, class_=severity, dir="auto") for severity, sentence in marks.whole]
    return join(
        tag("p", marks.summary),
        tag("ul", whole, class_="reasons") if whole else None,
        tag("ul", _marked(marks, marked), class_="findings") if marked else None,
    )


def _marked(marks: Marks, marked: Iterable[tuple[int, str]]) -> Iterable[Html]:
    for number, name in marked:
        said = [sentence for _severity, sentence in marks.pictures.get(name, ())] or [marks.dropped.get(name, "")]
        yield tag(
            "li",
            tag("a", f"{number:04d}", href=f"#shot-{name}", class_="number"),
            tag("span", word("marks", marks.state(name)), class_=f"badge {marks.state(name)}"),
            tag("p", " ".join(said), dir="auto"),
        )
