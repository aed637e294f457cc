# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons without names: limbs, spine and head by their build, whatever scale, pose and up axis. No bpy."""

from __future__ import annotations

import numpy as np
import pytest
from modelsheet.character.find.roles import read_anatomy
from modelsheet.character.find.topology import Tree, read_frame

#: A person looking along -Y: bone, parent, joint (x, y, z), how much surface it moves and how far from its joint.
PERSON = [
    ("hips", "", (0, 0, 1.0), 300, (0, 0, 0.05)),
    ("spine", "hips", (0, 0, 1.15), 200, (0, 0, 0.08)),
    ("chest", "spine", (0, 0, 1.3), 300, (0, 0, 0.08)),
    ("neck", "chest", (0, 0, 1.5), 60, (0, 0, 0.04)),
    ("head", "neck", (0, 0, 1.6), 900, (0, -0.02, 0.1)),
    ("jaw", "head", (0, -0.04, 1.6), 120, (0, -0.05, -0.03)),
    ("left_shoulder", "chest", (0.03, 0, 1.45), 60, (0.06, 0, 0)),
    ("left_upper_arm", "left_shoulder", (0.18, 0, 1.45), 150, (0.14, 0, 0)),
    ("left_lower_arm", "left_upper_arm", (0.46, 0.01, 1.45), 120, (0.12, 0, 0)),
    ("left_hand", "left_lower_arm", (0.71, 0, 1.45), 90, (0.05, 0, 0)),
    ("left_index", "left_hand", (0.80, -0.02, 1.45), 40, (0.03, 0, 0)),
    ("left_middle", "left_hand", (0.81, 0, 1.45), 40, (0.03, 0, 0)),
    ("left_thumb", "left_hand", (0.74, -0.04, 1.44), 40, (0.03, -0.02, 0)),
    ("left_upper_leg", "hips", (0.1, 0, 0.95), 250, (0, 0, -0.2)),
    ("left_lower_leg", "left_upper_leg", (0.1, -0.01, 0.5), 200, (0, 0, -0.2)),
    ("left_foot", "left_lower_leg", (0.1, 0.02, 0.08), 120, (0, -0.06, -0.03)),
    ("left_toes", "left_foot", (0.1, -0.12, 0.02), 40, (0, -0.03, 0)),
]
#: A beast: the same roles in other places. Front legs stand for arms.
BEAST = [
    ("hips", "", (0, 0.5, 0.8), 300, (0, 0, 0)),
    ("spine", "hips", (0, 0.2, 0.85), 300, (0, 0, 0)),
    ("chest", "spine", (0, -0.2, 0.85), 300, (0, 0, 0)),
    ("neck", "chest", (0, -0.45, 0.9), 150, (0, -0.1, 0.1)),
    ("head", "neck", (0, -0.65, 1.1), 400, (0, -0.1, 0)),
    ("left_upper_arm", "chest", (0.15, -0.35, 0.75), 150, (0, 0, -0.15)),
    ("left_lower_arm", "left_upper_arm", (0.15, -0.35, 0.42), 120, (0, 0, -0.15)),
    ("left_hand", "left_lower_arm", (0.15, -0.35, 0.08), 60, (0, -0.03, -0.03)),
    ("left_upper_leg", "hips", (0.15, 0.5, 0.75), 150, (0, 0, -0.15)),
    ("left_lower_leg", "left_upper_leg", (0.15, 0.52, 0.42), 120, (0, 0, -0.15)),
    ("left_foot", "left_lower_leg", (0.15, 0.5, 0.08), 60, (0, -0.03, -0.03)),
]
CORE = [name for name, *_rest in PERSON if name not in {"jaw", "left_index", "left_middle", "left_thumb"}]


def tree(rows: list[tuple], turn: np.ndarray | None = None, scale: float = 1.0) -> tuple[Tree, dict[str, str]]:
    """A Tree with anonymous names and both sides, and the true role of each of them."""
    both = [
        (name.replace("left_", side), parent.replace("left_", side), np.array(place) * flip, skin, np.array(far) * flip)
        for name, parent, place, skin, far in rows
        for side, flip in (("left_", (1, 1, 1)), ("right_", (-1, 1, 1)))
        if side == "left_" or name.startswith("left_")
    ]
    both = [(n, p if p in {row[0] for row in both} else p.replace("right_", ""), *rest) for n, p, *rest in both]
    index = {row[0]: place for place, row in enumerate(both)}
    matrix = scale * (np.eye(3) if turn is None else turn)
    heads = np.array([row[2] for row in both], float) @ matrix.T
    centres = heads + np.array([row[4] for row in both], float) @ matrix.T
    names = [f"node_{place}" for place in range(len(both))]
    parents = [index[row[1]] if row[1] else -1 for row in both]
    made = Tree(names, parents, heads, np.array([row[3] for row in both], float), centres)
    return made, {row[0]: name for row, name in zip(both, names, strict=True)}


def about(axis: str, degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    tables = {
        "x": [[1, 0, 0], [0, cos, -sin], [0, sin, cos]],
        "y": [[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]],
        "z": [[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]],
    }
    return np.array(tables[axis])


def found(made: Tree, truth: dict[str, str]) -> dict[str, str]:
    """Role -> role that topology gave to that bone, sides put right as the facing would put them."""
    frame = read_frame(made)
    assert frame is not None
    if frame.roles["left_upper_leg"] == truth["right_upper_leg"]:
        frame = frame.flipped()
    given = {bone: role for role, bone in frame.roles.items()}
    return {role: given.get(bone, "") for role, bone in truth.items()}


@pytest.mark.parametrize(
    ("turn", "scale"),
    [
        (None, 1.0),
        (about("z", 140), 1.0),
        (about("x", 90), 77.0),
        (about("x", -90), 0.01),
        (about("y", 90), 1.0),
        (about("x", 180), 100.0),
        (about("x", 30) @ about("z", 20), 1.0),
    ],
)
def test_an_anonymous_person_is_read_whichever_way_it_lies(turn: np.ndarray | None, scale: float) -> None:
    made, truth = tree(PERSON, turn, scale)
    given = found(made, truth)
    assert {role: given[role] for role in CORE} == {role: role for role in CORE}
    frame = read_frame(made)
    assert frame is not None
    up = np.array([0.0, 0.0, 1.0]) if turn is None else turn @ [0, 0, 1]
    assert frame.along @ up > 0.95
    assert frame.upright > 0.9
    assert not frame.sided


def without(rows: list[tuple], *names: str) -> list[tuple]:
    """Without some bones; what hung on them hangs on their parents."""
    parents = {row[0]: row[1] for row in rows}
    return [(n, parents[p] if p in names else p, *rest) for n, p, *rest in rows if n not in names]


CASES = {
    "no fingers": without(PERSON, "left_index", "left_middle", "left_thumb"),
    "no shoulders": without(PERSON, "left_shoulder"),
    "no jaw": without(PERSON, "jaw"),
    "no toes": without(PERSON, "left_toes"),
    "a root on the floor": [("root", "", (0, 0, 0), 0, (0, 0, 0)), *[(n, p or "root", *r) for n, p, *r in PERSON]],
    "skirt": [
        *PERSON,
        ("left_skirt", "hips", (0.15, -0.1, 0.95), 90, (0, 0, -0.1)),
        ("left_skirt2", "left_skirt", (0.2, -0.12, 0.7), 90, (0, 0, -0.1)),
        ("left_skirt3", "left_skirt2", (0.22, -0.13, 0.5), 90, (0, 0, -0.1)),
    ],
    "twin tails to the knees": [
        *PERSON,
        ("left_tail", "head", (0.12, 0.05, 1.7), 200, (0.05, 0, -0.1)),
        ("left_tail2", "left_tail", (0.3, 0.08, 1.4), 200, (0, 0, -0.2)),
        ("left_tail3", "left_tail2", (0.32, 0.08, 1.0), 200, (0, 0, -0.2)),
        ("left_tail4", "left_tail3", (0.33, 0.08, 0.6), 200, (0, 0, -0.1)),
    ],
    "wings": [
        *PERSON,
        ("left_wing", "chest", (0.05, 0.1, 1.4), 150, (0.1, 0.1, 0.1)),
        ("left_wing2", "left_wing", (0.4, 0.3, 1.6), 150, (0.2, 0.1, 0)),
    ],
    "twist bones": [
        *PERSON,
        ("left_twist", "left_upper_arm", (0.32, 0, 1.45), 60, (0.03, 0, 0)),
        ("left_twist2", "left_lower_arm", (0.58, 0, 1.45), 60, (0.03, 0, 0)),
        ("left_twist3", "left_upper_leg", (0.1, 0, 0.7), 60, (0, 0, -0.05)),
    ],
    "a sword in one hand": [*PERSON, ("sword", "left_hand", (0.75, 0, 1.45), 300, (0, -0.6, 0))],
    "a tail": [
        *PERSON,
        ("tail", "hips", (0, 0.1, 1.0), 90, (0, 0.1, -0.1)),
        ("tail2", "tail", (0, 0.5, 0.8), 90, (0, 0.2, 0)),
    ],
}


@pytest.mark.parametrize("case", CASES)
def test_what_else_hangs_on_a_person_does_not_mislead(case: str) -> None:
    made, truth = tree(CASES[case])
    given = found(made, truth)
    wanted = [role for role in CORE if role in truth]
    wanted = [role for role in wanted if not (case == "a sword in one hand" and role.startswith("left_hand"))]
    assert {role: given[role] for role in wanted} == {role: role for role in wanted}


def test_a_beast_is_known_by_its_lying_trunk() -> None:
    made, _truth = tree(BEAST)
    frame = read_frame(made)
    assert frame is not None
    assert frame.upright < 0.4


def test_a_few_bones_or_a_chain_are_no_body() -> None:
    made, _truth = tree([("root", "", (0, 0, 0), 10, (0, 0, 0)), ("a", "root", (0, 0, 1), 10, (0, 0, 0))])
    assert read_frame(made) is None
    chain = [(f"b{i}", f"b{i - 1}" if i else "", (0, 0, i), 10, (0, 0, 0)) for i in range(12)]
    assert read_frame(tree(chain)[0]) is None


def test_build_fills_what_names_leave_open_and_keeps_their_sides() -> None:
    made, truth = tree(PERSON)
    plain = {"hips": "Hips", "left_upper_arm": "LeftArm", "right_upper_arm": "RightArm", "head": "Head"}
    plain |= {"left_upper_leg": "LeftUpLeg", "right_upper_leg": "RightUpLeg", "neck": "Neck", "spine": "Spine"}
    plain |= {"left_hand": "LeftHand", "right_hand": "RightHand"}
    new = {truth[role]: name for role, name in plain.items()}
    made.names = [new.get(name, name) for name in made.names]
    read = read_anatomy(made, {}, "")
    assert {role: read.bones[role] for role in plain} == plain
    for role in ("left_lower_arm", "right_lower_leg", "left_foot", "right_toes", "left_shoulder"):
        assert read.bones[role] == truth[role]


def test_a_head_that_is_not_up_the_chain_from_the_arms_is_doubted() -> None:
    made, truth = tree(PERSON)
    names = {"left_toes": "Head", "hips": "Hips", "left_upper_arm": "LeftArm", "right_upper_arm": "RightArm"}
    names |= {"left_lower_arm": "LeftForeArm", "right_lower_arm": "RightForeArm", "left_hand": "LeftHand"}
    names |= {"left_upper_leg": "LeftUpLeg", "right_upper_leg": "RightUpLeg", "left_lower_leg": "LeftLeg"}
    new = {truth[role]: name for role, name in names.items()}
    made.names = [new.get(name, name) for name in made.names]
    assert truth["head"] in read_anatomy(made, {}, "").doubt
