# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to make the same pictures, each as a command that is measured from outside.

Each tells when its start is over (Blender runs, the character is there), so that the start can be taken apart within
the same run. All use the processor and the same samples.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import _benchmark_shots
from _benchmark_meter import BenchmarkError, Cost, measured
from modelsheet.plan.shots import RENDERED

HERE = Path(__file__).parent
#: What `_benchmark_scene.py` says when the scene is open; it can be imported in Blender only.
READY = "ready"
#: One shot's place: combination and lighting.
Place = tuple[int, str]
Pictures = dict[Place, Path]


@dataclass(frozen=True)
class Task:
    """What is photographed: the staged scene, sizes and samples, and the shots in their order (lightings inside)."""

    character: str
    stage: Path
    combinations: tuple[dict[str, str], ...]
    size: int
    samples: int
    lightings: tuple[str, ...]

    @property
    def places(self) -> list[Place]:
        """Every shot."""
        return [(number, name) for number in range(len(self.combinations)) for name in self.lightings]


class Contender(Protocol):
    """A way to make the pictures. judged: whether they are held against the references."""

    name: str
    judged: bool

    def pictures(self, task: Task, folder: Path) -> tuple[Cost, Pictures]:
        """The cost of making the pictures, start included, and the pictures."""


class Modelsheet:
    """`modelsheet render` with a preset that lists the shots."""

    name = "modelsheet"
    judged = True

    def pictures(self, task: Task, folder: Path) -> tuple[Cost, Pictures]:
        """One whole run into a new folder."""
        preset = _benchmark_shots.write_preset(folder / "preset.yaml", len(task.combinations), task.lightings)
        words = ["--preset", str(preset), "--out", str(folder / "out"), "--device", "cpu", "--json"]
        words += ["--resolution", str(task.size), "--samples", str(task.samples)]
        cost = measured(command("render", task.character, *words), folder / "log.txt", ready=_is_begun)
        raw = folder / "out" / "raw_generated"
        rows = [json.loads(line) for line in (raw / "shots.jsonl").read_text(encoding="utf-8").splitlines()]
        found: Pictures = {}
        for row in rows:
            taken = {axis: row["settings"][axis] for axis in RENDERED}
            found[task.combinations.index(taken), row["settings"]["lighting"]] = raw / row["file"]
        if set(found) != set(task.places):
            raise BenchmarkError(f"modelsheet made {len(found)} of {len(task.places)} pictures. See {folder}.")
        return cost, found


class Loop:
    """A script of our own that photographs the staged scene in one process."""

    judged = True

    def __init__(self, name: str, script: str, python: str = sys.executable) -> None:
        self.name = name
        self._command = (python, str(HERE / script))

    def pictures(self, task: Task, folder: Path) -> tuple[Cost, Pictures]:
        """All of them in one process."""
        return self.run(task, task.places, folder)

    def references(self, task: Task, places: Sequence[Place], folder: Path) -> Pictures:
        """The shots without a denoiser, with every sample taken."""
        return self.run(task, places, folder, denoise=False)[1]

    def run(
        self, task: Task, places: Sequence[Place], folder: Path, denoise: bool = True, fresh: bool = False
    ) -> tuple[Cost, Pictures]:
        """These places in one process; fresh: which imports the model, where others open the staged scene."""
        folder.mkdir(parents=True, exist_ok=True)
        files = {place: folder / f"{place[0]}-{place[1]}.png" for place in places}
        job = {
            "stage": str(task.stage), "size": task.size, "samples": task.samples, "denoise": denoise, "fresh": fresh,
            "shots": [{"combination": number, "lighting": name, "file": str(files[number, name])}
                      for number, name in places],
        }  # fmt: skip
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        cost = measured(
            [*self._command, str(folder / "job.json")], folder / "log.txt", ready=lambda line: line.strip() == READY
        )
        for file in files.values():
            if not file.is_file():
                raise BenchmarkError(f"{self.name} wrote no {file.name}. See {folder / 'log.txt'}.")
        return cost, files


class Fresh:
    """A new process for each picture, which starts Blender and imports the model each time.

    Its processes are all alike, so one picture of each combination is made, each under another lighting. Its pictures
    are not judged: they are the plain loop's, but for what the import alone leaves unmended.
    """

    name = "fresh process"
    judged = False

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def pictures(self, task: Task, folder: Path) -> tuple[Cost, Pictures]:
        """One after another; their costs added up, the memory of the largest."""
        costs, found = [], Pictures()
        for number in range(len(task.combinations)):
            place = (number, task.lightings[number % len(task.lightings)])
            cost, files = self._loop.run(task, [place], folder / str(number), fresh=True)
            costs.append(cost)
            found.update(files)
        cpu, wall = sum(cost.cpu for cost in costs), sum(cost.wall for cost in costs)
        return Cost(cpu, wall, max(cost.memory for cost in costs)), found  # no start apart: each picture pays its own


def plain() -> Loop:
    """The plain persistent loop."""
    return Loop("plain loop", "_benchmark_plain.py")


def blenderproc(python: str | None, folder: Path) -> Loop:
    """BlenderProc, where it starts. Raises BenchmarkError with why it does not."""
    loop = Loop("blenderproc", "_benchmark_blenderproc.py", python or sys.executable)
    try:
        measured(loop._command, folder / "log.txt")
    except (BenchmarkError, OSError) as error:
        raise BenchmarkError(
            f"BlenderProc is left out, because it does not start in {python or 'this environment'} ({_cause(error)}). "
            "It needs a Python 3.11 with bpy and BlenderProc from its repository: name it with --blenderproc PYTHON."
        ) from error
    return loop


def stage(character: str, preset: Path, folder: Path) -> tuple[dict[str, str], ...]:
    """Write the scene that the other contenders photograph; the settings of its combinations."""
    measured([sys.executable, str(HERE / "_benchmark_stage.py"), character, str(preset), str(folder)],
             folder.parent / "stage-log" / "log.txt")  # fmt: skip
    told = json.loads((folder / "stage.json").read_text(encoding="utf-8"))
    if told["left_out"]:
        raise BenchmarkError(f"{character}: {told['left_out'][0]} Choose another character, or fewer --shots.")
    return tuple(row["settings"] for row in told["combinations"])


def command(*words: str) -> list[str]:
    """`modelsheet WORDS`, in this Python."""
    return [sys.executable, "-m", "modelsheet", *words]


def _is_begun(line: str) -> bool:
    """Whether a line of `render --json` says that all is loaded and planned and the first picture comes next."""
    return '"event": "progress"' in line


def _cause(error: Exception) -> str:
    if isinstance(error, OSError):
        return os.strerror(error.errno or 0)
    return str(error).partition("): ")[2].partition(". See")[0] or str(error)
