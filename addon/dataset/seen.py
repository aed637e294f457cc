# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings of a shot its picture really shows: only those are named in a caption."""

from __future__ import annotations

from ..plan.settings import Setting, setting
from .backgrounds import trained_on
from .caption_words import WORDS
from .layout import Row
from .relit import as_lit

#: The order in which tag captions name what is seen: the guide's.
ORDER = ("expression", "pose", "angle", "framing", "lighting", "background")


def seen(row: Row) -> dict[str, Setting]:
    """The settings, by axis, that the training picture of a truth row shows, in the order of captions.

    An expression that could only be approximated is not named: what was meant as happy may read as a small "oh".
    """
    named = {axis: setting(axis, row["settings"][axis]) for axis in ORDER}
    if not row["visible"]["face"] or not _made(row, "expression") or not row["made"]["expression"]["exact"]:
        del named["expression"]
    if not _shows_pose(row):
        del named["pose"]
    engine = row["software"]["engine"].lower()
    lighting = as_lit(named["lighting"], row.get("relit"))
    if lighting is None or any(unlit in engine for unlit in WORDS["unlit_engines"]):
        del named["lighting"]
    else:
        named["lighting"] = lighting
    named["background"] = trained_on(named["background"])
    return named


def _made(row: Row, axis: str) -> bool:
    return row["made"][axis]["method"] in WORDS["made_by"][axis]


def _shows_pose(row: Row) -> bool:
    settings = row["settings"]
    needs = WORDS["poses"].get(settings["pose"], {})
    return (
        _made(row, "pose")
        and settings["framing"] in needs.get("framing", [settings["framing"]])
        and settings["angle"] not in needs.get("not_from", [])
        and row["visible"]["hands"] >= needs.get("hands", 0)
    )
