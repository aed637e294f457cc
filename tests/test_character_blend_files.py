# SPDX-License-Identifier: GPL-3.0-or-later
"""What only .blend files have: scripts, scenes, hidden things, copies, libraries, modifiers without end."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from box_figure import figure, one_person, saved
from modelsheet.character.files.importers import clear, import_file
from modelsheet.character.files.sniff import sniff
from modelsheet.character.load import load_file
from modelsheet.character.overrides import Overrides


def test_scripts_in_a_blend_file_never_run(tmp_path: Path) -> None:
    clear()
    figure()
    mark = tmp_path / "ran"
    text = bpy.data.texts.new("evil.py")
    text.write(f"open({str(mark)!r}, 'w').close()\n")
    text.use_module = True
    driver = bpy.context.scene.objects["Figure"].driver_add("location", 0).driver
    driver.expression = f"open({str(mark)!r}, 'w').close() or 0"
    path = tmp_path / "evil.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    mark.unlink(missing_ok=True)
    load_file(path, Overrides())
    assert not mark.exists()


def put_away(obj: bpy.types.Object, name: str) -> bpy.types.Collection:
    """A new collection that is in no scene, with an object and its children."""
    away = bpy.data.collections.new(name)
    for one in (obj, *obj.children_recursive):
        away.objects.link(one)
        bpy.context.scene.collection.objects.unlink(one)
    return away


def test_a_copied_collection_becomes_objects(tmp_path: Path) -> None:
    clear()
    away = put_away(figure(), "Hero")
    empty = bpy.data.objects.new("Hero copy", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", away
    empty.location = (3.0, 1.0, 0.0)
    bpy.context.scene.collection.objects.link(empty)
    one_person(saved(tmp_path / "copy.blend"))
    body = next(obj for obj in bpy.context.scene.objects if obj.type == "MESH")
    assert body.modifiers["Armature"].object.name in bpy.context.scene.objects


@pytest.mark.parametrize("how", ["object", "collection", "nowhere"])
def test_what_is_switched_off_is_taken_when_nothing_else_is_there(how: str, tmp_path: Path) -> None:
    clear()
    root = figure()
    away = put_away(root, "Hero")
    if how != "nowhere":
        bpy.context.scene.collection.children.link(away)
    if how == "collection":
        bpy.context.view_layer.layer_collection.children["Hero"].exclude = True
    elif how == "object":
        for obj in away.objects:
            obj.hide_render = True
    else:
        for obj in away.objects:
            obj.use_fake_user = True
    one_person(saved(tmp_path / "hidden.blend"))


def test_of_several_scenes_the_one_with_the_character_is_taken(tmp_path: Path) -> None:
    clear()
    figure()
    props = bpy.data.scenes.new("Props")
    for number in range(5):
        box = bpy.data.objects.new(f"Box {number}", bpy.data.objects["Figure body"].data.copy())
        props.collection.objects.link(box)
    warned = one_person(saved(tmp_path / "scenes.blend"))
    assert any("2 scenes: Scene was taken" in warning for warning in warned)


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    clear()
    figure("Other", rig=False)
    library = saved(tmp_path / "library.blend")
    clear()
    figure()
    with bpy.data.libraries.load(str(library), link=True) as (there, here):
        here.objects = list(there.objects)
    bpy.context.scene.collection.objects.link(here.objects[0])
    path = saved(tmp_path / "hero.blend")
    library.unlink()
    warned = one_person(path)
    assert any("library.blend" in warning and "missing" in warning for warning in warned)


def test_modifiers_of_a_blend_file_are_bounded(tmp_path: Path) -> None:
    clear()
    figure(rig=False)
    body = bpy.data.objects["Figure body"]
    for kind in ("SUBSURF", "SUBSURF"):
        made = body.modifiers.new(kind, kind)
        made.show_viewport = False
        made.levels = made.render_levels = 6
    made = body.modifiers.new("ARRAY", "ARRAY")
    made.show_viewport = False
    made.count = 100_000
    path = saved(tmp_path / "heavy.blend")
    clear()
    import_file(path, sniff(path))
    first, second, array = bpy.data.objects["Figure body"].modifiers
    faces = 96 * 4 ** (first.render_levels + second.render_levels)
    assert faces <= 600_000 and first.render_levels == 2
    assert array.count == 100
