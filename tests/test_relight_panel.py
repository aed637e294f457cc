# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar's panel `Light`: what it offers, when its buttons can be pressed, and the command that they run."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from modelsheet.cli import main
from modelsheet.outcome import Outcome
from modelsheet.plan.relight import Wish
from modelsheet.relight import Asked
from modelsheet.ui import registration
from modelsheet.ui.panels.light import MODELSHEET_PT_light
from modelsheet.ui.runner import Runner

PICKS = ("lighting", "temperature", "exposure", "intensity", "background", "only", "render")


class Layout(SimpleNamespace):
    """Stands in for Blender's layout: what is drawn, and whether it can be used."""

    def __init__(self, drawn: list[tuple[str, str]]) -> None:
        super().__init__(drawn=drawn, enabled=True)

    def column(self, **_options: Any) -> Layout:
        return Layout(self.drawn)

    row = column

    def prop(self, owner: Any, name: str, **_options: Any) -> None:
        assert name in owner.bl_rna.properties
        self.drawn.append(("prop" if self.enabled else "grey", name))

    def label(self, *, text: str, **_options: Any) -> None:
        self.drawn.append(("label", text))

    def operator(self, name: str, **_options: Any) -> None:
        self.drawn.append(("operator", name))


@pytest.fixture
def runner() -> Iterator[Runner]:
    registration.register()
    yield MODELSHEET_PT_light.runner
    picks = bpy.context.scene.modelsheet
    for name in PICKS:
        picks.light.property_unset(name)
    picks.property_unset("out")
    registration.unregister()


@pytest.fixture
def out(runner: Runner, tmp_path: Path) -> Path:
    """A folder that holds a set with one negative."""
    bpy.context.scene.modelsheet.out = str(tmp_path)
    (tmp_path / "job.yaml").write_text("trigger: x\n")
    (tmp_path / "negatives").mkdir()
    (tmp_path / "negatives" / "0123.exr").write_bytes(b"")
    (tmp_path / "relight.yaml").write_text("shots: {}\n")
    return tmp_path


def drawn() -> list[tuple[str, str]]:
    layout = Layout([])
    MODELSHEET_PT_light.draw(SimpleNamespace(layout=layout, runner=MODELSHEET_PT_light.runner), bpy.context)
    return layout.drawn


def test_there_is_no_panel_before_there_is_a_set(runner: Runner, tmp_path: Path) -> None:
    bpy.context.scene.modelsheet.out = str(tmp_path)
    assert not MODELSHEET_PT_light.poll(bpy.context)
    assert not bpy.ops.modelsheet.relight.poll()


def test_without_negatives_the_buttons_say_why_not(out: Path) -> None:
    assert MODELSHEET_PT_light.poll(bpy.context)
    assert drawn()[: len(PICKS)] == [("prop", name) for name in PICKS]
    assert bpy.ops.modelsheet.relight.poll() and bpy.ops.modelsheet.relight_undo.poll()
    (out / "negatives" / "0123.exr").unlink()
    rows = drawn()
    assert rows[: len(PICKS)] == [*(("grey", name) for name in PICKS[:-1]), ("prop", "render")]
    assert "no negatives" in " ".join(text for kind, text in rows if kind == "label")
    assert not bpy.ops.modelsheet.relight.poll()
    with pytest.raises(RuntimeError, match="no negatives"):
        bpy.ops.modelsheet.relight()
    bpy.context.scene.modelsheet.light.render = True  # then they are made
    assert bpy.ops.modelsheet.relight.poll()
    assert drawn()[: len(PICKS)] == [("prop", name) for name in PICKS]
    assert bpy.ops.modelsheet.relight_undo.poll()  # what was before rests, and needs no negative
    (out / "relight.yaml").unlink()
    assert not bpy.ops.modelsheet.relight_undo.poll()


def test_the_picks_become_the_command(out: Path, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    done = {"event": "done", "shots": 2, "failed": [], "seconds": 3.0, "report": None, "dataset": None, "packages": []}

    def command(words: list[str]) -> list[str]:
        asked.append(list(words))
        return [sys.executable, "-c", f"print({json.dumps(done)!r})"]

    def press(button: Any) -> None:
        assert button() == {"FINISHED"}
        assert not bpy.ops.modelsheet.relight.poll()  # one job at a time
        assert ("grey", "lighting") in drawn()
        end = time.monotonic() + 30
        while runner.progress.busy:
            assert time.monotonic() < end
            runner.tick()
            time.sleep(0.02)

    monkeypatch.setattr("modelsheet.ui.runner.command_line", command)
    light = bpy.context.scene.modelsheet.light
    press(bpy.ops.modelsheet.relight)
    light.lighting, light.background, light.exposure, light.temperature = "rim", "black", -1, 3500
    light.only, light.render = "7 00*_portrait_*", True
    press(bpy.ops.modelsheet.relight)
    assert runner.progress.words == "2 pictures in 3 s."
    light.intensity = 1.5
    press(bpy.ops.modelsheet.relight_undo)
    assert (light.lighting, light.exposure, light.intensity) == ("planned", 0, 1)
    said: list[Asked] = []

    def note(folder: Path, asked: Asked, _tell: Any) -> Outcome:
        assert folder == out
        said.append(asked)
        return Outcome(folder)

    monkeypatch.setattr("modelsheet.commands.relight.relight", note)
    assert [main(words) for words in asked] == [0, 0, 0]
    assert said == [
        Asked(Wish("planned", "planned", 0, 5600, {"all": 1})),
        Asked(Wish("rim", "black", -1, 3500, {"all": 1}), ("7", "00*_portrait_*"), render=True),
        Asked(only=("7", "00*_portrait_*"), undo=True),
    ]
