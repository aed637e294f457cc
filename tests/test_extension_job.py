# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that the interface runs: its progress, pause and end, its failures; what Blender's closing leaves of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from drawn_layout import Drawn, draw
from modelsheet.ui import handlers, registration, remember
from modelsheet.ui.choices import preset_choices
from modelsheet.ui.panels.job import MODELSHEET_PT_job
from modelsheet.ui.panels.main import MODELSHEET_PT_main
from modelsheet.ui.runner import Runner
from sidebar import printing, says, switched_on, wait

EVENTS: list[dict[str, Any]] = [
    {"event": "stage", "stage": "character"},
    {"event": "plan", "shots": 2, "takes": 2, "left_out": ["No tears: this character can't cry."]},
    {"event": "progress", "done": 0, "total": 2},
    {"event": "shot", "id": "0001", "path": "a.png", "done": 1, "total": 2},
]
#: What the real command has made when it tells of its plan.
BEGUN = (
    "import pathlib, sys; out = pathlib.Path({out!r}); out.mkdir(exist_ok=True); (out / 'job.yaml').write_text('x: 1')"
)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runner]:
    with switched_on(monkeypatch, tmp_path) as runner:
        yield runner


def drawn() -> Drawn:
    return draw(MODELSHEET_PT_job)


def begun(out: Path, then: str = "import time; time.sleep(60)") -> str:
    return BEGUN.format(out=str(out)) + "\n" + printing(EVENTS, then)


def test_idle_panel_shows_the_place_and_the_button(runner: Runner) -> None:
    layout = drawn()
    assert layout.texts("prop") == ["out"]
    assert layout.texts("operator") == ["modelsheet.make"]


def test_a_job_that_ends_well_shows_its_results(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = {"event": "done", "shots": 2, "failed": [], "seconds": 75.0, "report": str(tmp_path / "report.html")}
    done |= {"dataset": str(tmp_path / "final_dataset"), "packages": [str(tmp_path / "packages" / "kohya.zip")]}
    says(monkeypatch, begun(tmp_path / "out", f"import time; time.sleep(1); print({json.dumps(done)!r})"))
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    wait(runner, lambda: runner.progress.done == 1)
    layout = drawn()
    assert layout.texts("progress") == ["50%"]
    assert "1 of 2 pictures, about" in layout.words
    # In sight from wherever the panels are scrolled to.
    assert draw(MODELSHEET_PT_main).texts("progress") == ["50%"]
    assert layout.texts("operator") == ["modelsheet.pause", "modelsheet.cancel", "modelsheet.open_folder"]
    assert not bpy.ops.modelsheet.make.poll()
    wait(runner, lambda: not runner.progress.busy)
    layout = drawn()
    assert runner.progress.state == "done"
    assert "2 pictures in 1 min 15 s." in layout.texts()
    results = ["wm.url_open", "wm.path_open", "wm.path_open", "modelsheet.open_folder"]
    assert layout.texts("operator") == ["modelsheet.make", *results]
    assert runner.tick() is None  # the closing words go, and so does the timer
    assert remember.read(tmp_path / "out").state == "done"


def test_a_paused_job_goes_on_with_the_same_words(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[list[str]] = []
    code = begun(tmp_path / "out")
    monkeypatch.setattr(
        "modelsheet.ui.runner.command_line", lambda words: said.append(list(words)) or [sys.executable, "-c", code]
    )
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    wait(runner, lambda: runner.progress.done == 1)
    assert bpy.ops.modelsheet.pause() == {"FINISHED"}
    assert not bpy.ops.modelsheet.pause.poll()
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "paused"
    assert "Paused at 1 of 2 pictures" in drawn().words
    assert drawn().texts("operator") == ["modelsheet.resume", "modelsheet.cancel", "modelsheet.open_folder"]
    assert bpy.ops.modelsheet.resume() == {"FINISHED"}
    wait(runner, lambda: runner.progress.done == 1)
    assert len(said) == 2 and said[0] == said[1]
    bpy.ops.modelsheet.pause()
    wait(runner, lambda: not runner.progress.busy)
    assert bpy.ops.modelsheet.cancel() == {"FINISHED"}
    assert runner.progress.state == "stopped"
    assert not remember.read(tmp_path / "out").unfinished


@pytest.mark.parametrize("end", ["closed", "crashed"])
def test_a_job_is_found_again_when_its_file_is_opened(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str
) -> None:
    blend = tmp_path / "hero.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))  # what is picked from now on is saved nowhere
    out = tmp_path / "elsewhere"
    bpy.context.scene.modelsheet.out = str(out)
    says(monkeypatch, begun(out))
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    wait(runner, lambda: runner.progress.done == 1)
    record = (out / remember.FILE).read_text(encoding="utf-8")
    registration.unregister()  # as Blender does when it is closed
    if end == "crashed":
        (out / remember.FILE).write_text(record, encoding="utf-8")
    registration.register()
    found = registration.operators.MODELSHEET_OT_make.runner
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    layout = draw(MODELSHEET_PT_main)
    assert "Unfinished: elsewhere" in layout.words
    assert ("1 of 2 pictures" if end == "closed" else "0 of 2 pictures") in layout.words or "no picture" in layout.words
    assert layout.texts("operator") == ["modelsheet.resume", "modelsheet.let_go"]
    said: list[list[str]] = []
    monkeypatch.setattr(
        "modelsheet.ui.runner.command_line", lambda words: said.append(list(words)) or [sys.executable, "-c", ""]
    )
    assert bpy.ops.modelsheet.resume(out=str(out)) == {"FINISHED"}
    wait(found, lambda: not found.progress.busy)
    assert said[0][said[0].index("--out") + 1] == str(out)
    bpy.ops.modelsheet.let_go(out=str(out))
    assert not draw(MODELSHEET_PT_main).texts("operator")
    bpy.ops.wm.read_factory_settings(use_empty=True)


def test_a_moved_folder_goes_on_where_it_is_now(runner: Runner, tmp_path: Path) -> None:
    from modelsheet.ui.begin import words_now

    old, new = tmp_path / "old", tmp_path / "new"
    words = ("make", str(old / ".scene" / "hero.blend"), "--json", "--out", str(old))
    assert words_now(remember.Job(new, words)) == [
        *("make", str(new / ".scene" / "hero.blend"), "--json"),
        *("--out", str(new)),
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "words": [1], "state": "paused"}'])
def test_a_damaged_record_is_no_offer(runner: Runner, tmp_path: Path, text: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / remember.FILE).write_text(text, encoding="utf-8")
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / remember.LIST).write_text(text, encoding="utf-8")
    assert remember.unfinished(tmp_path / "user", "") == []
    assert not draw(MODELSHEET_PT_main).texts("operator")


def test_a_failing_job_shows_its_one_line(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "import sys; sys.stderr.write('modelsheet: mara.vrm: empty. Export it again.\\n'); sys.exit(2)")
    runner.start([])
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "failed"
    assert "mara.vrm: empty. Export it again." in drawn().words
    assert bpy.ops.modelsheet.make.poll()


def test_a_crash_without_a_word_is_told_too(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "import os; os._exit(11)")
    runner.start([])
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "failed"
    assert "status 11" in runner.progress.words


def test_cancel_stops_even_what_does_not_listen(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelsheet.ui.runner.GRACE", 0.3)
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    says(monkeypatch, deaf + printing(EVENTS, "time.sleep(60)"))
    runner.start([])
    wait(runner, lambda: runner.progress.done == 1)
    assert bpy.ops.modelsheet.cancel() == {"FINISHED"}
    assert not bpy.ops.modelsheet.cancel.poll()
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "stopped"
    assert "goes on from here" in drawn().words


def test_the_button_runs_the_real_command(runner: Runner, tmp_path: Path) -> None:
    settings = bpy.context.scene.modelsheet
    settings.source, settings.file = "file", str(tmp_path / "nobody.vrm")
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "failed"
    assert "nobody.vrm" in runner.progress.words
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("picks", "complaint"),
    [
        ({"source": "file", "file": ""}, "poll"),
        ({"source": "scene"}, "poll"),
        ({"source": "sitter", "trigger": "../mara"}, "mara"),
        ({"source": "sitter", "trigger": "mara_syn", "out": "//here"}, "isn't saved yet"),
    ],
)
def test_a_wrong_pick_is_refused_at_once(runner: Runner, picks: dict[str, str], complaint: str) -> None:
    settings = bpy.context.scene.modelsheet
    for name, value in picks.items():
        setattr(settings, name, value)
    with pytest.raises(RuntimeError, match=complaint):
        bpy.ops.modelsheet.make()
    assert not runner.progress.busy
    if complaint != "poll":
        assert complaint in drawn().words  # in the panel as well as in the status bar


def test_the_timer_never_holds_the_window_up(runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flood = f"import time; print(({json.dumps(EVENTS[-1])!r} + chr(10)) * 2000, flush=True); time.sleep(0.5)"
    says(monkeypatch, begun(tmp_path / "out", flood))
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    spent = []
    end = time.monotonic() + 30
    while runner.progress.busy and time.monotonic() < end:
        begin = time.thread_time()  # this thread's own time: a busy machine's other work is not ours
        runner.tick()
        spent.append(time.thread_time() - begin)
        time.sleep(0.002)
    assert max(spent) < 0.005, sorted(spent)[-5:]


def test_a_broken_preset_is_named_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("extends: turnaround_8\ntitle: Good\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("axes: {colour: red}\n", encoding="utf-8")
    choices = preset_choices((tmp_path,))
    assert [item[0] for item in choices.items] == ["good"]
    assert len(choices.problems) == 1
    assert "bad.yaml" in choices.problems[0]


def test_handlers_outlive_the_opening_of_a_file(runner: Runner) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    names = [handler.__module__ for handler in bpy.app.handlers.load_post]
    assert handlers.__name__ in names
