# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions, poses and actions that were saved in a file are undone; the saved shape stays."""

from __future__ import annotations

from typing import Any

import bpy
import pytest
from modelsheet.character.files.importers import clear
from modelsheet.character.tidy.cleanup import clean
from modelsheet.character.tidy.still import expressive
from tidy_scene import (
    ball,
)


@pytest.mark.parametrize(
    ("name", "is_expression"),
    [
        ("Fcl_ALL_Joy", True),
        ("mouthSmileLeft", True),
        ("Mouth_Open", True),
        ("viseme_PP", True),
        ("まばたき", True),
        ("eyelids closed", True),
        ("Brow Raise", True),
        ("Muscular", False),
        ("FBMHeavy", False),
        ("Breast size", False),
        ("mouth width", False),
        ("Nose bridge height", False),
        ("Age", False),
        ("Shoes_on", False),
        ("body_weight", False),
    ],
)
def test_expressions_are_told_from_shapes(name: str, is_expression: bool) -> None:
    assert expressive(name) is is_expression


def keyed(*names: str) -> Any:
    """A ball with keys that are on, alone in the scene."""
    clear()
    body = ball("Hero")
    body.shape_key_add(name="Basis")
    for name in names:
        body.shape_key_add(name=name).value = 0.7
    return body


def test_saved_expressions_go_and_the_saved_shape_stays() -> None:
    keys = keyed("mouthSmileLeft", "Muscular", "Wave").data.shape_keys
    keys.animation_data_create().action = bpy.data.actions.new("Talk")
    curve = keys.animation_data.action.fcurve_ensure_for_datablock(keys, 'key_blocks["Wave"].value')
    curve.keyframe_points.insert(1, 0.4)
    clean("case")
    assert {key.name: round(key.value, 3) for key in keys.key_blocks[1:]} == {
        "mouthSmileLeft": 0.0,
        "Muscular": 0.7,
        "Wave": 0.0,
    }
    assert keys.animation_data is None


def test_correctives_follow_the_rig_to_rest() -> None:
    """A key driven by a bone shows what it is with the rig at rest; one driven by a property what the file chose."""
    keys = keyed("Elbow fix", "Heavy").data.shape_keys
    data = bpy.data.armatures.new("rig")
    rig = bpy.data.objects.new("rig", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    data.edit_bones.new("arm").tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    rig["heavy"] = 0.5
    rig.pose.bones["arm"].location.x = 0.6
    for key, path in (("Elbow fix", 'pose.bones["arm"].location[0]'), ("Heavy", '["heavy"]')):
        driver = keys.key_blocks[key].driver_add("value").driver
        driver.type = "AVERAGE"
        target = driver.variables.new().targets[0]
        target.id, target.data_path = rig, path
    clean("case")
    assert keys.key_blocks["Elbow fix"].value == pytest.approx(0.0)
    assert keys.key_blocks["Heavy"].value == pytest.approx(0.5)
    bpy.context.scene.frame_set(20)
    assert keys.key_blocks["Heavy"].value == pytest.approx(0.5)


def test_saved_actions_and_poses_do_not_move_the_character() -> None:
    clear()
    body = ball("Hero", at=(1, 0, 0))
    body.animation_data_create().action = bpy.data.actions.new("Walk")
    curve = body.animation_data.action.fcurve_ensure_for_datablock(body, "location", index=0)
    curve.keyframe_points.insert(1, 50.0)
    bpy.context.scene.frame_set(90)
    body.location.x = 1
    clean("case")
    bpy.context.scene.frame_set(1)
    assert bpy.context.scene.frame_current == 1
    assert body.animation_data is None
