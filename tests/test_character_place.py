# SPDX-License-Identifier: GPL-3.0-or-later
"""A small figure turned, scaled, laid down, animated or beside another: found to be the same person."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
import pytest
from box_figure import figure
from mathutils import Matrix
from modelsheet.character.files.importers import clear
from modelsheet.character.load import adopt, load_file
from modelsheet.character.measure import measure
from modelsheet.character.overrides import Overrides


@pytest.mark.parametrize(
    ("turn", "facing"),
    [
        (Matrix.Rotation(math.radians(37), 4, "Z"), (math.sin(math.radians(37)), -math.cos(math.radians(37)))),
        (Matrix.Rotation(math.pi, 4, "Z"), (0.0, 1.0)),
        (Matrix.Translation((300, -50, 20)) @ Matrix.Scale(100, 4), (0.0, -1.0)),
        (Matrix.Rotation(math.radians(90), 4, "Z") @ Matrix.Scale(0.01, 4), (1.0, 0.0)),
    ],
)
def test_place_turn_and_scale_do_not_matter(turn: Matrix, facing: tuple[float, float]) -> None:
    clear()
    figure(places=turn)
    facts = adopt("figure", "", Overrides(), {}).facts
    assert facts.facing[:2] == pytest.approx(facing, abs=0.02)
    assert (facts.kind, facts.body) == ("humanoid", "full")
    assert facts.head.height / facts.height == pytest.approx(0.24 / 1.8, abs=0.03)


@pytest.mark.parametrize("rig", [True, False])
@pytest.mark.parametrize("angle", [90, -90])
def test_the_lying_are_stood_up(rig: bool, angle: int) -> None:
    clear()
    figure(rig=rig, places=Matrix.Rotation(math.radians(angle), 4, "X"))
    loaded = adopt("figure", "", Overrides(), {})
    assert loaded.facts.body == "full"
    assert loaded.facts.height == pytest.approx(1.8, rel=0.02)
    assert any("stood up" in warning for warning in loaded.warnings)
    points = measure(loaded).vertices
    upper = points[points[:, 2] > points[:, 2].min() + 1.6]
    assert np.ptp(upper[:, 0]) < 0.25


def test_of_several_characters_one_is_chosen_and_the_others_are_named() -> None:
    clear()
    figure("Ada")
    figure("Bob", places=Matrix.Translation((2, 0, 0)) @ Matrix.Rotation(math.pi, 4, "Z"))
    bpy.ops.mesh.primitive_plane_add(size=20)
    loaded = adopt("scene", "", Overrides(character="bob"), {})
    assert loaded.facts.name == "Bob"
    assert loaded.facts.facing == pytest.approx((0.0, 1.0, 0.0), abs=0.02)
    assert [facts.name for facts in loaded.others] == ["Ada"]
    assert loaded.facts.height == pytest.approx(1.8, rel=0.02)
    assert {obj.name for obj in bpy.data.objects if obj.type == "MESH" and not obj.hide_render} == {"Bob body"}


def test_a_saved_action_does_not_pose_the_character(tmp_path: Path) -> None:
    clear()
    rig = figure()
    bone = rig.pose.bones["Spine"]
    bone.rotation_mode = "XYZ"
    bone.rotation_euler = (1.2, 0.0, 0.0)
    bone.keyframe_insert("rotation_euler", frame=1)
    path = tmp_path / "bent.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    loaded = load_file(path, Overrides())
    assert loaded.facts.height == pytest.approx(1.8, rel=0.02)
