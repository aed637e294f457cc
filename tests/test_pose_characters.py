# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses and expressions on real characters: T and A rest poses, facing +Y, a scaled and turned armature."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from modelsheet.character.face.express import abilities as expressions
from modelsheet.character.face.express import express
from modelsheet.character.geometry import surface
from modelsheet.character.load import load_file
from modelsheet.character.loaded import Loaded
from modelsheet.character.overrides import Overrides
from modelsheet.character.pose.axes import SIDES, axes_of
from modelsheet.character.pose.strike import abilities, strike
from modelsheet.character.pose.surface import HAND, HEAD, UPPER, Region, body_tree, depth, gap, part_points
from modelsheet.plan.settings import axis_settings, setting

if TYPE_CHECKING:
    from mathutils import Vector
    from mathutils.bvhtree import BVHTree

FILES = ("mpfb_human.blend", "rocketbox_male01.fbx", "godette_vrm0.vrm")
ARMS = [UPPER.format(side=side) for side in SIDES]


@pytest.fixture(scope="module", params=FILES)
def loaded(request: pytest.FixtureRequest, characters: Path) -> Loaded:
    return load_file(characters / request.param, Overrides(None, None, None))


def reach(loaded: Loaded) -> float:
    """The length of an arm."""
    joints = [place(loaded, f"left_{part}") for part in ("upper_arm", "lower_arm", "hand")]
    return (joints[1] - joints[0]).length + (joints[2] - joints[1]).length


def place(loaded: Loaded, role: str) -> Vector:
    return loaded.armature.matrix_world @ loaded.armature.pose.bones[loaded.bones[role]].head


def torso(loaded: Loaded) -> BVHTree:
    middle = (place(loaded, "left_upper_leg") + place(loaded, "left_upper_arm")) / 2
    return body_tree(loaded, [HEAD, *ARMS], Region(middle, loaded.facts.height))


@pytest.mark.parametrize("name", list(axis_settings("pose")))
def test_no_hand_sticks_in_the_body(loaded: Loaded, name: str) -> None:
    strike(loaded, setting("pose", name))
    tree, axes = torso(loaded), axes_of(loaded.facts)
    for side, sign in SIDES.items():
        points = part_points(loaded, HAND.format(side=side))
        outwards = axes.forward if name == "arms_crossed" else axes.left * sign
        assert depth(tree, points, outwards, 0.3 * reach(loaded)) < 0.03 * reach(loaded)


def test_hands_rest_on_the_hips(loaded: Loaded) -> None:
    made = strike(loaded, setting("pose", "hands_on_hips"))
    assert (made.method, made.exact) == ("bones", True)
    for side in SIDES:
        assert gap(torso(loaded), part_points(loaded, HAND.format(side=side)), reach(loaded)) < 0.05 * reach(loaded)


@pytest.mark.parametrize("name", list(axis_settings("pose")))
def test_elbows_bend_as_far_as_elbows_do(loaded: Loaded, name: str) -> None:
    strike(loaded, setting("pose", name))
    for side in SIDES:
        joint = place(loaded, f"{side}_lower_arm")
        upper, lower = place(loaded, f"{side}_upper_arm") - joint, place(loaded, f"{side}_hand") - joint
        assert 30 < math.degrees(upper.angle(lower)) < 180


def test_the_waving_hand_is_the_characters_right(loaded: Loaded) -> None:
    strike(loaded, setting("pose", "waving"))
    axes = axes_of(loaded.facts)
    right, left = place(loaded, "right_hand"), place(loaded, "left_hand")
    assert (right - left).dot(axes.up) > 0.3 * reach(loaded)
    assert (right - place(loaded, "head")).dot(axes.left) < 0


def test_expressions_come_and_go_exactly(loaded: Loaded) -> None:
    strike(loaded, setting("pose", "relaxed_arms"))
    express(loaded, setting("expression", "neutral"))
    rest = surface(loaded.meshes).vertices.copy()
    for name, ability in expressions(loaded).items():
        made = express(loaded, setting("expression", name))
        assert (made.method, made.exact) == (ability.method, ability.exact)
        still = np.array_equal(rest, surface(loaded.meshes).vertices)
        assert still == (name == "neutral" or made.method == "none")
        express(loaded, setting("expression", "neutral"))
        assert np.array_equal(rest, surface(loaded.meshes).vertices)


def test_every_rigged_character_can_take_every_pose(loaded: Loaded) -> None:
    assert {(row.method, row.exact) for row in abilities(loaded).values()} == {("bones", True)}
