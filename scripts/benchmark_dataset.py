# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast prints become a dataset: `python3 scripts/benchmark_dataset.py --pictures 100`. Needs no Blender.

Makes prints of its own (a figure with hair, clothes and some noise, another every time), then measures each stage in
CPU seconds a picture, and the most memory that the process ever held. Run it with 100 and with 1000 pictures to see
whether memory stays flat. What it makes is deleted, unless --keep names a folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from addon.common.files import write_json, write_jsonl, write_text
from addon.dataset.build import build
from addon.dataset.checks import check, write_checks
from addon.dataset.output import FORMATS, SHAPES
from addon.dataset.packages import package
from addon.dataset.process import process
from addon.dataset.report import report
from addon.plan.facts import CharacterFacts, Head
from addon.plan.settings import axis_settings
from addon.plan.shots import AXES, Shot

_MADE = {"method": "bones", "exact": True, "weights": {}, "missing": []}


@dataclass(frozen=True)
class Stage:
    """A stage: CPU and wall seconds in all, and the peak of memory (MiB) after it; None where it can't be told."""

    name: str
    cpu: float
    wall: float
    peak: float | None


def main() -> int:
    """Measure; the exit status."""
    given = _words().parse_args()
    if given.make:
        _make(given.make, given.pictures, given.size)
        return 0
    with tempfile.TemporaryDirectory(prefix="modelsheet-benchmark-") as temporary:
        out = given.keep or Path(temporary) / "out"
        words = ["--pictures", str(given.pictures), "--size", str(given.size)]
        subprocess.run([sys.executable, __file__, "--make", str(out), *words], check=True)  # its memory isn't ours
        job = {"trigger": "bench_syn", "class_word": "person", "style": "tags", "seed": 1, "file": "bench.glb"}
        output = {"shape": given.shape, "format": given.format, "size": given.output or "print"}
        rights = {"source": "own", "purpose": "private", "resolution": given.size}
        write_text(out / "job.yaml", yaml.safe_dump({**job, **output, **rights}))
        stages = [_measure(name, work) for name, work in _stages(out, tuple(given.trainers or ("kohya",)))]
    _tell(stages, given)
    return 0


def _words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure processing, checks and packages.")
    parser.add_argument("--pictures", type=int, default=100, metavar="N")
    parser.add_argument("--size", type=int, default=1024, metavar="PX", help="of the prints (1024)")
    parser.add_argument("--output", type=int, metavar="PX", help="size of the dataset's pictures (the prints')")
    parser.add_argument("--shape", choices=SHAPES, default="whole")
    parser.add_argument("--format", choices=FORMATS, default="png")
    parser.add_argument("--for", dest="trainers", action="append", metavar="TRAINER", help="kohya; all for every one")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="a new folder in which everything stays")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    return parser


def _stages(out: Path, trainers: tuple[str, ...]) -> list[tuple[str, Callable[[], Any]]]:
    return [
        ("process", lambda: process(out)),
        ("check", lambda: write_checks(check(out))),
        ("dataset", lambda: build(out)),
        ("packages", lambda: package(out, trainers)),
        ("again", lambda: _again(out)),
        ("report", lambda: report(out)),
    ]


def _again(out: Path) -> None:
    """What a run costs that has nothing to do."""
    process(out)
    build(out)


def _measure(name: str, work: Callable[[], Any]) -> Stage:
    cpu, wall = time.process_time(), time.monotonic()
    work()
    return Stage(name, time.process_time() - cpu, time.monotonic() - wall, _peak())


def _peak() -> float | None:
    """The most memory that this process ever held, in MiB."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _tell(stages: list[Stage], given: argparse.Namespace) -> None:
    counted = [stage for stage in stages if stage.name not in ("again", "report")]
    total = sum(stage.cpu for stage in counted) / given.pictures
    if given.json:
        print(json.dumps({"pictures": given.pictures, "size": given.size, "cpu_a_picture": round(total, 4),
                          "stages": [asdict(stage) for stage in stages]}))  # fmt: skip
        return
    print(f"{given.pictures} pictures of {given.size} px, {given.shape}, {given.format}")
    print(f"{'stage':<10} {'CPU s a picture':>16} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9}")
    for stage in stages:
        peak = "-" if stage.peak is None else f"{stage.peak:.0f}"
        print(f"{stage.name:<10} {stage.cpu / given.pictures:>16.3f} {stage.cpu:>8.1f} {stage.wall:>8.1f} {peak:>9}")
    print(f"{'all':<10} {total:>16.3f}   (without again, which changes nothing, and report)")


def _make(out: Path, pictures: int, size: int) -> None:
    """An OUT as the renderer leaves it."""
    raw = out / "raw_generated"
    raw.mkdir(parents=True)
    names = {axis: [name for name in axis_settings(axis) if name not in ("folder", "transparent")] for axis in AXES}
    rows = []
    for number in range(1, pictures + 1):
        chosen = [names[axis][number * step % len(names[axis])] for step, axis in enumerate(AXES, 1)]
        shot = Shot(number, tuple(chosen))
        picture, boxes = _figure(size, number)
        picture.save(raw / f"{shot.id}.png", compress_level=1)
        digest = hashlib.sha256((raw / f"{shot.id}.png").read_bytes()).hexdigest()
        rows.append({
            **shot.to_json(), "file": f"{shot.id}.png", "key": f"key-{number}", "sha256": digest, "size": [size, size],
            "made": {"expression": _MADE, "pose": _MADE}, "boxes": boxes, "points": {}, "foreground": 0.3,
            "visible": {"face": True, "eyes": 2, "hands": 2}, "seconds": 1.0,
            "software": {"modelsheet": "0", "blender": "0", "engine": "cycles", "samples": 1},
        })  # fmt: skip
    write_jsonl(raw / "shots.jsonl", rows)
    shots = [{name: row[name] for name in ("id", "number", "settings")} for row in rows]
    plan = {"preset": "lora_40", "seed": 1, "shots": shots, "coverage": {"settings": {}}, "left_out": []}
    write_json(raw / "plan.json", plan)
    facts = CharacterFacts(
        name="Bench", kind="humanoid", body="full", facing=(0.0, -1.0, 0.0), up=(0.0, 0.0, 1.0), height=1.7,
        head=Head((0.0, 0.0, 1.6), 0.24), eyes=None, face=True, rig="none", expressions={}, poses={}, landmarks={},
        evidence={}, confidence={}, licence=None, words={},
    )  # fmt: skip
    write_json(raw / "character.json", facts.to_json())


def _figure(size: int, number: int) -> tuple[Image.Image, dict[str, list[float]]]:
    """A head on shoulders: soft outline, streaks of hair, a weave, a little noise, straight alpha; and its boxes."""
    random = np.random.default_rng(number)
    y, x = (np.mgrid[:size, :size].astype(np.float32) + 0.5) / size
    turn, lean = random.uniform(-0.05, 0.05, 2)
    head = 1 - np.hypot((x - 0.5 - turn) / 0.15, (y - 0.35) / 0.2)
    body = 1 - np.hypot((x - 0.5 - lean) / 0.33, (y - 1.0) / 0.44)
    alpha = np.clip(np.maximum(head, body) * size * 0.12, 0, 1)
    hue = random.uniform(0.5, 1, (3, 3))
    weave = 0.85 + 0.15 * np.sin(x * size * 0.9) * np.sin(y * size * 0.7)
    streaks = 0.7 + 0.3 * np.sin(x * size * 0.4 + 6 * y)
    light = (0.5 + 0.5 * np.clip((x - 0.3) * random.uniform(-1, 1) + 0.6, 0, 1))[..., None]
    colour = np.where((head > 0)[..., None], hue[0] * 0.9, hue[1] * weave[..., None])
    colour = np.where(((head > 0) & (y < 0.27))[..., None], hue[2] * 0.4 * streaks[..., None], colour)
    noisy = colour * light * 230 + random.normal(0, 1.2, (size, size, 1))
    pixels = np.zeros((size, size, 4), np.uint8)
    pixels[..., :3] = np.clip(noisy, 0, 255)
    pixels[..., 3] = np.rint(alpha * 255)
    pixels[pixels[..., 3] == 0] = 0
    rows, columns = np.nonzero(pixels[..., 3])
    subject = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    middle = (0.5 + turn) * size
    boxes = {"head": [middle - 0.15 * size, 0.15 * size, middle + 0.15 * size, 0.55 * size],
             "face": [middle - 0.12 * size, 0.25 * size, middle + 0.12 * size, 0.54 * size]}  # fmt: skip
    found = {"subject": [float(edge) for edge in subject], **boxes}
    return Image.fromarray(pixels), {name: [round(float(edge), 2) for edge in box] for name, box in found.items()}


if __name__ == "__main__":
    sys.exit(main())
