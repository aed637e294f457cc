# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of a whole folder: every picture, then the set; what is found is written to checks.json there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...common.errors import InputError, WorkError
from ...common.files import write_json
from ..layout import read_facts, read_json
from .among import among
from .balance import balance
from .drops import read_drops
from .entry import Collection
from .finding import Finding, certain, worst
from .picture import Looked, look
from .sources import collect

#: What was found, beside the pictures. `format` tells a later reader, and that the file is ours.
CHECKS = "checks.json"
FORMAT = 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Checked:
    """folder: what was checked; pictures: (id, file, findings) of each; whole: findings on the set; dropped: ids that
    are left out of the dataset; kept: bad ones that a person wants in it; ours: whether the set was made here."""

    folder: Path
    pictures: tuple[tuple[str, str, tuple[Finding, ...]], ...]
    whole: tuple[Finding, ...]
    dropped: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    ours: bool = True

    def with_severity(self, severity: str) -> list[str]:
        """Ids of the pictures whose worst finding is of that severity."""
        return [name for name, _file, findings in self.pictures if worst(findings) == severity]

    @property
    def bad(self) -> bool:
        """Whether anything bad was found that nobody has decided upon."""
        decided = {*self.dropped, *self.kept}
        return any(name not in decided for name in self.with_severity("bad")) or worst(self.whole) == "bad"

    def summary(self) -> str:
        """One line."""
        bad, look_at, number = self.with_severity("bad"), self.with_severity("look"), len(self.pictures)
        good = number - len(bad) - len(look_at)
        pictures = "1 picture" if number == 1 else f"{number} pictures"
        parts = [f"{good} good", f"{len(look_at)} to look at" if look_at else "", f"{len(bad)} bad" if bad else ""]
        text = f"{pictures} checked: {', '.join(part for part in parts if part)}"
        return f"{text}; {len(self.dropped)} left out." if self.dropped else f"{text}."

    def counts(self) -> dict[str, Any]:
        """For the one line that a job tells of its checks."""
        return {
            "out": str(self.folder),
            "pictures": len(self.pictures),
            "bad": len(self.with_severity("bad")),
            "look": len(self.with_severity("look")),
            "dropped": list(self.dropped),
            "summary": self.summary(),
        }

    def to_json(self) -> dict[str, Any]:
        """The "checked" event, which is what checks.json holds too."""
        return {
            "event": "checked",
            "folder": str(self.folder),
            "pictures": [
                {"id": name, "file": file, "findings": [finding.to_json() for finding in findings]}
                for name, file, findings in self.pictures
            ],
            "set": [finding.to_json() for finding in self.whole],
            "dropped": list(self.dropped),
            "kept": list(self.kept),
            "summary": self.summary(),
        }


def check(folder: Path, progress: Progress | None = None) -> Checked:
    """Check an OUT of ours or anybody's folder of pictures. Raises InputError where there is nothing to check."""
    collection = collect(folder)
    facts = read_facts(folder) if collection.ours else None
    looked: list[Looked] = []
    for number, entry in enumerate(collection.entries, start=1):
        looked.append(look(entry, facts))
        if progress is not None:
            progress(number, len(collection.entries))
    among(looked)
    drops = read_drops(folder)
    dropped = [name for name in drops.dropped if any(one.entry.id == name for one in looked)]
    staying = [one.entry.settings for one in looked if one.entry.id not in dropped]
    return Checked(
        folder,
        tuple((one.entry.id, one.entry.file, sorted_findings(one.findings)) for one in looked),
        tuple(balance(staying) + _about(collection)),
        tuple(dropped),
        tuple(drops.kept),
        collection.ours,
    )


def sorted_findings(findings: list[Finding]) -> tuple[Finding, ...]:
    """Each check once, the bad ones first."""
    once = {(finding.check, finding.sentence): finding for finding in findings}
    return tuple(sorted(once.values(), key=lambda finding: finding.severity != "bad"))


def _about(collection: Collection) -> list[Finding]:
    """What is to be said of a stranger's folder itself."""
    found = [finding for fault in collection.left_out for finding in certain("left_out", fault=fault)]
    if not collection.ours and all(entry.caption is None for entry in collection.entries):
        found += certain("no_captions")
    return found


def write_checks(checked: Checked, mark: str | None = None) -> Path:
    """Write checks.json beside the pictures and return its path. mark: of what was checked (see again.py).

    Raises InputError where another program's file of that name stands, WorkError where it can't be written.
    """
    path = checked.folder / CHECKS
    if path.exists() and not _is_ours(path):
        raise InputError(f"{path}: not a file of ours, so it is left as it is. Rename it to have the findings there.")
    marked = {"mark": mark} if mark else {}
    write_json(path, {"format": FORMAT, **checked.to_json(), "folder": checked.folder.name, **marked})
    return path


def _is_ours(path: Path) -> bool:
    if path.with_name("job.yaml").is_file():
        return True
    try:
        data = read_json(path)
    except InputError:
        return False
    return isinstance(data, dict) and data.get("event") == "checked"


def findings_of(out: Path) -> dict[str, list[dict[str, Any]]]:
    """What checks.json says of each picture, by id; {} where there is none. For the report."""
    return {entry["id"]: entry["findings"] for entry in read_checks(out).get("pictures", ())}


def read_checks(out: Path) -> dict[str, Any]:
    """checks.json as it stands; {} where it is missing or not readable: it can always be made again."""
    path = out / CHECKS
    try:
        data = read_json(path) if path.is_file() else {}
    except (InputError, WorkError):
        return {}
    whole = isinstance(data, dict) and isinstance(data.get("pictures"), list)
    return data if whole and all(_is_entry(entry) for entry in data["pictures"]) else {}


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and "id" in entry and isinstance(entry.get("findings"), list)
