# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a job will take: by what the last ones took on this computer, else by a table. Never imports bpy."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..common.errors import ModelsheetError
from ..common.files import write_json
from ..common.tables import read_table

TABLE = read_table(Path(__file__).with_suffix(".yaml"), "table").data
#: Renders of a job without which it says nothing about pace, and jobs of which the mean is taken.
FEWEST = 2
REMEMBERED = 5
MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class Way:
    """What decides how long a render takes."""

    engine: str
    resolution: int
    samples: int
    device: str

    @property
    def key(self) -> str:
        """As the file of measured paces names it."""
        return f"{self.engine}-{self.resolution}-{self.samples}-{self.device}"


@dataclass(frozen=True)
class Estimate:
    """seconds, and a few words that say what they rest on."""

    seconds: float
    basis: str


def estimate(way: Way, takes: int, prints: int, measured: dict[str, list[float]]) -> Estimate:
    """For so many renders, of which so many pictures are made. measured: Way.key -> seconds a render, of some jobs."""
    row = TABLE[way.engine]
    known = measured.get(way.key)
    if known:
        return Estimate(row["start"] + takes * sum(known) / len(known), "by your last runs")
    like = [(key, values) for key, values in measured.items() if key.split("-")[0] == way.engine and values]
    guess = _table(way, takes, prints)
    if like and (other := _way(like[-1][0])):
        pace = sum(like[-1][1]) / len(like[-1][1])
        factor = takes * pace / max(_table(other, takes, takes) - row["start"], 1e-3)
        return Estimate(row["start"] + (guess - row["start"]) * factor, "by other runs here")
    return Estimate(guess, "roughly guessed")


def _table(way: Way, takes: int, prints: int) -> float:
    row = TABLE[way.engine]
    area = (way.resolution / 1024) ** 2
    cores = TABLE["cores"] / max(1, min(os.cpu_count() or 1, 64))
    fine = way.samples / TABLE["samples"] if way.engine != "workbench" else 1.0
    render = takes * (row["take"] + row["render"] * area * fine * cores)
    return float(row["start"] + render + prints * row["print"] * area)


def way_of(words: Sequence[str]) -> Way | None:
    """How a command renders, by its words; None for one that doesn't say so."""
    told = {name: value for name, value in pairwise(words) if name in ("--engine", "--resolution", "--samples")}
    devices = [value for name, value in pairwise(words) if name == "--device"]
    if len(told) < 3 or not devices or words[0] != "make":
        return None
    return _way(f"{told['--engine']}-{told['--resolution']}-{told['--samples']}-{devices[-1]}")


def _way(key: str) -> Way | None:
    engine, *numbers, device = key.split("-")
    try:
        resolution, samples = (int(number) for number in numbers)
    except ValueError:
        return None
    return Way(engine, resolution, samples, device) if engine in TABLE else None


class Stopwatch:
    """Measures the jobs that run, by their events, and keeps what it found in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._way: Way | None = None
        self._begun = 0.0
        self._last = 0.0
        self._pictures = 0
        self.measured = _read(file)

    def begin(self, way: Way | None) -> None:
        """A job starts that renders so; None for one that renders nothing."""
        self._way, self._pictures = way, 0

    def take(self, event: dict[str, Any]) -> None:
        """One event of the job."""
        if self._way is None:
            return
        match event.get("event"):
            case "progress":
                self._begun = time.monotonic()
            case "shot":
                self._last = time.monotonic()
                self._pictures += 1
            case "done":
                self._finish(int(event.get("exposed") or 0))

    def _finish(self, exposed: int) -> None:
        way, self._way = self._way, None
        if way is None or exposed < FEWEST or not self._begun < self._last:
            return
        pace = round((self._last - self._begun) / exposed, 3)
        kept = [*self.measured.get(way.key, []), pace][-REMEMBERED:]
        self.measured = {**{key: row for key, row in self.measured.items() if key != way.key}, way.key: kept}
        try:
            write_json(self._file, self.measured)
        except ModelsheetError:
            return  # a full disk: the job tells of it, and an estimate is not worth a second complaint


def _read(file: Path) -> dict[str, list[float]]:
    """What is kept; a file that is damaged says nothing."""
    try:
        if file.stat().st_size > MOST_BYTES:
            return {}
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    rows = {str(key): _sound(row) for key, row in data.items() if isinstance(row, list)}
    return {key: row for key, row in rows.items() if row}


def _sound(row: list[Any]) -> list[float]:
    return [float(value) for value in row if isinstance(value, int | float) and 0 < value < 1e5][-REMEMBERED:]
