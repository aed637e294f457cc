# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark measures what it says: costs of whole process trees, decibels, ratios; and refuses in one line."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import _benchmark
import _benchmark_memory
import _benchmark_profile
import _benchmark_shots
import numpy as np
import pytest
from _benchmark_contenders import blenderproc
from _benchmark_meter import BenchmarkError, Cost, measured
from _benchmark_quality import BEST, psnr
from _benchmark_table import Run, summary, table
from modelsheet.plan.presets import load_preset
from modelsheet.plan.shots import Shot, takes
from PIL import Image

posix = pytest.mark.skipif(sys.platform == "win32", reason="the system's account of CPU time is read on POSIX only")

#: Uses the CPU for a while and holds memory; as a parent it does so in a child, and only waits.
BUSY = """
import subprocess, sys, time
if sys.argv[1] == "parent":
    sys.exit(subprocess.run([sys.executable, __file__, "child"]).returncode)
held = bytearray(80_000_000)
while time.process_time() < 0.4:
    pass
print("ready", flush=True)
time.sleep(0.3)
while time.process_time() < 0.6:
    pass
print("done")
"""


@posix
def test_the_meter_counts_what_children_cost(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(BUSY, encoding="utf-8")
    heard: list[str] = []
    command = [sys.executable, str(tmp_path / "busy.py"), "parent"]
    cost = measured(
        command, tmp_path / "log.txt", hear=lambda line, _pid: heard.append(line.strip()),
        ready=lambda line: line.startswith("ready"),
    )  # fmt: skip
    assert heard == ["ready", "done"]
    assert 0.6 <= cost.cpu < 3
    assert cost.wall >= 0.7
    assert 0.4 <= cost.start_cpu < cost.cpu - 0.1
    assert 0.4 <= cost.start_wall < cost.wall - 0.2
    assert cost.memory > 80_000_000


@posix
def test_a_command_that_fails_is_one_line_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"status 3\): no such light\. See") as found:
        measured([sys.executable, "-c", "import sys; print('no such light', file=sys.stderr); sys.exit(3)"],
                 tmp_path / "log.txt")  # fmt: skip
    assert "\n" not in str(found.value)


def picture(path: Path, colour: tuple[int, int, int], alpha: int, size: int = 8) -> Path:
    pixels = np.zeros((size, size, 4), np.uint8)
    pixels[2:6, 2:6] = (*colour, alpha)
    Image.fromarray(pixels, "RGBA").save(path)
    return path


def test_quality_looks_at_the_subject_only_and_counts_alpha(tmp_path: Path) -> None:
    true = picture(tmp_path / "true.png", (255, 255, 255), 255)
    assert psnr(true, true) == BEST
    # 51 of 255 is a fifth of the range: 20 log10(5) decibels, whatever the empty rest of the picture.
    darker = picture(tmp_path / "darker.png", (204, 204, 204), 255)
    assert psnr(darker, true) == pytest.approx(20 * np.log10(5), abs=0.01)
    # White at alpha 0.6 over mid grey is 0.8: as wrong as the darker colour.
    fainter = picture(tmp_path / "fainter.png", (255, 255, 255), 153)
    assert psnr(fainter, true) == pytest.approx(20 * np.log10(5), abs=0.01)
    with pytest.raises(ValueError, match="its reference"):
        psnr(picture(tmp_path / "large.png", (1, 2, 3), 255, 16), true)


def run(contender: str, cpu: float, lightings: int = 4, size: int = 512, psnr: float | None = 40.0, number: int = 1,
        start: float = 10.0) -> Run:  # fmt: skip
    """Ten pictures at `cpu` each, after the start."""
    cost = Cost(cpu * 10 + start, cpu * 5 + start, 100, start, start)
    return Run(contender, size, lightings, number, 10, cost, psnr)


def test_ratios_leave_the_start_out_take_medians_and_the_worst_size() -> None:
    runs = [
        *(run("modelsheet", cpu, number=number) for number, cpu in enumerate((2.0, 1.0, 50.0), start=1)),
        *(run("plain loop", 8.0, number=number, start=1.0) for number in (1, 2, 3)),
        run("modelsheet", 3.0, size=1024, psnr=39.0),
        run("plain loop", 6.0, size=1024, psnr=39.4),
        run("fresh process", 12.0, start=0.0),
    ]
    found = summary(runs)
    assert found["ratios"] == {
        "over_plain_loop": {"1": None, "4": 0.5, "8": None},
        "over_fresh_process": {"4": round(2 / 12, 4)},
        "over_blenderproc": {"4": None},
    }
    assert found["psnr_loss_db"] == {"1": None, "4": 0.4, "8": None}
    assert list(found) == ["runs", "ratios", "psnr_loss_db"]
    assert found["runs"][0]["cpu_per_picture"] == 2.0
    assert found["runs"][0]["cpu_per_picture_with_start"] == 3.0
    json.dumps(found)
    dark = [
        replace(run, by_lighting={"rim": db, "neon": 40.0}) for run, db in zip(runs[6:8], (35.0, 39.5), strict=True)
    ]
    text = table([*runs[:6], *dark, runs[8]])
    assert "rim: +4.50 dB" in text
    assert "fresh process" in text
    assert "+0.40 dB" in text


def test_without_references_there_is_no_loss() -> None:
    found = summary([run("modelsheet", 1.0, 1, psnr=None), run("plain loop", 1.0, 1, psnr=None)])
    assert found["psnr_loss_db"]["1"] is None
    assert found["ratios"]["over_plain_loop"]["1"] == 1.0


def test_every_combination_is_a_take_of_all_lightings(tmp_path: Path) -> None:
    names = _benchmark_shots.lightings()
    assert len(names) == len(set(names)) >= 8
    preset = load_preset(str(_benchmark_shots.write_preset(tmp_path / "p.yaml", 6, names[:8])))
    found = takes(Shot(number, settings) for number, settings in enumerate(preset.shots, start=1))
    assert [take.lightings for take in found] == [names[:8]] * 6


def test_a_long_walk_has_no_take_twice_and_breaks_no_rule(tmp_path: Path) -> None:
    preset = load_preset(str(_benchmark_shots.write_walk(tmp_path / "walk.yaml", 500)))
    assert len(takes(Shot(number, settings) for number, settings in enumerate(preset.shots, start=1))) == 500
    changes = [first[2] != second[2] for first, second in zip(preset.shots, preset.shots[1:], strict=False)]
    assert sum(changes) > 400, "the expression changes from take to take"
    with pytest.raises(BenchmarkError, match="Ask for fewer"):
        _benchmark_shots.write_walk(tmp_path / "walk.yaml", 60_000)


@posix
def test_blenderproc_that_is_not_there_is_said_and_why(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"left out.*No such file.*--blenderproc PYTHON") as found:
        blenderproc(str(tmp_path / "python"), tmp_path)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--character", "nobody.glb"], "nobody.glb: no such file"),
        (["--sizes", "32"], "from 64 to 4096"),
        (["--sizes", "big"], "big is not a whole number"),
        (["--shots", "7"], "there are 6"),
        (["--memory", "5"], "growth shows over many takes"),
        (["--quick", "--profile"], "not allowed with"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_set_up(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as found:
        _benchmark.parse(words)
    assert found.value.code == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_a_folder_with_files_is_not_written_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit):
        _benchmark.parse(["--keep", str(tmp_path)])
    assert "holds files already" in capsys.readouterr().err


def test_quick_is_small_and_everything_else_as_the_issue_says() -> None:
    quick, whole = _benchmark.parse(["--quick"]), _benchmark.parse([])
    assert (quick.sizes, quick.lightings, quick.character) == ((256,), (1, 4, 8), "sitter")
    assert (whole.sizes, whole.lightings, whole.shots, whole.reference_samples) == ((512, 1024), (1, 4, 8), 6, 1024)
    assert _benchmark.parse(["--memory"]).memory == 500


#: Stands in for the command: holds more from take to take, and says what it spent.
ACTING = """
import json, sys, time
held = []
for number in range(1, 62):
    held.append(bytearray(400_000))
    if number in (10, 50, 60):
        time.sleep(0.05)
    print(json.dumps({"event": "shot", "done": number}), flush=True)
    if number in (10, 50, 60):
        time.sleep(0.5)
while time.process_time() < 0.2:
    pass
print(json.dumps({"event": "done", "shots": 4, "takes": 2, "spent": {"render": 0.1, "denoise": 0.05, "pose": 0.05}}))
"""


@posix
def test_memory_is_looked_at_as_the_takes_go_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acting = tmp_path / "acting.py"
    acting.write_text(ACTING, encoding="utf-8")
    monkeypatch.setattr(_benchmark_memory, "command", lambda *_words: [sys.executable, str(acting)])
    told, words = _benchmark_memory.measure(_benchmark.parse(["--memory", "60"]), tmp_path)
    assert [row["take"] for row in told["memory"]] == [10, 50, 60]
    assert told["memory"][0]["growth_percent"] == 0
    assert told["growth_percent"] > 20
    assert "growth since take 10" in words


@posix
def test_a_profile_adds_up_to_what_the_system_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acting = tmp_path / "acting.py"
    acting.write_text(ACTING, encoding="utf-8")
    monkeypatch.setattr(_benchmark_profile, "command", lambda *_words: [sys.executable, str(acting)])
    told, words = _benchmark_profile.measure(_benchmark.parse(["--profile"]), tmp_path)
    assert sum(row["cpu"] for row in told["stages"].values()) == pytest.approx(told["cpu"], abs=0.05)
    assert sum(row["percent"] for row in told["stages"].values()) == pytest.approx(100, abs=0.5)
    assert told["overhead_percent"] == pytest.approx(100 * (1 - 0.15 / told["cpu"]), abs=5)
    assert "Overhead outside Cycles and the denoiser" in words
