# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job has come to, as it is told at the end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Event = dict[str, Any]


@dataclass
class Outcome:
    """What a job has come to. takes: how many the plan has; exposed: how many were photographed now; rendered: prints
    made now; spent: CPU-seconds by stage."""

    out: Path
    shots: int = 0
    takes: int = 0
    exposed: int = 0
    rendered: int = 0
    reused: int = 0
    seconds: float = 0.0
    spent: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    dataset: Path | None = None
    packages: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    report: Path | None = None

    def to_json(self) -> Event:
        """The "done" event."""
        paths = {"dataset": self.dataset, "report": self.report, "out": self.out}
        return {
            "event": "done",
            **{key: value for key, value in asdict(self).items() if key not in paths},
            **{key: None if path is None else str(path) for key, path in paths.items()},
            "packages": [str(path) for path in self.packages],
            "seconds": round(self.seconds, 1),
        }
