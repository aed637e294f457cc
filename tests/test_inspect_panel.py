# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar looks at a character before it is photographed, and asks where that was not sure."""

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
from modelsheet.ui.panels.main import MODELSHEET_PT_main
from modelsheet.ui.runner import Runner

FACTS = {"name": "Ada", "kind": "humanoid", "body": "full", "face": True, "expressions": {}, "licence": None}


class Layout(SimpleNamespace):
    """Stands in for Blender's layout: what is drawn, and whether in alarm."""

    def __init__(self, drawn: list[tuple[str, str]]) -> None:
        super().__init__(drawn=drawn, alert=False)

    def column(self, **_options: Any) -> Layout:
        return Layout(self.drawn)

    row = box = column

    def prop(self, owner: Any, name: str, **_options: Any) -> None:
        assert name in owner.bl_rna.properties
        self.drawn.append(("prop", name))

    def label(self, *, text: str, **_options: Any) -> None:
        self.drawn.append(("label", text))

    def operator(self, name: str, **_options: Any) -> SimpleNamespace:
        self.drawn.append(("operator", name))
        return SimpleNamespace()


@pytest.fixture
def runner() -> Iterator[Runner]:
    registration.register()
    yield registration.MODELSHEET_OT_make.runner
    for name in ("source", "file", "facing", "head", "character", "trigger", "out"):
        bpy.context.scene.modelsheet.property_unset(name)
    registration.unregister()


@pytest.fixture
def look(runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """Look at a file whose child answers this; what the panel then shows."""

    def run(
        sure: dict[str, float], names: tuple[str, ...] = ("Ada",), warnings: tuple[str, ...] = ()
    ) -> list[tuple[str, str]]:
        characters = [{**FACTS, "name": name, "confidence": sure} for name in names]
        answer = {"event": "inspected", "characters": characters, "warnings": warnings, "parts": ["Skull", "Hips"]}
        code = f"print({json.dumps(answer)!r})"
        monkeypatch.setattr("modelsheet.ui.runner.command_line", lambda *_: [sys.executable, "-c", code])
        settings = bpy.context.scene.modelsheet
        settings.source, settings.file = "file", str(tmp_path / "ada.vrm")
        settings.trigger, settings.out = "mara_syn", str(tmp_path / "out")
        assert bpy.ops.modelsheet.look() == {"FINISHED"}
        end = time.monotonic() + 30
        while runner.progress.busy:
            assert time.monotonic() < end
            runner.tick()
            time.sleep(0.02)
        return drawn()

    return run


def drawn() -> list[tuple[str, str]]:
    layout = Layout([])
    MODELSHEET_PT_main.draw(SimpleNamespace(layout=layout, runner=MODELSHEET_PT_main.runner), bpy.context)
    return layout.drawn


def texts(rows: list[tuple[str, str]]) -> str:
    return " ".join(text for kind, text in rows if kind == "label")


def test_nothing_is_asked_where_it_is_sure(look: Callable[..., Any]) -> None:
    rows = look({"facing": 0.9, "head": 0.8})
    assert "Found Ada: full body, a face, 0 expressions, 80 % sure." in texts(rows)
    assert "no licence" in texts(rows)
    assert not {"facing", "head", "character"} & {name for kind, name in rows if kind == "prop"}


@pytest.mark.parametrize(
    ("sure", "asked"),
    [({"facing": 0.2, "head": 0.9}, {"facing"}), ({"facing": 0.49, "head": 0.0}, {"facing", "head"})],
)
def test_what_is_not_sure_is_asked_and_the_answer_goes_into_the_job(
    look: Callable[..., Any], sure: dict[str, float], asked: set[str]
) -> None:
    rows = look(sure)
    assert {name for kind, name in rows if kind == "prop"} & {"facing", "head"} == asked
    assert "Not sure which way it looks" in texts(rows)
    settings = bpy.context.scene.modelsheet
    settings.facing, settings.head = "+Y", "Skull"
    assert {"--facing=+Y", "--head=Skull"} <= set(settings.arguments())
    assert "--facing=+Y" in settings.look_arguments()
    rows = drawn()
    assert {("prop", "facing"), ("prop", "head")} <= set(rows)
    assert "Not sure" not in texts(rows)
    settings.file = settings.file + "2"  # another character: the answers do not hold for it
    assert (settings.facing, settings.head) == ("found", "")
    assert not any(word.startswith("--facing") for word in settings.arguments())
    assert "Found Ada" not in texts(drawn())


def test_one_of_several_is_chosen(look: Callable[..., Any]) -> None:
    note = "Ada is photographed; the file holds others too: Bo. Choose with --character."
    rows = look({"facing": 0.9, "head": 0.9}, ("Ada", "Bo"), (note,))
    assert ("prop", "character") in rows
    assert "Choose with Which one." in texts(rows)
    settings = bpy.context.scene.modelsheet
    settings.character = "Bo"
    assert "--character=Bo" in settings.arguments()
    settings.source = "sitter"
    assert "--character=Bo" not in settings.arguments()
    assert not bpy.ops.modelsheet.look.poll()
