# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user says of a .blend: which scene of it, where the eyes are; and what was painted and not saved."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import pytest
from box_figure import figure
from modelsheet.character.files.importers import clear, import_file
from modelsheet.character.files.painted import SUFFIX, TABLE
from modelsheet.character.files.sniff import sniff
from modelsheet.character.load import load_file
from modelsheet.character.overrides import Overrides
from modelsheet.common.blender import node_tree
from modelsheet.common.errors import InputError


@pytest.fixture(scope="module")
def two_scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada stands in the first scene; Bo, who has no rig and so is the poorer pick, in the second."""
    clear()
    bpy.context.scene.name = "First"
    figure("Ada")
    second = bpy.data.scenes.new("Second")
    root = figure("Bo", rig=False)
    for obj in (root, *root.children_recursive):
        bpy.context.scene.collection.objects.unlink(obj)
        second.collection.objects.link(obj)
    path = tmp_path_factory.mktemp("scenes") / "two.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path


@pytest.mark.parametrize(("asked", "found"), [(None, "Ada"), ("First", "Ada"), ("Second", "Bo")])
def test_the_scene_that_is_asked_for_is_taken(two_scenes: Path, asked: str | None, found: str) -> None:
    loaded = load_file(two_scenes, Overrides(scene=asked))
    assert found in loaded.meshes[0].name
    assert any("holds 2 scenes" in warning for warning in loaded.warnings) == (asked is None)


def test_a_scene_that_is_not_there_is_told_with_those_that_are(two_scenes: Path) -> None:
    with pytest.raises(InputError, match=r"--scene Third: no such scene in two\.blend\. It has: First, Second\."):
        load_file(two_scenes, Overrides(scene="Third"))


def test_eyes_are_where_the_user_says(two_scenes: Path) -> None:
    loaded = load_file(two_scenes, Overrides(eyes="-0.03,-0.11,1.7 0.03,-0.11,1.7"))
    assert loaded.facts.eyes == ((0.03, -0.11, 1.7), (-0.03, -0.11, 1.7))  # the left one first
    assert loaded.facts.confidence["eyes"] == 1.0
    assert loaded.handles() == {"armature": "Ada", "head": "Head", "meshes": ["Ada body"]}


def test_what_was_painted_and_not_saved_comes_along(tmp_path: Path) -> None:
    clear()
    root = figure()
    image = bpy.data.images.new("Skin", 4, 4)
    material = bpy.data.materials.new("Skin")
    node_tree(material).nodes.new("ShaderNodeTexImage").image = image
    root.children_recursive[0].data.materials.append(material)
    path = tmp_path / "copy.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    folder = path.with_name(path.name + SUFFIX)
    folder.mkdir()
    image.pixels = [0.0, 1.0, 0.0, 1.0] * 16
    image.save(filepath=str(folder / "0.png"), save_copy=True)
    (folder / TABLE).write_text(json.dumps({"Skin": "0.png", "gone": "1.png", "out": "../copy.blend"}), "utf-8")
    clear()
    import_file(path, sniff(path))
    assert list(bpy.data.images["Skin"].pixels[:4]) == pytest.approx([0, 1, 0, 1], abs=0.01)
