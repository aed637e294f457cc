# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory over one long session: hundreds of takes, no two alike, at the smallest size, through `modelsheet render`."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _benchmark_shots
from _benchmark_compare import say
from _benchmark_contenders import command
from _benchmark_meter import BenchmarkError, family, measured, memory_of

RESOLUTION, SAMPLES = 64, 2
#: The take that growth is counted from: what is loaded once is there by then.
FIRST = 10


@dataclass
class Growth:
    """Memory of a session after each take. rows: take -> (Blender's bytes, those of all its processes)."""

    marks: frozenset[int]
    rows: dict[int, tuple[int, int]] = field(default_factory=dict)
    peak: int = 0

    def hear(self, line: str, pid: int) -> None:
        """Look at the memory when the command says that a picture is done."""
        try:
            event = json.loads(line)
        except ValueError:
            return
        if event.get("event") == "failed":
            raise BenchmarkError(f"--memory: a take failed: {event['message']}")
        if event.get("event") != "shot":
            return
        sizes = [memory_of(one) for one in family(pid)]
        self.peak = max(self.peak, sum(sizes))
        if event["done"] in self.marks:
            self.rows[event["done"]] = (max(sizes), sum(sizes))
            say(f"take {event['done']}: Blender {max(sizes) / 2**20:.0f} MB, all {sum(sizes) / 2**20:.0f} MB")


def measure(given: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], str]:
    """The object for --json, and the same in words."""
    takes = given.memory
    growth = Growth(frozenset({FIRST, *range(50, takes, 50), takes}))
    # One more than is looked at: after the last one everything is put away at once.
    preset = _benchmark_shots.write_walk(folder / "preset.yaml", takes + 1)
    words = ["--preset", str(preset), "--device", "cpu", "--json"]
    words += ["--out", str(folder / "out"), "--resolution", str(RESOLUTION), "--samples", str(SAMPLES)]
    say(f"{takes} takes at {RESOLUTION} px in one session ...")
    cost = measured(command("render", given.character, *words), folder / "log.txt", hear=growth.hear)
    if FIRST not in growth.rows or len(growth.rows) < 2:
        raise BenchmarkError(f"--memory: too few takes were made. See {folder}.")
    return _told(growth, takes, cost.cpu / (takes + 1)), _words(growth, takes, cost.cpu / (takes + 1))


def _told(growth: Growth, takes: int, cpu: float) -> dict[str, Any]:
    rows = [{"take": take, "blender": row[0], "all": row[1], "growth_percent": round(_percent(growth, take), 2)}
            for take, row in sorted(growth.rows.items())]  # fmt: skip
    worst = max(row["growth_percent"] for row in rows)
    return {"takes": takes, "memory": rows, "peak": growth.peak, "growth_percent": worst,
            "cpu_per_take": round(cpu, 3)}  # fmt: skip


def _percent(growth: Growth, take: int) -> float:
    """How much more Blender holds than after the first marked take."""
    return 100 * (growth.rows[take][0] / growth.rows[FIRST][0] - 1)


def _words(growth: Growth, takes: int, cpu: float) -> str:
    lines = ["take   Blender MB   all MB   growth since take 10"]
    for take, (blender, together) in sorted(growth.rows.items()):
        lines.append(f"{take:4}   {blender / 2**20:10.1f}   {together / 2**20:6.1f}   {_percent(growth, take):+.1f} %")
    worst = max(_percent(growth, take) for take in growth.rows)
    lines += ["", f"Most after take {FIRST}: {worst:+.1f} %. {cpu:.2f} CPU-s a take over {takes}."]
    return "\n".join(lines)
