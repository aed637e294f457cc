# SPDX-License-Identifier: GPL-3.0-or-later
"""Names to meanings: bone schemes, shape keys, whole expressions. No bpy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.character.names.naming import find_roles, normalise

ARM = ("hips", "head", "left_upper_arm", "left_lower_arm", "right_upper_arm", "left_upper_leg", "left_lower_leg")


@pytest.mark.parametrize(
    ("scheme", "names"),
    [
        (
            "mixamo",
            [
                "mixamorig1:Hips",
                "mixamorig1:Head",
                "mixamorig1:LeftArm",
                "mixamorig1:LeftForeArm",
                "mixamorig1:RightArm",
                "mixamorig1:LeftUpLeg",
                "mixamorig1:LeftLeg",
            ],
        ),
        ("mixamo", ["Hips", "Head", "LeftArm", "LeftForeArm", "RightArm", "LeftUpLeg", "LeftLeg"]),
        (
            "biped",
            [
                "Bip01 Pelvis",
                "Bip01 Head",
                "Bip01 L UpperArm",
                "Bip01 L Forearm",
                "Bip01 R UpperArm",
                "Bip01 L Thigh",
                "Bip01 L Calf",
            ],
        ),
        (
            "vroid",
            [
                "J_Bip_C_Hips",
                "J_Bip_C_Head",
                "J_Bip_L_UpperArm",
                "J_Bip_L_LowerArm",
                "J_Bip_R_UpperArm",
                "J_Bip_L_UpperLeg",
                "J_Bip_L_LowerLeg",
            ],
        ),
        ("unity", ["Hips", "Head", "Left arm", "Left elbow", "Right arm", "Left leg", "Left knee"]),
        ("mmd", ["下半身", "頭", "左腕", "左ひじ", "右腕", "左足", "左ひざ"]),
        (
            "rigify",
            [
                "DEF-spine",
                "DEF-spine.006",
                "DEF-upper_arm.L",
                "DEF-forearm.L",
                "DEF-upper_arm.R",
                "DEF-thigh.L",
                "DEF-shin.L",
            ],
        ),
        (
            "cc",
            [
                "CC_Base_Hip",
                "CC_Base_Head",
                "CC_Base_L_Upperarm",
                "CC_Base_L_Forearm",
                "CC_Base_R_Upperarm",
                "CC_Base_L_Thigh",
                "CC_Base_L_Calf",
            ],
        ),
        ("unreal", ["pelvis", "head", "upperarm_l", "lowerarm_l", "upperarm_r", "thigh_l", "calf_l"]),
        (
            "generic",
            [
                "pelvis_Armature",
                "head_Armature",
                "upper_arm.l_Armature",
                "lowerarm.l_Armature",
                "upper_arm.r_Armature",
                "thigh.l_Armature",
                "shin.l_Armature",
            ],
        ),
    ],
)
def test_every_scheme_finds_the_limbs(scheme: str, names: list[str]) -> None:
    found = find_roles(names)
    assert [found.bones.get(role) for role in ARM] == names
    if scheme not in {"unreal", "generic"}:
        assert found.scheme == scheme


def test_ornaments_and_helpers_are_not_limbs() -> None:
    names = ["head_end", "HairHead", "Head", "LeftArm_IK", "LeftHandTop", "hair_head_01"]
    assert find_roles(names).bones == {"head": "Head"}


def test_deform_bones_go_before_rigifys_other_layers() -> None:
    names = ["MCH-upper_arm.L", "ORG-upper_arm.L", "DEF-upper_arm.L", "DEF-upper_arm.L.001"]
    assert find_roles(names).bones["left_upper_arm"] == "DEF-upper_arm.L"


@given(st.text(max_size=40))
def test_any_name_can_be_read(name: str) -> None:
    assert normalise(name).side in {"", "left", "right"}
    find_roles([name, name[::-1]])
