# SPDX-License-Identifier: GPL-3.0-or-later
"""A rendered set: what was done so that the LoRA does not learn the renderer, and what is left to do."""

from __future__ import annotations

from pathlib import Path

from ...plan.control import FOLDER as CONTROLS
from ...plan.shots import AXES
from ..layout import FINAL
from ..mitigations import SetFacts, mitigations
from .markup import Html, join, tag
from .model import Folder

_WHY = (
    "A LoRA learns whatever all pictures have in common. Pictures from one renderer have its look in common, so it "
    "comes along with the character unless something keeps the two apart. This is what the set does about it:"
)


def rendered(folder: Folder) -> Html | None:
    """The section; None before there is a dataset, and for pictures that no engine rendered."""
    captioned = [picture for picture in folder.pictures if picture.caption]
    if not captioned or not any((picture.row.get("software") or {}).get("engine") for picture in captioned):
        return None
    facts = SetFacts(
        captions=[picture.caption for picture in captioned],
        settings=[{axis: picture.shot[axis] for axis in AXES} for picture in captioned],
        masks=_count(folder.out / FINAL / "masks"),
        controls={place.name: _count(place) for place in _folders(folder.out / FINAL / CONTROLS)},
    )
    rows = [tag("div", tag("dt", title), tag("dd", _code(text))) for title, text in mitigations(facts) if text]
    return join(tag("p", _WHY, class_="lead"), tag("dl", rows, class_="facts steps"))


def _code(text: str) -> Html:
    """What stands between backticks as code."""
    parts = text.split("`")
    return join(tag("code", part) if place % 2 else part for place, part in enumerate(parts))


def _folders(place: Path) -> list[Path]:
    return sorted(path for path in place.iterdir() if path.is_dir()) if place.is_dir() else []


def _count(place: Path) -> int:
    return sum(path.is_file() for path in place.iterdir()) if place.is_dir() else 0
