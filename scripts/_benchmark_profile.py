# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the CPU time of a whole run goes: `modelsheet make` with lora_40, stage by stage.

The command itself says what its Blender spent on what (`spent` of its last line, in CPU-seconds); the rest is the
difference to what the system counted: Blender's own start, and the process that plans, captions and packages.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from _benchmark_compare import say
from _benchmark_contenders import command
from _benchmark_meter import BenchmarkError, measured

PRESET = "lora_40"
#: Stages that are the picture itself; all others are overhead.
PICTURE = ("render", "denoise")
WORDS = {
    "load": "character loaded and understood",
    "pose": "posed, expressed, measured",
    "render": "Cycles (with lamps set up and passes read)",
    "denoise": "denoiser",
    "read": "negatives read",
    "write": "negatives written",
    "print": "view transform and PNG",
    "truth": "truth of the prints",
    "rest": "Blender's start, plan, dataset, packages, report",
}


def measure(given: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], str]:
    """The object for --json, and the same as a table."""
    size = given.sizes[-1]
    words = ["--preset", PRESET, "--trigger", "bench_syn", "--for", "kohya", "--device", "cpu", "--json"]
    words += ["--out", str(folder / "out"), "--resolution", str(size), "--samples", str(given.samples)]
    said: list[dict[str, Any]] = []
    say(f"modelsheet make with {PRESET} at {size} px ...")
    cost = measured(
        command("make", given.character, *words), folder / "log.txt", hear=lambda line, _pid: _note(line, said)
    )
    done: dict[str, Any] = next((event for event in reversed(said) if event.get("event") == "done"), {})
    spent = dict(done.get("spent", {}))
    if not spent:
        raise BenchmarkError(f"--profile: the run told nothing of its stages. See {folder}.")
    spent["rest"] = max(cost.cpu - sum(spent.values()), 0.0)
    overhead = 100 * (1 - sum(spent.get(stage, 0.0) for stage in PICTURE) / cost.cpu)
    stages = {stage: {"cpu": round(seconds, 2), "percent": round(100 * seconds / cost.cpu, 2)}
              for stage, seconds in sorted(spent.items(), key=lambda item: -item[1])}  # fmt: skip
    told = {
        "preset": PRESET, "size": size, "samples": given.samples, "pictures": done["shots"], "takes": done["takes"],
        "cpu": round(cost.cpu, 2), "wall": round(cost.wall, 2), "peak_memory": cost.memory, "stages": stages,
        "overhead_percent": round(overhead, 2),
    }  # fmt: skip
    return told, _words(told)


def _note(line: str, said: list[dict[str, Any]]) -> None:
    try:
        event = json.loads(line)
    except ValueError:
        return
    if isinstance(event, dict):
        said.append(event)


def _words(told: dict[str, Any]) -> str:
    lines = [f"{row['cpu']:9.2f} CPU-s  {row['percent']:5.1f} %  {stage:10} {WORDS.get(stage, '')}".rstrip()
             for stage, row in told["stages"].items()]  # fmt: skip
    pictures = told["pictures"]
    return "\n".join([
        *lines, "",
        f"{told['cpu']:.1f} CPU-s, {told['wall']:.1f} s, {pictures} pictures of {told['takes']} takes at "
        f"{told['size']} px: {told['cpu'] / pictures:.2f} CPU-s a picture.",
        f"Overhead outside Cycles and the denoiser: {told['overhead_percent']:.1f} %.",
    ])  # fmt: skip
