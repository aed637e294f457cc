# SPDX-License-Identifier: GPL-3.0-or-later
"""From runs to the ratios and the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from _benchmark_meter import Cost

OURS, PLAIN, FRESH, PROC = "modelsheet", "plain loop", "fresh process", "blenderproc"
ORDER = (OURS, PLAIN, FRESH, PROC)
COUNTS = (1, 4, 8)
LEGEND = """\
A picture's CPU-seconds are those of the process and its children after the start (Blender started, the character
loaded), which is taken apart; `with start` spreads the start over the pictures of this run. A fresh process starts
Blender and imports the character as glTF for each picture, and pays for it. `ours/its`: Modelsheet's figure by the
other's, lower is better; that of the CPU-seconds after the start is the ratio of --json. dB: mean PSNR against the
references, over the subject's pixels, laid over mid grey. Loss: the plain loop's dB less ours."""


@dataclass(frozen=True)
class Run:
    """One contender once. psnr in dB, None without references; by_lighting: the same for each lighting apart."""

    contender: str
    size: int
    lightings: int
    round: int
    pictures: int
    cost: Cost
    psnr: float | None
    by_lighting: Mapping[str, float] = field(default_factory=dict)

    @property
    def cpu_per_picture(self) -> float:
        """CPU-seconds, after the start."""
        return max(self.cost.cpu - self.cost.start_cpu, 0.0) / self.pictures

    @property
    def wall_per_picture(self) -> float:
        """Seconds, after the start."""
        return max(self.cost.wall - self.cost.start_wall, 0.0) / self.pictures

    @property
    def cpu_with_start(self) -> float:
        """CPU-seconds a picture, the start spread over them."""
        return self.cost.cpu / self.pictures

    def to_json(self) -> dict[str, Any]:
        """Seconds, bytes and decibels, rounded."""
        seconds = {
            "cpu_per_picture": self.cpu_per_picture, "cpu_per_picture_with_start": self.cpu_with_start,
            "wall_per_picture": self.wall_per_picture, "cpu": self.cost.cpu, "wall": self.cost.wall,
            "start_cpu": self.cost.start_cpu, "start_wall": self.cost.start_wall,
        }  # fmt: skip
        return {
            "contender": self.contender, "size": self.size, "lightings": self.lightings, "round": self.round,
            "pictures": self.pictures, **{name: round(value, 3) for name, value in seconds.items()},
            "peak_memory": self.cost.memory, "psnr_db": None if self.psnr is None else round(self.psnr, 3),
            "psnr_by_lighting": {name: round(value, 3) for name, value in self.by_lighting.items()},
        }  # fmt: skip


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """The one object of --json: medians over rounds; over sizes the worst, so that no size hides behind another."""

    def over(other: str, counts: Iterable[int]) -> dict[str, float | None]:
        return {str(count): ratio(runs, count, other) for count in counts}

    return {
        "runs": [run.to_json() for run in runs],
        "ratios": {
            "over_plain_loop": over(PLAIN, COUNTS),
            "over_fresh_process": over(FRESH, (4,)),
            "over_blenderproc": over(PROC, (4,)),
        },
        "psnr_loss_db": {str(count): loss(runs, count) for count in COUNTS},
    }


def ratio(
    runs: Sequence[Run], lightings: int, other: str, value: Callable[[Run], float] = lambda run: run.cpu_per_picture
) -> float | None:
    """Ours by another's, at the worst size; None where either was not run."""
    found = []
    for size in {run.size for run in runs}:
        mine, theirs = (_median(runs, name, size, lightings, value) for name in (OURS, other))
        if mine is not None and theirs:
            found.append(mine / theirs)
    return round(max(found), 4) if found else None


def loss(runs: Sequence[Run], lightings: int) -> float | None:
    """The plain loop's decibels less ours, at the worst size; None without references."""
    found = []
    for size in {run.size for run in runs}:
        mine, theirs = (
            _median([run for run in runs if run.psnr is not None], name, size, lightings, lambda run: run.psnr or 0.0)
            for name in (OURS, PLAIN)
        )
        if mine is not None and theirs is not None:
            found.append(theirs - mine)
    return round(max(found), 3) if found else None


def _under(lighting: str, run: Run) -> float:
    return run.by_lighting[lighting]


def losses(runs: Sequence[Run], lightings: int) -> dict[str, float]:
    """The loss under each lighting, at the worst size: an average hides the one that suffers."""
    found: dict[str, float] = {}
    for size in {run.size for run in runs}:
        for lighting in dict.fromkeys(name for run in runs for name in run.by_lighting):
            judged = [run for run in runs if lighting in run.by_lighting]
            mine, theirs = (_median(judged, name, size, lightings, partial(_under, lighting)) for name in (OURS, PLAIN))
            if mine is not None and theirs is not None:
                found[lighting] = max(found.get(lighting, theirs - mine), theirs - mine)
    return found


def table(runs: Sequence[Run]) -> str:
    """What people read."""
    head = ("size", "lights", "contender", "pictures", "CPU-s", "ours/its", "with start", "ours/its", "wall s",
            "peak MB", "ours/its", "dB", "start CPU-s")  # fmt: skip
    rows: list[tuple[str, ...]] = [head]
    for size, lightings in sorted({(run.size, run.lightings) for run in runs}):
        rows += _rows([run for run in runs if (run.size, run.lightings) == (size, lightings)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(_cell(text, width, column) for column, (text, width) in enumerate(zip(row, widths, strict=True)))
             for row in rows]  # fmt: skip
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, "", LEGEND, "", *_verdict(runs)])


def _rows(runs: Sequence[Run]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name in (name for name in ORDER if any(run.contender == name for run in runs)):
        mine = [run for run in runs if run.contender == name]
        first = mine[0]

        def of(value: Callable[[Run], float], mine: list[Run] = mine) -> float:
            return median(map(value, mine))

        def by(value: Callable[[Run], float], name: str = name) -> str:
            found = None if name == OURS else ratio(runs, runs[0].lightings, name, value)
            return "" if found is None else f"{found:.2f}"

        def memory(run: Run) -> float:
            return float(run.cost.memory)

        decibels = [run.psnr for run in mine if run.psnr is not None]
        rows.append((
            f"{first.size}", f"{first.lightings}", name, f"{first.pictures}",
            f"{of(lambda run: run.cpu_per_picture):.2f}", by(lambda run: run.cpu_per_picture),
            f"{of(lambda run: run.cpu_with_start):.2f}", by(lambda run: run.cpu_with_start),
            f"{of(lambda run: run.wall_per_picture):.2f}", f"{of(memory) / 2**20:.0f}", by(memory),
            f"{median(decibels):.2f}" if decibels else "", f"{of(lambda run: run.cost.start_cpu):.1f}",
        ))  # fmt: skip
    return rows


def _verdict(runs: Sequence[Run]) -> list[str]:
    """One line a number of lightings: what is lost on average, and where most."""
    lines = []
    for count in sorted({run.lightings for run in runs}):
        found = loss(runs, count)
        if found is None:
            continue
        apart = losses(runs, count)
        worst = max(apart, key=lambda name: apart[name], default=None)
        most = "" if worst is None else f"; {worst}: {apart[worst]:+.2f} dB" if count > 1 else ""
        lines.append(f"{count} lighting{'s' if count > 1 else ''}: {found:+.2f} dB lost against the plain loop{most}")
    return lines


def _cell(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column == 2 else text.rjust(width)


def _median(runs: Sequence[Run], name: str, size: int, lightings: int, value: Callable[[Run], float]) -> float | None:
    found = [value(run) for run in runs if (run.contender, run.size, run.lightings) == (name, size, lightings)]
    return median(found) if found else None
