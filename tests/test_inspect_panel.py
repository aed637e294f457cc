# SPDX-License-Identifier: GPL-3.0-or-later
"""The Character panel: what was found and how surely, the questions, and corrections that reach inspect and make."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from box_figure import figure
from drawn_layout import Drawn, draw
from mathutils import Matrix, Vector
from modelsheet.ui.overlay import Overlay, carried, drawing
from modelsheet.ui.panels.character import MODELSHEET_PT_character
from modelsheet.ui.runner import Runner
from sidebar import printing, says, switched_on, wait

FACTS: dict[str, Any] = {"name": "Ada", "kind": "humanoid", "body": "full", "face": True, "expressions": {}}
FACTS |= {"licence": None, "facing": [0, -1, 0], "up": [0, 0, 1], "eyes": [[0.03, -0.1, 1.7], [-0.03, -0.1, 1.7]]}
FACTS |= {"head": {"center": [0, 0, 1.68], "height": 0.24}}
Look = Callable[..., Drawn]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runner]:
    with switched_on(monkeypatch, tmp_path) as runner:
        yield runner


@pytest.fixture
def look(runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Look:
    """Look at a character whose child answers this; what the panel then shows."""

    def run(sure: dict[str, float], names: tuple[str, ...] = ("Ada",), warnings: tuple[str, ...] = ()) -> Drawn:
        characters = [{**FACTS, "name": name, "confidence": sure} for name in names]
        handles = {"armature": "Ada", "head": "Head", "meshes": ["Ada body"]}
        answer = {"event": "inspected", "characters": characters, "warnings": warnings, "parts": ["Skull", "Hips"]}
        says(monkeypatch, printing([{**answer, "handles": handles}]))
        settings = bpy.context.scene.modelsheet
        if settings.source != "scene":
            settings.source, settings.file = "file", str(tmp_path / "ada.vrm")
        assert bpy.ops.modelsheet.look() == {"FINISHED"}
        assert "Opening the character" in draw(MODELSHEET_PT_character).words
        wait(runner, lambda: not runner.progress.busy)
        return draw(MODELSHEET_PT_character)

    return run


@pytest.fixture
def ada(runner: Runner) -> bpy.types.Object:
    """A figure in the open scene, which is the source, active."""
    root = figure("Ada")
    bpy.context.scene.modelsheet.source = "scene"
    bpy.context.view_layer.objects.active = root.children_recursive[0]
    bpy.context.view_layer.update()
    return root


def test_what_was_found_is_told_with_how_sure(look: Look) -> None:
    layout = look({"facing": 0.95, "head": 0.8, "eyes": 0.9, "kind": 0.95})
    for words in ("Found Ada: full body", "no licence", "Front: -Y", "sure, 95%", "likely, 80%", "Eyes: found"):
        assert words in layout.words
    assert "Not sure" not in layout.words
    assert not {"facing", "head"} & set(layout.texts("prop"))  # nobody need read what is not in doubt
    bpy.context.scene.modelsheet_scene.correct = True
    assert {"facing", "head"} <= set(draw(MODELSHEET_PT_character).texts("prop"))
    assert "character" not in layout.texts("prop")


@pytest.mark.parametrize(
    ("sure", "asked"),
    [({"facing": 0.2, "head": 0.9}, {"facing"}), ({"facing": 0.49, "head": 0.0}, {"facing", "head"})],
)
def test_what_is_not_sure_is_asked_and_the_answer_goes_into_the_job(
    look: Look, sure: dict[str, float], asked: set[str]
) -> None:
    layout = look(sure)
    assert ("Not sure which way it looks" in layout.words, "Not sure what its head is" in layout.words) == (
        "facing" in asked,
        "head" in asked,
    )
    settings = bpy.context.scene.modelsheet
    settings.facing, settings.head = "+Y", "Skull"
    assert {"--facing=+Y", "--head=Skull"} <= set(settings.arguments())
    assert "--facing=+Y" in settings.look_arguments()
    assert "Not sure which" not in draw(MODELSHEET_PT_character).words
    settings.file = settings.file + "2"  # another character: the answers do not hold for it
    assert (settings.facing, settings.head) == ("found", "")
    assert not any(word.startswith("--facing") for word in settings.arguments())
    assert "Found Ada" not in draw(MODELSHEET_PT_character).words


def test_one_of_several_is_chosen(look: Look) -> None:
    note = "Ada is photographed; the file holds others too: Bo. Choose with --character."
    layout = look({"facing": 0.9, "head": 0.9}, ("Ada", "Bo"), (note,))
    assert "character" in layout.texts("prop")
    assert "Choose with Which one." in layout.words
    settings = bpy.context.scene.modelsheet
    settings.character = "Bo"
    assert "--character=Bo" in settings.arguments()
    settings.source = "sitter"
    assert "--character=Bo" not in settings.arguments()


def test_a_look_that_fails_says_why_where_one_looked(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = bpy.context.scene.modelsheet
    settings.source, settings.file = "file", str(tmp_path / "ada.vrm")
    says(monkeypatch, "import sys; sys.stderr.write('modelsheet: ada.vrm: empty. Export it again.\\n'); sys.exit(2)")
    bpy.ops.modelsheet.look()
    wait(runner, lambda: not runner.progress.busy)
    assert "ada.vrm: empty. Export it again." in draw(MODELSHEET_PT_character).words


@pytest.mark.parametrize("source", ["scene", "file", "sitter"])
def test_without_a_character_the_panel_says_what_to_do(runner: Runner, source: str) -> None:
    bpy.context.scene.modelsheet.source = source
    layout = draw(MODELSHEET_PT_character)
    said = {"scene": "holds no mesh", "file": "", "sitter": "built-in character"}
    assert said[source] in layout.words
    assert bpy.ops.modelsheet.look.poll() == (source == "sitter")


def test_the_active_objects_character_is_meant(ada: bpy.types.Object, look: Look) -> None:
    assert "Ada (active)" in draw(MODELSHEET_PT_character).words
    layout = look({"facing": 0.9, "head": 0.9})
    assert {"overlay"} <= set(layout.texts("prop"))
    assert bpy.context.scene.modelsheet.looked() is not None
    lamp = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "SUN"))
    bpy.context.scene.collection.objects.link(lamp)
    bpy.context.view_layer.objects.active = lamp
    assert bpy.context.scene.modelsheet.looked() is not None  # a lamp is nobody else
    bpy.ops.mesh.primitive_cube_add()
    assert bpy.context.scene.modelsheet.looked() is None  # a cube might be


def test_pointing_corrects_and_goes_back_with_undo(ada: bpy.types.Object, look: Look) -> None:
    look({"facing": 0.9, "head": 0.9})
    settings, own = bpy.context.scene.modelsheet, bpy.context.scene.modelsheet_scene
    assert bpy.ops.modelsheet.head_here() == {"FINISHED"}
    assert settings.head == "Ada body"
    bpy.context.scene.cursor.location = (0.05, -0.12, 1.72)
    assert bpy.ops.modelsheet.eye_here(side="left") == {"FINISHED"}
    assert "--eyes=0.05,-0.12,1.72 -0.03,-0.1,1.7" in settings.corrections()
    assert bpy.ops.modelsheet.eyes_found() == {"FINISHED"}
    assert not any(word.startswith("--eyes") for word in settings.corrections())
    assert not own.has_eyes
    for name in ("head_here", "eye_here", "eyes_found"):
        assert "UNDO" in getattr(bpy.types, f"MODELSHEET_OT_{name}").bl_options


def test_the_overlay_follows_the_head_as_it_is_posed_and_moved(ada: bpy.types.Object, look: Look) -> None:
    look({"facing": 0.9, "head": 0.9})
    looked = bpy.context.scene.modelsheet.looked()
    assert carried(looked, bpy.context.scene) == Matrix.Identity(4)
    ada.location.x = 2.0
    ada.pose.bones["Head"].matrix_basis = Matrix.Rotation(0.5, 4, "Y")
    bpy.context.view_layer.update()
    bone = ada.pose.bones["Head"]
    place = carried(looked, bpy.context.scene)
    neck = Vector(bone.bone.head_local)
    assert (place @ neck - (neck + Vector((2, 0, 0)))).length < 1e-5
    crown = ada.matrix_world @ bone.matrix @ bone.bone.matrix_local.inverted() @ Vector((0, 0, 1.8))
    assert (place @ Vector((0, 0, 1.8)) - crown).length < 1e-5


def test_the_overlay_shows_head_front_and_eyes_and_what_the_user_says(ada: bpy.types.Object, look: Look) -> None:
    look({"facing": 0.9, "head": 0.9})
    scene = bpy.context.scene
    found, _place = Overlay().now()
    assert [words for _spot, words, _colour in found.words] == ["Front: 90% sure", "Head: 90% sure", "L", "R"]
    box, arrow, eyes = found.lines.values()
    assert (len(box), len(arrow), len(eyes)) == (24, 10, 12)
    assert min(end.y for end in arrow) == pytest.approx(-0.24 * 1.3)
    scene.modelsheet.facing = "+X"
    looked = scene.modelsheet.looked()
    turned = drawing(looked, "+X", (Vector((1, 2, 3)), Vector((4, 5, 6))))
    assert "Front: as you say" in [words for _spot, words, _colour in turned.words]
    scene.modelsheet_scene.overlay = False
    assert Overlay().now() is None
    assert drawing(looked, "found", None) is not None
    assert json.dumps(looked.facts)  # drawing changes nothing of what was found


def test_a_job_that_tells_less_does_not_unlearn_which_objects_it_is(ada: bpy.types.Object, look: Look) -> None:
    look({"facing": 0.9, "head": 0.9})
    runner = MODELSHEET_PT_character.runner
    known = runner.looked
    runner._take({"event": "found", "facts": {**FACTS, "confidence": {"facing": 1.0, "head": 0.9}}, "warnings": []})
    assert runner.looked.facts["confidence"]["facing"] == 1.0
    assert (runner.looked.handles, runner.looked.standing) == (known.handles, known.standing)


def test_what_a_resumed_job_finds_is_not_said_of_a_file_that_is_not_chosen(runner: Runner) -> None:
    runner._take({"event": "found", "facts": {**FACTS, "confidence": {"facing": 1.0, "head": 0.9}}, "warnings": []})
    settings = bpy.context.scene.modelsheet
    settings.source, settings.file = "file", ""
    assert settings.looked() is None
