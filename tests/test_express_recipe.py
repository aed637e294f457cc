# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of expressions and poses are whole, and recipes say what a face must do. No Blender."""

from __future__ import annotations

import pytest
from modelsheet.character.face.recipe import bone_rows, bones_of, both_sides, key_weights, own_way
from modelsheet.plan.settings import axis_settings

EXPRESSIONS = "neutral happy serious focused surprised shocked angry sad slight_smile smirk sceptical worried".split()
POSES = "relaxed_arms hands_on_hips arms_crossed waving looking_over_shoulder".split()
GEOMETRY = {"keys", "needs", "without", "own", "own_exact", "bones", "bones_exact", "bones_needs", "head", "gaze"}


def test_the_axes_hold_the_promised_settings() -> None:
    assert list(axis_settings("expression")) == EXPRESSIONS
    assert list(axis_settings("pose")) == POSES


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_has_words_and_known_keys_only(name: str) -> None:
    row = axis_settings("expression")[name]
    assert row.tag and row.phrase
    assert set(row.geometry) <= GEOMETRY
    weights, missing = key_weights(row.geometry, both_sides(row.geometry["keys"]))
    assert not missing
    assert all(0 < weight <= 1 for weight in weights.values())


@pytest.mark.parametrize("name", EXPRESSIONS[1:])
def test_what_an_expression_needs_is_part_of_it(name: str) -> None:
    geometry = axis_settings("expression")[name].geometry
    assert set(geometry["needs"]) <= set(geometry["keys"])
    assert geometry["bones_needs"]
    for way in geometry["own"]:
        assert all(0 < weight <= 1 for weight in way.values())


def test_a_trailing_underscore_is_both_sides() -> None:
    assert both_sides({"mouthSmile_": 0.5, "jawOpen": 0.1}) == {
        "mouthSmileLeft": 0.5,
        "mouthSmileRight": 0.5,
        "jawOpen": 0.1,
    }


def test_a_face_without_brows_says_more_with_the_rest() -> None:
    geometry = axis_settings("expression")["angry"].geometry
    whole, _ = key_weights(geometry, both_sides(geometry["keys"]))
    browless = {key for key in both_sides(geometry["keys"]) if not key.startswith("brow")}
    rest, missing = key_weights(geometry, browless)
    assert missing == ("browDownLeft", "browDownRight")
    assert rest["mouthFrownLeft"] > whole["mouthFrownLeft"]
    assert max(rest.values()) <= 1.0


def test_a_bone_row_without_a_side_stands_for_both() -> None:
    geometry = {"bones": {"cheek": {"up": 0.1}, "jaw": {"open": 9}}}
    rows = bone_rows(geometry, {"left_cheek", "right_cheek", "jaw"})
    assert [row.role for row in rows] == ["jaw", "left_cheek", "right_cheek"]


def test_bones_can_speak_for_one_part_of_the_face() -> None:
    geometry = axis_settings("expression")["surprised"].geometry
    rows = bones_of(geometry, {"jaw", "left_inner_brow", "right_inner_brow"}, ["brow"])
    assert {row.role for row in rows} == {"left_inner_brow", "right_inner_brow"}


def test_the_best_own_way_that_a_face_has_is_taken() -> None:
    geometry = axis_settings("expression")["shocked"].geometry
    assert own_way(geometry, {"surprised"}) == {"surprised": 1.0}
    assert own_way(geometry, {"shocked", "surprised"}) == {"shocked": 1.0}
    assert own_way(geometry, {"happy"}) == {}


@pytest.mark.parametrize("name", POSES)
def test_every_pose_has_words_and_both_arms(name: str) -> None:
    row = axis_settings("pose")[name]
    assert row.tag and row.phrase and row.danbooru
    assert set(row.geometry["arms"]) == {"left", "right"}
    for arm in row.geometry["arms"].values():
        assert ("swing" in arm) != ("touch" in arm)
