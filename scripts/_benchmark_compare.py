# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison: all contenders in turn, round after round, on the same shots, and how good their pictures are."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path
from statistics import mean
from typing import Any

import _benchmark_contenders as contenders
import _benchmark_shots
from _benchmark_contenders import Contender, Loop, Pictures, Place, Task
from _benchmark_meter import BenchmarkError
from _benchmark_quality import psnr
from _benchmark_table import Run

#: With how many lightings the slow or absent ones are compared: theirs cost the same whatever the number.
SOME = 4
#: References are kept after each so many, for who stops in between.
BATCH = 8


def compare(given: argparse.Namespace, folder: Path) -> list[Run]:
    """Measure everything that was asked for. Raises BenchmarkError."""
    known = _benchmark_shots.lightings()
    counts = [count for count in given.lightings if count <= len(known)]
    for count in sorted(set(given.lightings) - set(counts)):
        say(f"{count} lightings are left out: there are {len(known)} ({', '.join(known)}).")
    if not counts:
        raise BenchmarkError(f"--lightings: there are only {len(known)}. Ask for fewer.")
    say("Staging the scene for the others ...")
    preset = _benchmark_shots.write_preset(folder / "preset.yaml", given.shots, known[: max(counts)])
    combinations = contenders.stage(given.character, preset, folder / "stage")
    loop = contenders.plain()
    rivals: list[tuple[Contender, bool]] = [(contenders.Modelsheet(), True), (loop, True)]
    rivals.append((contenders.Fresh(loop), False))
    try:
        rivals.append((contenders.blenderproc(given.blenderproc, folder / "blenderproc"), False))
    except BenchmarkError as error:
        say(f"NOTE: {error}")
    tasks = [
        Task(given.character, folder / "stage", combinations, size, given.samples, known[:count])
        for size in given.sizes for count in counts
    ]  # fmt: skip
    truths = {size: _references(given, loop, [task for task in tasks if task.size == size], folder)
              for size in given.sizes}  # fmt: skip
    runs: list[Run] = []
    for number in range(given.rounds):
        for task in tasks:
            for rival, always in rivals:
                if always or len(task.lightings) == _some(counts):
                    runs.append(_one(rival, task, truths[task.size], number, folder))
    return runs


def say(line: str) -> None:
    """Progress goes to standard error, so that the result stands alone."""
    print(line, file=sys.stderr, flush=True)


def _some(counts: list[int]) -> int:
    return SOME if SOME in counts else max(counts)


def _one(rival: Contender, task: Task, truth: Pictures, number: int, folder: Path) -> Run:
    lit = len(task.lightings)
    place = folder / "runs" / f"{number + 1}-{task.size}-{lit}-{rival.name.replace(' ', '-')}"
    cost, made = rival.pictures(task, place)
    judged = [place for place in made if rival.judged and place in truth]
    quality = {place: psnr(made[place], truth[place]) for place in judged}
    run = Run(
        rival.name, task.size, lit, number + 1, len(made), cost,
        mean(quality.values()) if quality else None,
        {name: mean(value for place, value in quality.items() if place[1] == name)
         for name in dict.fromkeys(place[1] for place in quality)},
    )  # fmt: skip
    say(f"{run.size} px, {lit} lighting{'s' if lit > 1 else ''}, round {number + 1}, {rival.name}: "
        f"{run.cpu_per_picture:.2f} CPU-s a picture")  # fmt: skip
    return run


def _references(given: argparse.Namespace, loop: Loop, tasks: list[Task], folder: Path) -> Pictures:
    """The reference of every shot of these tasks (of one size): from the folder of references, or made now."""
    widest = max(tasks, key=lambda task: len(task.lightings))
    task = Task(
        widest.character, widest.stage, widest.combinations, widest.size, given.reference_samples, widest.lightings
    )
    given.references.mkdir(parents=True, exist_ok=True)
    told = json.loads((task.stage / "stage.json").read_text(encoding="utf-8"))
    files = {
        place: given.references / f"{_key(told, task, place)}.png" for place in task.places if place[0] < given.judged
    }
    missing = [place for place, file in files.items() if not file.is_file()]
    if missing:
        say(
            f"Making {len(missing)} references of {task.samples} samples at {task.size} px (kept for the next time) ..."
        )
    for begin in range(0, len(missing), BATCH):
        for place, made in loop.references(task, missing[begin : begin + BATCH], folder / "references").items():
            part = files[place].with_suffix(".part")
            shutil.copyfile(made, part)
            part.replace(files[place])
        say(f"  {min(begin + BATCH, len(missing))} of {len(missing)}")
    return files


def _key(told: dict[str, Any], task: Task, place: Place) -> str:
    """Hash of all that decides a reference's pixels."""
    row = dict(told["combinations"][place[0]])
    light = row.pop("lightings")[place[1]]
    shot = {"blender": told["blender"], "body": told["body"], "world": told["worlds"][light["world"]],
            "size": task.size, "samples": task.samples, "lamps": light["lamps"], **row}  # fmt: skip
    return hashlib.sha256(json.dumps(_rounded(shot), sort_keys=True).encode()).hexdigest()[:32]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value
