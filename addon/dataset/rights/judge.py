# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be done with a set: the table's row, what the character's file says, and what the user declares, joined."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ...common.files import read_jsonl
from ..layout import RAW, read_job, read_json
from .table import USES, Source, notice, sources, table, worse


@dataclass(frozen=True)
class Judged:
    """verdicts: use ("publish", "private") -> allowed, depends, unknown or not_allowed; because: use -> sentences that
    say why it is not better than that; asks: what must be done when it is used (naming the author ...); hint: a
    sentence that helps to declare the source, or "". purpose and reason as the user declares them.
    """

    source: Source
    verdicts: dict[str, str]
    because: dict[str, tuple[str, ...]]
    asks: tuple[str, ...]
    licence: dict[str, Any] | None
    card_licence: str
    purpose: str
    reason: str | None
    hint: str

    @property
    def clear(self) -> bool:
        """Whether the pictures may be published as far as is known."""
        return self.verdicts["publish"] == "allowed"

    def to_json(self) -> dict[str, Any]:
        """As manifests and provenance state it."""
        return {
            "notice": notice(),
            "declared": {"source": self.source.key or None, "purpose": self.purpose, "reason": self.reason},
            "terms": self.source.to_json(),
            "file": self.licence,
            "verdicts": self.verdicts,
            "because": {use: list(lines) for use, lines in self.because.items()},
            "asks": list(self.asks),
        }


def judge_out(out: Path) -> Judged:
    """Of a folder of ours; a job that was never rendered here (a user's own pictures) has no character's file."""
    job = read_job(out) if (out / "job.yaml").is_file() else {}
    path = out / RAW / "character.json"
    facts = read_json(path) if path.is_file() else {}
    facts = facts if isinstance(facts, dict) else {}
    rows = [row.get("character") or {} for row in read_jsonl(out / RAW / "shots.jsonl")]
    return judge(job, facts, [row.get("licence") or {} for row in rows if isinstance(row, dict)])


def judge(job: dict[str, Any], facts: dict[str, Any], also: Iterable[dict[str, Any]] = ()) -> Judged:
    """job: job.yaml's mapping (file, source, purpose, reason); facts: character.json's; also: licences that the rows of
    the truth state, whose forbidden uses count too. Raises InputError for a source that the table lacks.
    """
    source = _source(job)
    licence = facts.get("licence") if isinstance(facts.get("licence"), dict) else None
    said = [licence or {}, *also]
    forbids = list(dict.fromkeys(str(word) for one in said for word in one.get("forbids") or ()))
    asks = list(dict.fromkeys(str(word) for one in said for word in one.get("asks") or ()))
    named = _named(licence)
    if "asks" in named:
        asks = list(dict.fromkeys([*asks, named["asks"]]))
    judged = {use: _verdict(use, source, named, forbids, licence) for use in USES}
    return Judged(
        source=source,
        verdicts={use: verdict for use, (verdict, _why) in judged.items()},
        because={use: why for use, (_verdict, why) in judged.items()},
        asks=() if source.authors else tuple(asks),
        licence=licence,
        card_licence=_card_licence(source, named),
        purpose=str(job.get("purpose") or "private"),
        reason=" ".join(str(job.get("reason") or "").split()) or None,
        hint=_hint(source, facts),
    )


def _source(job: dict[str, Any]) -> Source:
    if job.get("file") == "sitter":
        return sources()["sitter"]
    key = str(job.get("source") or "")
    if key not in sources():
        raise InputError(f"job.yaml: source {key[:40]!r} is not in our table. Run the command with --source again.")
    return sources()[key]


def _named(licence: dict[str, Any] | None) -> dict[str, Any]:
    """The table's row for the licence that the file names; {} where it names none that is known."""
    texts = [str((licence or {}).get(key) or "") for key in ("name", "url")]
    spoken = " ".join(re.sub(r"[\s_]+", "-", text) for text in texts)
    rows = (row for row in table()["licences"] if re.search(row["match"], spoken, re.IGNORECASE))
    return next(rows, {})


def _verdict(
    use: str, source: Source, named: dict[str, Any], forbids: list[str], licence: dict[str, Any] | None
) -> tuple[str, tuple[str, ...]]:
    """The verdict for one use, and why it is not better."""
    verdict, why = source.verdict(use), []
    if source.file_decides and named:
        verdict = named[use]
        if verdict != "allowed":
            why.append(f"{named['why']} ({(licence or {}).get('name') or 'as the file says'})")
    elif verdict != "allowed":
        why.append(source.says)
    for word in forbids:
        row = next((row for row in table()["forbidden"] if row["match"] in word), None)
        if row is None or (source.authors and row.get("authors")) or row[use] == "allowed":
            continue
        verdict = worse(verdict, row[use])
        why.append(f"the file forbids {word}")
    return verdict, tuple(dict.fromkeys(why))


def _card_licence(source: Source, named: dict[str, Any]) -> str:
    """Hugging Face's word: of the file's licence where it counts, `other` where it is the user's to choose."""
    if source.verdict("publish") == "allowed" and source.key in ("own", "sitter"):
        return "other"
    if source.key == "makehuman":
        return "cc0-1.0"
    return named.get("card", "unknown") if source.file_decides else "unknown"


def _hint(source: Source, facts: dict[str, Any]) -> str:
    if source.key:
        return ""
    rig = str(facts.get("rig") or "")
    like = next((row for row in sources().values() if rig and rig in row.rigs), None)
    return f"Its rig looks like one from {like.name}: if so, say --source {like.key}." if like else ""
