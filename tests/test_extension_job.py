# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that the interface runs: its progress, its end, its failures; the panel in every state."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from modelsheet.ui import registration
from modelsheet.ui.choices import preset_choices
from modelsheet.ui.panels.main import MODELSHEET_PT_main
from modelsheet.ui.runner import Runner

EVENTS = [
    {"event": "stage", "stage": "character"},
    {"event": "plan", "shots": 2, "takes": 2, "left_out": ["No tears: this character can't cry."]},
    {"event": "progress", "done": 0, "total": 2},
    {"event": "shot", "id": "0001", "path": "a.png", "done": 1, "total": 2},
]


class Layout:
    """Stands in for Blender's layout and writes down what is drawn."""

    def __init__(self, drawn: list[tuple[str, str]] | None = None) -> None:
        self.drawn = [] if drawn is None else drawn

    def column(self, **_options: Any) -> Layout:
        return Layout(self.drawn)

    row = box = column

    def prop(self, owner: Any, name: str, text: str | None = None) -> None:
        assert name in owner.bl_rna.properties
        self.drawn.append(("prop", name))

    def label(self, *, text: str, icon: str, translate: bool) -> None:
        assert icon in bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
        self.drawn.append(("label", text))

    def progress(self, *, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self.drawn.append(("progress", text))

    def operator(self, name: str, text: str = "", icon: str = "NONE") -> SimpleNamespace:
        assert icon in bpy.types.UILayout.bl_rna.functions["operator"].parameters["icon"].enum_items
        self.drawn.append(("operator", name))
        return SimpleNamespace()

    def texts(self, kind: str) -> list[str]:
        return [text for what, text in self.drawn if what == kind]


@pytest.fixture
def runner() -> Iterator[Runner]:
    registration.register()
    bpy.context.scene.modelsheet.property_unset("source")
    yield registration.MODELSHEET_OT_make.runner
    registration.unregister()


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have the runner start this Python text in place of the command."""

    def replace(code: str) -> None:
        monkeypatch.setattr("modelsheet.ui.runner.command_line", lambda *_: [sys.executable, "-c", code])

    return replace


def drawn() -> Layout:
    layout = Layout()
    panel = SimpleNamespace(layout=layout, runner=MODELSHEET_PT_main.runner)
    MODELSHEET_PT_main.draw(panel, bpy.context)
    return layout


def wait(runner: Runner, until: Callable[[], bool], seconds: float = 30) -> None:
    """What Blender's timer does in a window."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, runner.progress
        runner.tick()
        time.sleep(0.02)


def printing(events: list[dict[str, Any]], then: str = "") -> str:
    lines = "\n".join(json.dumps(event) for event in events)
    return f"print('Blender 4.5.0 says hello'); print({lines!r}, flush=True)\n{then}"


def test_idle_panel_shows_the_picks_and_the_button(runner: Runner) -> None:
    layout = drawn()
    assert layout.texts("prop") == ["source", "preset", "trigger", "resolution", "out"]
    assert layout.texts("operator") == ["modelsheet.make"]
    bpy.context.scene.modelsheet.source = "file"
    assert "file" in drawn().texts("prop")


def test_a_job_that_ends_well_shows_its_results(runner: Runner, child: Callable[[str], None], tmp_path: Path) -> None:
    done = {"event": "done", "shots": 2, "failed": [], "seconds": 75.0, "report": str(tmp_path / "report.html")}
    done |= {"dataset": str(tmp_path / "final_dataset"), "packages": [str(tmp_path / "packages" / "kohya.zip")]}
    child(printing(EVENTS, f"import time; time.sleep(1); print({json.dumps(done)!r})"))
    runner.start([])
    wait(runner, lambda: runner.progress.done == 1)
    layout = drawn()
    assert layout.texts("progress") == ["50%"]
    assert "1 of 2 pictures, about" in " ".join(layout.texts("label"))
    assert layout.texts("operator") == ["modelsheet.cancel"]
    assert not bpy.ops.modelsheet.make.poll()
    wait(runner, lambda: not runner.progress.busy)
    layout = drawn()
    assert runner.progress.state == "done"
    assert "2 pictures in 1 min 15 s." in layout.texts("label")
    assert layout.texts("operator") == ["modelsheet.make", "wm.url_open", "wm.path_open", "wm.path_open"]
    assert runner.tick() is None  # the closing words go, and so does the timer


def test_a_failing_job_shows_its_one_line(runner: Runner, child: Callable[[str], None]) -> None:
    child("import sys; sys.stderr.write('modelsheet: mara.vrm: empty. Export it again.\\n'); sys.exit(2)")
    runner.start([])
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "failed"
    assert "mara.vrm: empty. Export it again." in " ".join(drawn().texts("label"))
    assert bpy.ops.modelsheet.make.poll()


def test_a_crash_without_a_word_is_told_too(runner: Runner, child: Callable[[str], None]) -> None:
    child("import os; os._exit(11)")
    runner.start([])
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "failed"
    assert "status 11" in runner.progress.words


def test_cancel_stops_even_what_does_not_listen(
    runner: Runner, child: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelsheet.ui.runner.GRACE", 0.3)
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    child(deaf + printing(EVENTS, "time.sleep(60)"))
    runner.start([])
    wait(runner, lambda: runner.progress.done == 1)
    assert bpy.ops.modelsheet.cancel() == {"FINISHED"}
    assert not bpy.ops.modelsheet.cancel.poll()
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "stopped"
    assert "goes on from here" in " ".join(drawn().texts("label"))


def test_the_button_runs_the_real_command(runner: Runner, tmp_path: Path) -> None:
    settings = bpy.context.scene.modelsheet
    settings.source, settings.file = "file", str(tmp_path / "nobody.vrm")
    settings.trigger, settings.out = "mara_syn", str(tmp_path / "out")
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    wait(runner, lambda: not runner.progress.busy)
    assert runner.progress.state == "failed"
    assert "nobody.vrm" in runner.progress.words
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("picks", "complaint"),
    [
        ({"source": "file", "file": ""}, "No character file chosen"),
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
    assert runner.progress.state == "idle"
    for name in ("source", "file", "trigger", "out"):
        settings.property_unset(name)


def test_a_broken_preset_is_named_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("extends: turnaround_8\ntitle: Good\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("axes: {colour: red}\n", encoding="utf-8")
    choices = preset_choices((tmp_path,))
    assert [item[0] for item in choices.items] == ["good"]
    assert len(choices.problems) == 1
    assert "bad.yaml" in choices.problems[0]
