# SPDX-License-Identifier: GPL-3.0-or-later
"""The open scene goes to the child as it is now, and stays as it is; saved files of older layouts open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bmesh
import bpy
import pytest
from box_figure import figure
from everything import differences, everything, window
from modelsheet.character.load import load_file
from modelsheet.character.overrides import Overrides
from modelsheet.common.blender import node_tree
from modelsheet.common.errors import InputError
from modelsheet.ui import remember
from modelsheet.ui.begin import kept_copy
from modelsheet.ui.migrate import migrate, stamp
from modelsheet.ui.runner import Runner
from modelsheet.ui.scene_copy import FOLDER, active_character, take_copy
from modelsheet.ui.scene_settings import LAYOUT
from sidebar import printing, says, switched_on, wait


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runner]:
    with switched_on(monkeypatch, tmp_path) as runner:
        yield runner
        bpy.ops.wm.read_factory_settings(use_empty=True)


def test_unsaved_edits_go_along_and_nothing_of_the_users_changes(runner: Runner, tmp_path: Path) -> None:
    """Two figures; one is being edited, a texture lies beside the file, another was painted and not saved."""
    figure("Bo", rig=False).location.x = 5
    body = figure("Ada").children_recursive[0]
    (tmp_path / "textures").mkdir()
    skin = bpy.data.images.new("skin", 4, 4)
    skin.filepath_raw, skin.file_format = str(tmp_path / "textures" / "skin.png"), "PNG"
    skin.save()
    paint = bpy.data.images.new("paint", 4, 4)
    body.data.materials.append(bpy.data.materials.new("Skin"))
    for image in (skin, paint):
        node_tree(body.data.materials[0]).nodes.new("ShaderNodeTexImage").image = image
    home = tmp_path / "hero.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(home))
    skin.filepath = "//textures/skin.png"
    bpy.context.view_layer.objects.active = body
    stamp()
    bpy.ops.object.mode_set(mode="EDIT")
    work = bmesh.from_edit_mesh(body.data)
    work.verts.ensure_lookup_table()
    work.verts[0].co.z += 0.01
    height = work.verts[0].co.z
    bmesh.update_edit_mesh(body.data)
    paint.pixels = [1.0, 0.0, 0.0, 1.0] * 16
    bpy.ops.ed.undo_push(message="edited")
    before, seen = everything(), window()
    copy = take_copy(bpy.context, tmp_path / "out" / FOLDER)
    after = everything()
    for state in (before, after):  # Blender writes an edited mesh out before it saves; that is what edit mode shows
        state["meshes"].pop("Ada body")
    assert differences(after, before) == []
    assert differences(window(), seen) == []
    assert (bpy.data.filepath, bpy.context.mode) == (str(home), "EDIT_MESH")
    assert bpy.data.is_dirty
    assert copy.path.name == "hero.blend"
    assert copy.words == ("--scene=Scene", "--character=Ada")
    bpy.ops.object.mode_set(mode="OBJECT")
    said = dict(word.removeprefix("--").split("=") for word in copy.words)
    loaded = load_file(copy.path, Overrides(**said))
    assert loaded.meshes[0].name == "Ada body"
    assert max(vertex.co.z for vertex in loaded.meshes[0].data.vertices if abs(vertex.co.z - height) < 1e-5) > 0
    assert list(bpy.data.images["paint"].pixels[:4]) == pytest.approx([1, 0, 0, 1], abs=0.01)
    assert tuple(bpy.data.images["skin"].size) == (4, 4)  # found from the copy's place


def test_who_is_meant_is_told_from_the_active_object(runner: Runner) -> None:
    rig = figure("Ada")
    body = rig.children_recursive[0]
    empty = bpy.data.objects.new("Root", None)
    camera = bpy.data.objects.new("Eye", bpy.data.cameras.new("Eye"))
    for obj in (empty, camera):
        bpy.context.scene.collection.objects.link(obj)
    rig.parent = empty
    meant = {}
    for obj in (rig, body, empty, camera):
        bpy.context.view_layer.objects.active = obj
        meant[obj.name] = active_character(bpy.context)
    assert meant == {"Ada": "Ada", "Ada body": "Ada", "Root": "Ada", "Eye": ""}


def test_a_scene_without_anybody_is_refused(runner: Runner, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no mesh"):
        take_copy(bpy.context, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_set_of_a_scene_goes_on_with_the_scene_as_it_was(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    bpy.context.view_layer.objects.active = figure("Ada")
    settings = bpy.context.scene.modelsheet
    settings.source = "scene"
    plan = [{"event": "plan", "shots": 2, "takes": 2, "left_out": []}]
    begun = f"import pathlib; (pathlib.Path({str(out)!r}) / 'job.yaml').write_text('x: 1')\n"
    says(monkeypatch, begun + printing(plan, "raise SystemExit(1)"))
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    wait(runner, lambda: not runner.progress.busy)
    copy = kept_copy(out)
    assert copy is not None and copy.path.is_file()
    written = copy.path.stat().st_mtime_ns
    bpy.context.view_layer.objects.active = figure("Bo")
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    wait(runner, lambda: not runner.progress.busy)
    assert copy.path.stat().st_mtime_ns == written
    assert {"--character=Ada", str(copy.path)} <= set(remember.read(out).words)
    assert bpy.ops.modelsheet.new_folder() == {"FINISHED"}
    assert settings.folder() == tmp_path / "out-2"


def test_a_job_that_never_began_leaves_no_copy(runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bpy.context.view_layer.objects.active = figure("Ada")
    bpy.context.scene.modelsheet.source = "scene"
    says(monkeypatch, "raise SystemExit(2)")
    assert bpy.ops.modelsheet.make() == {"FINISHED"}
    assert list((tmp_path / "out" / FOLDER).iterdir())
    wait(runner, lambda: not runner.progress.busy)
    assert not (tmp_path / "out").exists()


#: Modelsheet 0.1.0's properties, as far as they were saved; sets some and saves.
OLD = """
import os, sys
import bpy
class Light(bpy.types.PropertyGroup):
    lighting: bpy.props.EnumProperty(items=lambda s, c: [(n, n, "") for n in LIGHTINGS])
    background: bpy.props.EnumProperty(items=lambda s, c: [(n, n, "") for n in BACKGROUNDS])
    exposure: bpy.props.FloatProperty()
class Settings(bpy.types.PropertyGroup):
    source: bpy.props.EnumProperty(items=(("sitter", "", ""), ("file", "", "")), default="sitter")
    file: bpy.props.StringProperty()
    facing: bpy.props.EnumProperty(items=[(n, n, "") for n in ("found", "-Y", "+Y", "+X", "-X")], default="found")
    head: bpy.props.StringProperty()
    character: bpy.props.StringProperty()
    preset: bpy.props.EnumProperty(items=lambda s, c: [(n, n, "") for n in PRESETS])
    trigger: bpy.props.StringProperty(default="my_character")
    out: bpy.props.StringProperty()
    resolution: bpy.props.IntProperty(default=1024)
    light: bpy.props.PointerProperty(type=Light)
PRESETS = ["lora_40", "essentials", "expressions", "face_30", "full_body_60", "lights_48", "quick", "turnaround_8"]
LIGHTINGS = ["planned", "dramatic_side", "golden_hour", "neon", "neutral_studio"]
BACKGROUNDS = ["planned", "neutral_grey", "white", "black", "gradient", "transparent", "folder"]
for kind in (Light, Settings):
    bpy.utils.register_class(kind)
bpy.types.Scene.modelsheet = bpy.props.PointerProperty(type=Settings)
bpy.ops.wm.read_factory_settings(use_empty=True)
first, second = bpy.context.scene.modelsheet, bpy.data.scenes.new("Second").modelsheet
bpy.data.scenes.new("Never used")
first.source, first.file, first.facing, first.head, first.trigger = "file", "//ada.vrm", "+X", "Skull", "ada_syn"
first.preset, first.resolution, first.out = "quick", 768, "//set"
first.light.lighting, first.light.background, first.light.exposure = "neon", "black", 0.5
second.trigger = "bo_syn"
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1])
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture(scope="module")
def old_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("old") / "old.blend"
    done = subprocess.run(
        [sys.executable, "-c", OLD, str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert path.is_file(), done.stderr
    return path


def picks(scene: bpy.types.Scene) -> dict[str, Any]:
    settings = scene.modelsheet
    names = ("source", "file", "facing", "head", "trigger", "preset", "resolution", "out")
    light = {name: getattr(settings.light, name) for name in ("lighting", "background", "exposure")}
    return {name: getattr(settings, name) for name in names} | light


def test_a_file_of_an_older_version_opens_as_it_was_meant(runner: Runner, old_file: Path, tmp_path: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(old_file))
    expected = {"source": "file", "file": "//ada.vrm", "facing": "+X", "head": "Skull", "trigger": "ada_syn"}
    expected |= {"preset": "quick", "resolution": 768, "out": "//set"}
    expected |= {"lighting": "neon", "background": "black", "exposure": 0.5}
    assert picks(bpy.data.scenes["Scene"]) == expected
    second = bpy.data.scenes["Second"].modelsheet
    assert (second.source, second.trigger, second.preset) == ("sitter", "bo_syn", "lora_40")
    assert bpy.data.scenes["Never used"].modelsheet.source == "scene"  # the default of today
    assert {scene.modelsheet_scene.layout for scene in bpy.data.scenes} == {LAYOUT}
    again = tmp_path / "again.blend"
    bpy.context.scene.modelsheet.source = "scene"
    bpy.ops.wm.save_as_mainfile(filepath=str(again))
    bpy.ops.wm.open_mainfile(filepath=str(again))
    assert picks(bpy.data.scenes["Scene"]) == expected | {"source": "scene"}
    assert migrate() == []


def test_a_new_scene_is_not_taken_for_an_old_one(runner: Runner, tmp_path: Path) -> None:
    bpy.data.scenes.new("Fresh").modelsheet.trigger = "cy_syn"
    path = tmp_path / "new.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert bpy.data.scenes["Fresh"].modelsheet.source == "scene"
