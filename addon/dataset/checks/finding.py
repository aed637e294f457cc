# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check finds: a figure beyond a threshold of checks.yaml, and a sentence on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...common.tables import read_table

TABLE = MappingProxyType(read_table(Path(__file__).with_name("checks.yaml")).data)
#: The worst first.
SEVERITIES = ("bad", "look")


@dataclass(frozen=True)
class Finding:
    """check: its name in checks.yaml; severity: "bad" (leave it out) or "look" (look at it)."""

    check: str
    value: float
    threshold: float
    severity: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def judge(check: str, value: float | None, **facts: Any) -> list[Finding]:
    """The finding that a figure comes to, in a list; empty where it is good or unknown. facts: for the sentence."""
    if value is None:
        return []
    row = TABLE[check]
    for severity in SEVERITIES:
        threshold = row.get(severity)
        if threshold is None or not (value > threshold if row["worse"] == "over" else value < threshold):
            continue
        words = {"value": value, "threshold": threshold, **facts}
        text = f"{row['says'].format(**words)} {row['mend'].format(**words)}"
        return [Finding(check, round(float(value), 4), float(threshold), severity, " ".join(text.split()))]
    return []


def certain(check: str, **facts: Any) -> list[Finding]:
    """The finding of a check that counts nothing: it is so."""
    row = TABLE[check]
    return judge(check, 1.0 if row["worse"] == "over" else 0.0, **facts)


def worst(findings: Iterable[Finding]) -> str | None:
    """The worst severity among findings; None where there are none."""
    found = {finding.severity for finding in findings}
    return next((severity for severity in SEVERITIES if severity in found), None)
