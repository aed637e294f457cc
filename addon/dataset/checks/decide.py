# SPDX-License-Identifier: GPL-3.0-or-later
"""From findings to decisions: what is dropped, what is kept all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...common.errors import InputError
from ..layout import read_rows
from .drops import drop, keep, read_drops, write_drops
from .run import Checked


def decide(checked: Checked, drop_bad: bool, keep_names: Sequence[str]) -> Checked:
    """Note that the bad pictures are left out (drop_bad) and that some are kept; returns what holds then.

    Raises InputError for a name that is no picture's, and where no picture would be left.
    """
    known = {name: file for name, file, _findings in checked.pictures}
    drops = keep(read_drops(checked.folder), keep_names, known)
    if drop_bad:
        prints = {row["id"]: row["sha256"] for row in read_rows(checked.folder)} if checked.ours else {}
        drops = drop(drops, {name: _why(checked, name) for name in checked.with_severity("bad")}, prints)
    if not set(known) - set(drops.dropped):
        raise InputError(f"{checked.folder}: every picture is bad, so none would be left. Make them again.")
    write_drops(checked.folder, drops)
    return replace(checked, dropped=tuple(name for name in known if name in drops.dropped), kept=drops.kept)


def _why(checked: Checked, wanted: str) -> str:
    sentences = [
        finding.sentence
        for name, _file, findings in checked.pictures
        for finding in findings
        if name == wanted and finding.severity == "bad"
    ]
    return " ".join(sentences)
