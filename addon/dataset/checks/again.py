# SPDX-License-Identifier: GPL-3.0-or-later
"""The captions of a set of ours checked again, where nothing else has changed since all of it was checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...common.files import sha256_value
from ...common.fingerprint import code_fingerprint
from ..folder import RECORD
from ..layout import FINAL, RAW, read_json, read_rows
from .captioned import caption_findings
from .drops import read_drops
from .finding import Finding
from .picture import captioned
from .run import Checked, read_checks, sorted_findings
from .sources import collect, is_ours

#: Checks of this name look at captions alone.
_CAPTION = "caption_"
_KEY = "mark"
#: What of the truth, and of a picture in the manifest, checks look at.
_OF_ROW = ("id", "sha256", "settings", "visible", "made", "boxes", "points", "relit")
_OF_PICTURE = ("id", "sha256", "settings", "size", "crop", "boxes")


def check_captions(out: Path) -> Checked | None:
    """What was found last in OUT, with the captions looked at anew; None where anything else has changed since.

    For a set that was just built: what lies in its folder is what its manifest says.
    """
    before = read_checks(out)
    if not before or before.get(_KEY) != mark(out):
        return None
    entries = {entry.id: entry for entry in collect(out).entries}
    found = [(row["id"], row["file"], _findings(row)) for row in before["pictures"]]
    if [name for name, _file, _old in found] != list(entries):
        return None
    pictures = [
        (name, entries[name].file, sorted_findings([*caption_findings(*captioned(entries[name])), *old]))
        for name, _file, old in found
    ]
    whole = tuple(Finding(**row) for row in before["set"])
    return Checked(out, tuple(pictures), whole, tuple(before["dropped"]), tuple(before["kept"]), True)


def mark(out: Path) -> str | None:
    """Hash of all that decides what checks find but captions; None for what is no finished set of ours."""
    record = out / FINAL / RECORD
    if not is_ours(out) or not record.is_file():
        return None
    pictures = [[entry.get(name) for name in _OF_PICTURE] for entry in read_json(record).get("pictures", [])]
    drops = read_drops(out)
    return sha256_value(
        {
            "code": code_fingerprint("dataset", "plan"),
            "pictures": pictures,
            "rows": [
                [row["id"], row["sha256"], row["settings"], row["visible"], row["made"]] for row in read_rows(out)
            ],
            "facts": read_json(out / RAW / "character.json"),
            "drops": [drops.dropped, list(drops.kept)],
        }
    )


def _findings(row: dict[str, Any]) -> list[Finding]:
    found = [Finding(**finding) for finding in row["findings"]]
    return [finding for finding in found if not finding.check.startswith(_CAPTION)]
