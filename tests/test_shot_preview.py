# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking through the planned shots in the viewport leaves everything as it was, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from box_figure import figure
from drawn_layout import draw
from everything import differences, everything, window
from modelsheet.cli import main
from modelsheet.render.rehearsal import MARK, SCENE
from modelsheet.ui import registration
from modelsheet.ui.migrate import stamp
from modelsheet.ui.panels.main import MODELSHEET_PT_main, MODELSHEET_PT_shown
from modelsheet.ui.panels.rehearsal import MODELSHEET_PT_rehearsal
from modelsheet.ui.shot_operators import MODELSHEET_OT_shot_step, rehearsal_words
from modelsheet.ui.shot_preview import ShotPreview
from sidebar import switched_on


def scene() -> None:
    """A user's scene: the figure posed and animated, a material, lamp, camera and second scene, something selected."""
    rig = figure("Hero")
    rig.pose.bones["Head"].rotation_mode = "XYZ"
    rig.pose.bones["Head"].rotation_euler.z = 0.4
    rig.keyframe_insert("location", frame=1)
    body = rig.children_recursive[0]
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="smile").value = 0.5
    body.data.materials.append(bpy.data.materials.new("Skin"))
    for name, data in (("Lamp", bpy.data.lights.new("Lamp", "SUN")), ("Shot", bpy.data.cameras.new("Shot"))):
        obj = bpy.data.objects.new(name, data)
        bpy.context.scene.collection.objects.link(obj)
        obj.select_set(True)
    bpy.context.scene.camera = bpy.data.objects["Shot"]
    bpy.context.view_layer.objects.active = rig
    bpy.data.scenes.new("Other")
    bpy.context.view_layer.update()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rehearsal of that scene's character."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene()
    folder = tmp_path_factory.mktemp("stage")
    blend = folder / "hero.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), copy=True)
    words = ["--preset", "turnaround_8", "--axis", "pose=waving", "--facing", "-Y", "--scene", "Scene"]
    assert main(["rehearse", str(blend), *words, "--out", str(folder / "out")]) == 0
    return folder / "out"


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: Path) -> Iterator[ShotPreview]:
    with switched_on(monkeypatch, tmp_path):
        scene()
        stamp()  # as when a file is opened
        preview = MODELSHEET_OT_shot_step.preview
        preview.offer(stage)
        yield preview
        bpy.ops.wm.read_factory_settings(use_empty=True)


def viewport() -> Any:
    seen = bpy.context.window_manager.windows[0]
    area = next(area for area in seen.screen.areas if area.type == "VIEW_3D")
    return bpy.context.temp_override(window=seen, area=area, region=area.regions[-1])


def show() -> None:
    with viewport():
        assert bpy.ops.modelsheet.shots_show() == {"FINISHED"}
    assert bpy.context.window_manager.windows[0].scene.name == SCENE


def leave_by_button() -> None:
    assert bpy.ops.modelsheet.shots_leave() == {"FINISHED"}


def leave_by_saving(folder: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "saved.blend"), copy=True)
    with bpy.data.libraries.load(str(folder / "saved.blend")) as (there, _here):
        assert sorted(there.scenes) == ["Other", "Scene"]
        assert len(there.objects) == 4


def leave_by_unregister() -> None:
    registration.unregister()
    registration.register()


ENDS: dict[str, Callable[[Path], None]] = {
    "button": lambda _folder: leave_by_button(),
    "save": leave_by_saving,
    "undo": lambda _folder: bpy.ops.ed.undo() and None,
    "switched off": lambda _folder: leave_by_unregister(),
}


@pytest.mark.parametrize(("end", "mode"), [*((end, "OBJECT") for end in ENDS), ("button", "POSE")])
def test_everything_is_as_it_was(preview: ShotPreview, tmp_path: Path, end: str, mode: str) -> None:
    bpy.ops.object.mode_set(mode=mode)
    bpy.ops.ed.undo_push(message="as the user has it")
    before, seen = everything(), window()
    if end == "undo":
        bpy.ops.ed.undo_push(message="once more the same")
    show()
    for step in (1, 1, -1, -1, -1):
        assert bpy.ops.modelsheet.shot_step(step=step) == {"FINISHED"}
    ENDS[end](tmp_path)
    assert not preview.active
    assert differences(everything(), before) == []
    assert differences(window(), seen) == []


def test_what_undo_kept_of_the_preview_is_swept_out(preview: ShotPreview) -> None:
    bpy.ops.ed.undo_push(message="before")
    before = everything()
    show()
    bpy.ops.ed.undo_push(message="something is done while shots are shown")
    leave_by_button()
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()  # to the state that holds the preview
    assert not [row for row in bpy.data.scenes if MARK in row]
    assert differences(everything(), before) == []
    assert bpy.context.window_manager.windows[0].scene.name == "Scene"


def test_another_file_opens_clean(preview: ShotPreview, tmp_path: Path) -> None:
    path = tmp_path / "other.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    show()
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert not preview.active
    assert sorted(row.name for row in bpy.data.scenes) == ["Other", "Scene"]


def test_a_file_that_was_rescued_in_the_middle_is_swept(preview: ShotPreview, tmp_path: Path) -> None:
    """Blender's own rescue copies are written without asking anybody."""
    path = tmp_path / "rescued.blend"
    show()
    bpy.data.libraries.write(str(path), set(bpy.data.scenes))
    leave_by_button()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(path)) as (there, here):
        here.scenes = list(there.scenes)
    bpy.context.window_manager.windows[0].scene = bpy.data.scenes[SCENE]
    MODELSHEET_OT_shot_step.preview.sweep()
    assert not [row for row in (*bpy.data.objects, *bpy.data.scenes, *bpy.data.meshes) if MARK in row]
    assert {"Hero", "Hero body", "Lamp", "Shot"} <= set(bpy.data.objects.keys())


def test_the_shots_differ_and_the_panel_says_which_is_shown(preview: ShotPreview) -> None:
    assert "6 shots are ready." in draw(MODELSHEET_PT_rehearsal).words
    assert not draw(MODELSHEET_PT_shown).rows
    show()
    shown = bpy.context.window_manager.windows[0].scene
    cameras = []
    for number, shot in enumerate(preview.shots):
        preview.show(number)
        cameras.append(tuple(round(value, 3) for row in shown.camera.matrix_world for value in row))
        assert [obj for obj in shown.objects if obj.type == "LIGHT" and obj.data.energy > 0]
        layout = draw(MODELSHEET_PT_shown)
        assert f"Shot {number + 1} of 6" in layout.words
        assert shot["angle"].replace("_", " ") in layout.words
    assert len(set(cameras)) == 6
    hero = next(obj for obj in shown.objects if obj.get(MARK) == "Hero")
    assert hero.pose.bones["RightArm"].matrix_basis != bpy.data.objects["Hero"].pose.bones["RightArm"].matrix_basis
    assert layout.texts("operator") == ["modelsheet.shot_step"] * 2 + ["modelsheet.shots_leave"]
    assert not MODELSHEET_PT_main.poll(bpy.context)
    leave_by_button()


def test_it_asks_for_what_the_dataset_asks_for() -> None:
    words = ["make", "hero.blend", "--json", "--facing=-Y", "--character=Ada", "--preset", "quick", "--budget", "12"]
    words += ["--trigger", "mara_syn", "--axis", "pose=waving", "--resolution", "512", "--for", "kohya", "--out", "x"]
    assert rehearsal_words(words, Path("y")) == [
        *("rehearse", "hero.blend", "--json", "--out", "y", "--facing=-Y", "--character=Ada"),
        *("--preset", "quick", "--budget", "12", "--axis", "pose=waving"),
    ]
