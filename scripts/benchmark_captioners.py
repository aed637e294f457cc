# SPDX-License-Identifier: GPL-3.0-or-later
"""What captioning costs around the model's own work: `python scripts/benchmark_captioners.py`, where the tests run.

A BLIP of the base size with random weights looks at prints of 1024 pixels, in two ways, by turns: through the door that
`modelsheet caption` uses, from the moment the model is loaded to the last line on the disk, all processes together; and
in a bare loop of the model library's own that does nothing but `generate` on pictures that were prepared before the
clock started. Both in CPU-seconds; what the first takes more is the overhead. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import _captioning
import _setup
from _benchmark_meter import check_system, cpu_of, family

from addon.captioners.child_process import OFFLINE, QUIET
from addon.captioners.environment import Standing, ready
from addon.captioners.options import Options
from addon.captioners.process import plain_environment
from addon.captioners.run import caption_with
from addon.captioners.table import Captioner, captioner, under
from addon.common.files import write_text

MAKER = _setup.ROOT / "tests" / "tiny_captioners.py"
PRINTS = _setup.ROOT / "scripts" / "benchmark_dataset.py"

#: The bare loop: (folder, pictures, batch, dtype, settings, under) as JSON -> CPU-seconds, and seconds.
BARE = """
import json, sys, time
import torch
from PIL import Image
from transformers import AutoProcessor, BlipForConditionalGeneration
given = json.loads(sys.argv[1])
processor = AutoProcessor.from_pretrained(given["folder"], backend="pil")
kind = getattr(torch, given["dtype"])
model = BlipForConditionalGeneration.from_pretrained(given["folder"], use_safetensors=True, dtype=kind).eval()
batches = []
for start in range(0, len(given["pictures"]), given["batch"]):
    shown = []
    for path in given["pictures"][start : start + given["batch"]]:
        seen = Image.open(path)
        below = Image.new("RGBA", seen.size, (*given["under"], 255))
        shown.append(Image.alpha_composite(below, seen).convert("RGB"))
    batches.append(processor(images=shown, return_tensors="pt").to("cpu", kind))
settings = given["settings"]
begun, wall = time.process_time(), time.monotonic()
with torch.inference_mode():
    for batch in batches:
        answer = model.generate(
            **batch, max_new_tokens=settings["tokens"], num_beams=settings["beams"], do_sample=False
        )
        processor.batch_decode(answer, skip_special_tokens=True)
print(json.dumps([time.process_time() - begun, time.monotonic() - wall]))
"""


@dataclass(frozen=True)
class Way:
    """How the model is asked."""

    dtype: str
    batch: int


def main() -> int:
    """Measure and print a table; the exit status."""
    check_system()
    words = argparse.ArgumentParser(prog="scripts/benchmark_captioners.py", description=(__doc__ or "").splitlines()[0])
    words.add_argument("--environment", type=Path, default=_setup.ROOT / _captioning.FOLDER, metavar="DIR")
    words.add_argument("--pictures", type=int, default=16)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--tokens", type=int, default=20)
    words.add_argument("--beams", type=int, default=1)
    words.add_argument("--way", action="append", metavar="DTYPE:BATCH", help="bfloat16:8 and others (all of four)")
    words.add_argument("--keep", type=Path, metavar="DIR", help="where model and prints are made, and kept")
    given = words.parse_args()
    standing = ready(given.environment)
    ways = given.way or ["bfloat16:8", "float32:8", "bfloat16:1", "float32:1"]
    with tempfile.TemporaryDirectory(prefix="modelsheet-benchmark-") as temporary:
        place = given.keep or Path(temporary)
        model, out = _made(standing, place, given.pictures)
        settings = {"prompt": "", "tokens": given.tokens, "beams": given.beams}
        row = replace(captioner("blip"), settings=settings)
        print(f"{given.pictures} pictures, {given.tokens} words, {given.beams} beam(s); CPU-seconds a picture, medians")
        print(f"{'numbers':10}{'batch':>6}{'ours':>9}{'bare':>9}{'overhead':>10}{'of which ours alone, by turns':>34}")
        for way in (Way(text.partition(":")[0], int(text.partition(":")[2])) for text in ways):
            turns = [
                (_ours(standing, model, out, way, row), _bare(standing, model, out, way, settings))
                for _ in range(given.rounds)
            ]
            ours, bare = (statistics.median(turn[side] for turn in turns) / given.pictures for side in (0, 1))
            each = ", ".join(f"{mine:.1f}/{theirs:.1f}" for mine, theirs in turns)
            print(f"{way.dtype:10}{way.batch:6}{ours:9.3f}{bare:9.3f}{ours / bare - 1:10.1%}{each:>34}", flush=True)
    return 0


def _made(standing: Standing, place: Path, pictures: int) -> tuple[Path, Path]:
    """The model's folder, and an OUT with prints."""
    model, out = place / "blip-base", place / f"out-{pictures}"
    if not model.is_dir():
        words = [str(standing.python), "-I", "-W", "ignore", str(MAKER), str(place), "blip-base"]
        subprocess.run(words, check=True, capture_output=True)
    if not out.is_dir():
        words = [sys.executable, str(PRINTS), "--make", str(out), "--pictures", str(pictures), "--size", "1024"]
        subprocess.run(words, check=True)
        write_text(out / "job.yaml", "trigger: bench_syn\nfile: bench.glb\n")
    return model, out


def _ours(standing: Standing, model: Path, out: Path, way: Way, row: Captioner) -> float:
    """CPU-seconds from the loaded model to the last line, of this process and the model's."""
    start: list[float] = []

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "captioner" and event["device"] is not None:
            children = [pid for pid in family(os.getpid()) if pid != os.getpid()]
            start.append(sum(cpu_of(pid) for pid in children) + _own())

    (out / "captions" / "models" / "blip.jsonl").unlink(missing_ok=True)
    before = _ended()
    options = Options(model=str(model), dtype=way.dtype, batch=way.batch, device="cpu", environment=standing.folder)
    caption_with(row, out, options, tell)
    return _ended() - before + _own() - start[0]


def _own() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def _ended() -> float:
    """CPU-seconds of the children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _bare(standing: Standing, model: Path, out: Path, way: Way, settings: dict[str, Any]) -> float:
    """CPU-seconds of the loop alone."""
    pictures = sorted(str(path) for path in (out / "raw_generated").glob("*.png"))
    given = {"folder": str(model), "pictures": pictures, "batch": way.batch, "dtype": way.dtype, "settings": settings}
    words = [str(standing.python), "-I", "-W", "ignore", "-c", BARE, json.dumps(given | {"under": under()})]
    environ = plain_environment(**QUIET, **OFFLINE)
    answer = subprocess.run(words, env=environ, capture_output=True, text=True, check=True)
    return float(json.loads(answer.stdout.splitlines()[-1])[0])


if __name__ == "__main__":
    sys.exit(main())
