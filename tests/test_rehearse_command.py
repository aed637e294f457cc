# SPDX-License-Identifier: GPL-3.0-or-later
"""`rehearse`: the planned shots as a .blend and numbers, without rendering."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import pytest
from box_figure import figure
from modelsheet.character.files.importers import clear
from modelsheet.cli import main
from modelsheet.rehearsal import PLAN, STAGE, stand_file
from modelsheet.render.rehearsal import MARK, SCENE


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shots of a figure of boxes that is called as something in every user's file."""
    clear()
    figure("Cube")
    folder = tmp_path_factory.mktemp("rehearsal")
    blend = folder / "cube.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), copy=True)
    words = ["--preset", "turnaround_8", "--axis", "pose=waving", "--facing", "-Y"]
    assert main(["rehearse", str(blend), *words, "--out", str(folder / "out"), "--json"]) == 0
    return folder / "out"


def test_every_planned_shot_has_its_numbers(rehearsal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = json.loads((rehearsal / PLAN).read_text(encoding="utf-8"))
    assert len(plan["shots"]) == 6
    for shot in plan["shots"]:
        state = json.loads(stand_file(rehearsal, shot["number"]).read_text(encoding="utf-8"))
        assert len(state["camera"]["matrix"]) == 16
        assert state["camera"]["lens"] > 0
        assert "RightArm" in state["bones"]["Cube"] or "LeftArm" in state["bones"]["Cube"]
        assert state["lamps"]
        assert all(lamp["energy"] > 0 for lamp in state["lamps"])


def test_everything_in_the_blend_is_marked_by_name(rehearsal: Path) -> None:
    clear()
    bpy.ops.mesh.primitive_cube_add()  # a user's own Cube
    with bpy.data.libraries.load(str(rehearsal / STAGE), link=False) as (there, here):
        assert list(there.scenes) == [SCENE]
        here.scenes = [SCENE]
    scene = here.scenes[0]
    marked = {obj[MARK] for obj in scene.objects}
    assert {"Cube", "Cube body"} <= marked
    assert {mesh[MARK] for mesh in bpy.data.meshes if MARK in mesh}
    assert MARK not in bpy.data.objects["Cube"]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert main(["rehearse", "sitter", "--out", str(tmp_path)]) == 2
    assert "holds other files" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
