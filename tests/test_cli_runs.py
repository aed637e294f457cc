# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs through the command line, in real child processes: made, cut off, gone on, changed."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from box_file import boxes
from PIL import Image

pytestmark = pytest.mark.render

#: For runs that are disturbed: two takes, of boxes that are read at once where the sitter takes seconds to build.
DISTURBED = """\
title: Test
description: Four pictures, the last two from behind.
prints_per_take: 3
shots:
  - {angle: [front, back]}
  - {angle: back, lighting: rim}
  - {background: black}
base: {framing: portrait, background: white}
"""
PRESET = """\
title: Test
description: Four quick pictures.
prints_per_take: 3
shots:
  - {expression: [neutral, happy]}
  - {lighting: rim}
  - {background: black}
base: {framing: portrait, background: white}
"""
SMALL = ["--resolution", "64", "--samples", "1", "--device", "cpu", "--json"]


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("preset") / "four.yaml"
    path.write_text(PRESET)
    return path


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command, less the place, of a run in which a print takes long enough to be disturbed in."""
    folder = tmp_path_factory.mktemp("disturbed")
    (folder / "disturbed.yaml").write_text(DISTURBED)
    words = command(folder, folder / "disturbed.yaml", str(boxes(folder / "boxes.gltf")))
    return [*words, "--resolution", "96", "--samples", "128", "--out"]


def command(out: Path, preset: Path, character: str = "sitter") -> list[str]:
    head = [sys.executable, "-m", "modelsheet", "make", character, "--trigger", "mara_syn"]
    return [*head, "--preset", str(preset), "--out", str(out), *SMALL]


def run(arguments: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(arguments, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def prints(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "raw_generated").glob("*.png")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, preset: Path) -> tuple[Path, list[dict[str, Any]]]:
    out = tmp_path_factory.mktemp("made") / "mara"
    return out, run(command(out, preset))


def test_make_tells_what_it_did_and_leaves_it_there(made: tuple[Path, list[dict[str, Any]]]) -> None:
    out, events = made
    done = events[-1]
    assert done["event"] == "done"
    assert (done["shots"], done["takes"], done["rendered"]) == (4, 2, 3)
    for place in (done["dataset"], done["report"], *done["packages"]):
        assert Path(place).exists()
    rows = [json.loads(line) for line in (out / "raw_generated" / "shots.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == sorted(event["id"] for event in events if event["event"] == "shot")
    assert not list(out.rglob("*.part-*"))


def test_the_same_command_again_renders_nothing(made: tuple[Path, list[dict[str, Any]]], preset: Path) -> None:
    out, _events = made
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    done = run(command(out, preset))[-1]
    assert (done["rendered"], done["reused"]) == (0, 4)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_relighting_makes_prints_without_rendering(made: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    out = shutil.copytree(made[0], tmp_path / "mara")
    before = prints(out)
    relight = [sys.executable, "-m", "modelsheet", "relight", str(out), "--json"]
    done = run([*relight, "--lighting", "rim", "--exposure", "-1", "--only", "0001*"])[-1]
    assert (done["exposed"], done["rendered"], done["reused"]) == (0, 1, 3)
    after = prints(out)
    (changed,) = (name for name in after if after[name] != before[name])
    new, old = (np.asarray(Image.open(io.BytesIO(each[changed])).convert("RGBA"), float) for each in (after, before))
    assert np.array_equal(new[..., 3], old[..., 3])
    assert new[old[..., 3] == 255].mean() < 0.8 * old[old[..., 3] == 255].mean()
    run([*relight, "--undo"])
    assert prints(out) == before


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard by what is started: what a shell runs with & is deaf to it, and so would be its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_cut_off_goes_on_where_it_stopped(
    tmp_path: Path, disturbed: list[str], number: signal.Signals, heard: None
) -> None:
    out = tmp_path / "mara"
    running = subprocess.Popen(
        [*disturbed, str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert running.stdout is not None
    for line in running.stdout:
        if json.loads(line)["event"] == "shot":
            break
    running.send_signal(number)
    _out, error = running.communicate(timeout=60)
    assert "Traceback" not in error
    if number == signal.SIGINT:
        assert running.returncode == 1
        assert len(error.strip().splitlines()) == 1
    _wait_until_quiet(out)
    first = prints(out)
    assert len(first) < 4
    done = run([*disturbed, str(out)])[-1]
    assert done["reused"] >= 1
    assert done["reused"] + done["rendered"] == 4
    # The take that was being printed has its negative: at most the other one is photographed now.
    assert done["exposed"] <= 1
    assert {name: data for name, data in prints(out).items() if name in first} == first
    assert not list(out.rglob("*.part-*"))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the child through Linux's /proc")
def test_a_blender_that_dies_costs_no_picture(tmp_path: Path, disturbed: list[str]) -> None:
    out = tmp_path / "mara"
    running = subprocess.Popen([*disturbed, str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert running.stdout is not None
    for line in running.stdout:
        if json.loads(line)["event"] == "shot":
            break
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    output, error = running.communicate(timeout=200)
    assert running.returncode == 0, error
    done = json.loads(output.splitlines()[-1])
    assert done["failed"] == []
    assert len(prints(out)) == 4


def test_captions_in_other_words_need_no_render(made: tuple[Path, list[dict[str, Any]]]) -> None:
    out, _events = made
    texts = sorted((out / "final_dataset" / "train").rglob("*.txt"))
    before = [path.read_text() for path in texts]
    done = run([sys.executable, "-m", "modelsheet", "caption", str(out), "--style", "natural", "--json"])[-1]
    assert done["rendered"] == 0
    after = [path.read_text() for path in texts]
    assert all(text.startswith("mara_syn") for text in before)
    assert all("mara_syn" in text for text in after)
    assert before != after
    run([sys.executable, "-m", "modelsheet", "caption", str(out), "--style", "tags", "--json"])
    assert [path.read_text() for path in texts] == before


def _wait_until_quiet(out: Path) -> None:
    """Until the orphaned worker has noticed that its parent is gone: no file changes for a second."""
    state = None
    for _ in range(60):
        now = sorted((str(path), path.stat().st_mtime_ns) for path in out.rglob("*") if path.is_file())
        if now == state:
            return
        state = now
        time.sleep(1)
    pytest.fail("the worker outlived its parent")
