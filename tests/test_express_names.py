# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of face keys and face bones in every scheme. Lists as exporters write them; no Blender."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.character.names.face_names import face_bones_named, face_schemes, read_key
from modelsheet.plan.settings import axis_settings

BOTH = {
    side: [f"{name}{end}" for end in ("Left", "Right")]
    for side, name in {
        "smiles": "mouthSmile",
        "frowns": "mouthFrown",
        "blinks": "eyeBlink",
        "wides": "eyeWide",
        "squints": "eyeSquint",
        "downs": "browDown",
        "outers": "browOuterUp",
    }.items()
}

KEYS = {
    "ARKit": {
        "mouthSmileLeft": ["mouthSmileLeft"],
        "mouthSmile_R": ["mouthSmileRight"],
        "MouthSmile_L": ["mouthSmileLeft"],
        "mouth_smile_left": ["mouthSmileLeft"],
        "eye_blink_R": ["eyeBlinkRight"],
        "browInnerUp_L": ["browInnerUp"],
        "mouthLeft": ["mouthLeft"],
        "jawRight": ["jawRight"],
        "eyeLookInLeft": ["eyeLookInLeft"],
        "blendShape1.browDown_R": ["browDownRight"],
        "head_GEO.jawOpen": ["jawOpen"],
        "jawOpen.001": ["jawOpen"],
    },
    "USD's numbers": {"jawOpen3": ["jawOpen"], "mouthSmileLeft2": ["mouthSmileLeft"], "Chair2": []},
    "Rocketbox": {
        "AK_09_EyeBlinkLeft": ["eyeBlinkLeft"],
        "blendShape1.AK_44_MouthSmileLeft": ["mouthSmileLeft"],
        "AU_12_LipCornerPuller": BOTH["smiles"],
        "AU_12_L_LipCornerPuller": ["mouthSmileLeft"],
        "AU_04_BrowLowerer": BOTH["downs"],
        "AU_45_Blink": BOTH["blinks"],
        "AA_VI_10_aa": ["jawOpen"],
        "SR_05_Eye_Left_Blink": ["eyeBlinkLeft"],
        "HB_07_MouthSmile": BOTH["smiles"],
    },
    "Character Creator": {
        "A14_Eye_Blink_Left": ["eyeBlinkLeft"],
        "A25_Jaw_Open": ["jawOpen"],
        "Brow_Raise_Inner_L": ["browInnerUp"],
        "Brow_Drop_R": ["browDownRight"],
        "Brow_Drop_Left": ["browDownLeft"],
        "Mouth_Smile_L": ["mouthSmileLeft"],
        "Mouth_Smile": BOTH["smiles"],
        "Mouth_L": ["mouthLeft"],
        "Eye_L_Look_L": ["eyeLookOutLeft"],
        "Eye_L_Look_R": ["eyeLookInLeft"],
        "Eye_R_Look_Down": ["eyeLookDownRight"],
        "Eyes_Blink": BOTH["blinks"],
        "Cheek_Raise_R": ["cheekSquintRight"],
        "Mouth_Snarl_Upper_L": ["mouthUpperUpLeft"],
    },
    "Daz": {
        "facs_bs_MouthSmileLeft_div2": ["mouthSmileLeft"],
        "Genesis8_1Female__facs_jnt_EyeBlinkLeft": ["eyeBlinkLeft"],
        "facs_ctrl_BrowInnerUp": ["browInnerUp"],
        "facs_jnt_EyesWideLeft": ["eyeWideLeft"],
        "head.eCTRLMouthSmileSimpleL": ["mouthSmileLeft"],
        "Genesis8Male__eCTRLMouthSmile": BOTH["smiles"],
        "eCTRLEyesClosed": BOTH["blinks"],
        "eCTRLBrowInnerUp-Down": ["browInnerUp"],
        "PHMMouthSmile": BOTH["smiles"],
        "PHMMouthSize": [],
        "PHMEarsElfLong": [],
    },
    "MetaHuman": {
        "CTRL_expressions_browRaiseInL": ["browInnerUp"],
        "CTRL_expressions_mouthCornerPullR": ["mouthSmileRight"],
        "CTRL_expressions_mouthCornerDepressL": ["mouthFrownLeft"],
        "CTRL_expressions_eyeWidenL": ["eyeWideLeft"],
        "CTRL_expressions_eyeLookLeftR": ["eyeLookInRight"],
        "CTRL_expressions_jawOpen": ["jawOpen"],
        "head_lod0_mesh__brow_raiseIn_L": ["browInnerUp"],
    },
    "MakeHuman": {
        "mouth-corner-puller": BOTH["smiles"],
        "mouth-open": ["jawOpen"],
        "eyebrows-left-down": ["browDownLeft"],
        "eyebrows-right-inner-up": ["browInnerUp"],
        "eye-left-closure": ["eyeBlinkLeft"],
        "eye-right-opened-up": ["eyeWideRight"],
    },
    "Ready Player Me": {"mouthOpen": ["jawOpen"], "mouthSmile": BOTH["smiles"], "eyesClosed": BOTH["blinks"]},
    "Oculus": {
        "viseme_aa": ["jawOpen"],
        "viseme_O": ["mouthFunnel"],
        "aa": ["jawOpen"],
        "jawOpen1": ["jawOpen"],
        "browLowerer": BOTH["downs"],
        "innerBrowRaiser": ["browInnerUp"],
        "outerBrowRaiser": BOTH["outers"],
        "viseme_PP": [],
    },
    "VRChat": {
        "vrc.v_aa": ["jawOpen"],
        "vrc.blink_left": ["eyeBlinkLeft"],
        "vrc.lowerlid_right": ["eyeSquintRight"],
        "v2/JawOpen": ["jawOpen"],
        "BrowInnerUpLeft": ["browInnerUp"],
        "MouthCornerPullRight": ["mouthSmileRight"],
        "EyeClosedLeft": ["eyeBlinkLeft"],
        "MouthSadLeft": ["mouthFrownLeft"],
    },
    "SRanipal": {
        "Eye_Left_Blink": ["eyeBlinkLeft"],
        "Eye_Right_Wide": ["eyeWideRight"],
        "Mouth_Smile_Left": ["mouthSmileLeft"],
        "Mouth_Sad_Right": ["mouthFrownRight"],
        "Jaw_Open": ["jawOpen"],
    },
    "VRoid": {
        "Fcl_EYE_Close_R": ["eyeBlinkRight"],
        "Face.M_F00_000_00_Fcl_MTH_A": ["jawOpen"],
        "Fcl_BRW_Angry": BOTH["downs"],
        "Fcl_HA_Hide": [],
    },
    "VRM": {"blink": BOTH["blinks"], "Blink_L": ["eyeBlinkLeft"], "lookDown": ["eyeLookDownLeft", "eyeLookDownRight"]},
    "MMD": {
        "まばたき": BOTH["blinks"],
        "ｳｨﾝｸ２右": ["eyeBlinkRight"],
        "怒り": BOTH["downs"],
        "困る": ["browInnerUp"],
        "にっこり": BOTH["smiles"],
        "口角下げ": BOTH["frowns"],
        "びっくり": BOTH["wides"],
        "じと目": BOTH["squints"],
        "あ": ["jawOpen"],
        "照れ": [],
    },
    "Unity-chan": {
        "blendShape2.BLW_ANG1": BOTH["downs"],
        "EYE_SAP": BOTH["wides"],
        "EYE_DEF_C_ncl1_1": BOTH["blinks"],
        "MTH_SMILE2": BOTH["smiles"],
        "MTH_A": ["jawOpen"],
    },
    "words": {
        "Bs_Eyelid_Close_L": ["eyeBlinkLeft"],
        "Bs_Brow_Angry_R": ["browDownRight"],
        "eye_brow_down": BOTH["downs"],
        "lip_a": ["jawOpen"],
        "shock_plane": [],
        "brow_angry": BOTH["downs"],
        "口_笑い": BOTH["smiles"],
        "Eyes Surprised": BOTH["wides"],
        "wink_L": ["eyeBlinkLeft"],
        "SmileHair": [],
        "MouthWidth": [],
        "Key 1": [],
        "target_3": [],
        "Basis": [],
    },
}
OWN = {
    "Fcl_ALL_Joy": "happy",
    "Face.M_F00_000_00_Fcl_ALL_Sorrow": "sad",
    "Angry": "angry",
    "sorrow": "sad",
    "Surprised.001": "surprised",
    "expression_happy": "happy",
    "eCTRLAngry": "angry",
    "head.eCTRLSurprised": "surprised",
    "Genesis8Male__eCTRLSmileFullFace_HD": "happy",
    "Face_Smile": "happy",
    "笑顔": "happy",
    "怒った": "angry",
    "生气": "angry",
    "惊讶": "surprised",
    "화남": "angry",
    "웃음": "happy",
    "wütend": "angry",
    "Überrascht": "surprised",
    "fröhlich": "happy",
    "colère": "angry",
    "Sourire": "happy",
    "Enfadado": "angry",
    "Sonrisa": "happy",
    "Злость": "angry",
    "Улыбка": "happy",
    "Удивление": "surprised",
}
BONES = {
    "Rocketbox": {
        "jaw": "Bip01 MJaw",
        "left_inner_brow": "Bip01 LInnerEyebrow",
        "right_upper_lid": "Bip01 REyeBlinkTop",
    },
    "Second Life": {"left_inner_brow": "mFaceEyebrowInnerLeft", "right_mouth_corner": "mFaceLipCornerRight"},
    "Daz 8": {"jaw": "lowerJaw", "left_inner_brow": "lBrowInner", "right_mouth_corner": "rLipCorner"},
    "Daz 9": {"left_inner_brow": "l_browinner", "right_outer_brow": "r_browouter"},
    "MetaHuman": {"jaw": "FACIAL_C_Jaw", "left_inner_brow": "FACIAL_L_ForeheadIn", "left_cheek": "FACIAL_L_CheekInner"},
    "Rigify": {"jaw": "DEF-jaw", "left_inner_brow": "DEF-brow.T.L.003", "right_outer_brow": "DEF-brow.T.R.001"},
    "MakeHuman": {"left_inner_brow": "oculi01.L", "right_mouth_corner": "oris06.R"},
    "Auto-Rig Pro": {"jaw": "c_jawbone.x", "left_inner_brow": "c_eyebrow_01.l"},
    "Advanced Skeleton": {"jaw": "Jaw_M", "right_inner_brow": "EyeBrowInner_R"},
    "Character Creator": {"jaw": "CC_Base_JawRoot"},
    "Godette": {"left_inner_brow": "brow1.l_Armature", "right_outer_brow": "brow2.r_Armature"},
}


@pytest.mark.parametrize(("scheme", "name"), [(scheme, name) for scheme, rows in KEYS.items() for name in rows])
def test_a_key_gets_arkits_names(scheme: str, name: str) -> None:
    assert sorted(read_key(name).arkit) == sorted(KEYS[scheme][name])


@pytest.mark.parametrize("name", OWN)
def test_a_whole_expression_is_a_setting_of_ours(name: str) -> None:
    key = read_key(name)
    assert list(key.own) == [OWN[name]]
    assert not key.arkit


@pytest.mark.parametrize("scheme", BONES)
def test_face_bones_get_roles(scheme: str) -> None:
    names = [*BONES[scheme].values(), "ORG-brow.T.L.003", "hair_01", "Bip01 Head"]
    found = face_bones_named(names)
    assert {role: found.get(role) for role in BONES[scheme]} == BONES[scheme]


def test_tables_hold_only_arkits_names_and_settings_of_ours() -> None:
    schemes = face_schemes()
    arkit = {goal for goals, _place in schemes[0].keys.values() for goal in goals}
    assert schemes[0].name == "arkit"
    assert len(arkit) == 52
    for scheme in schemes:
        goals = [*(goal for goal, _place in scheme.keys.values()), *scheme.exact.values()]
        assert {name for goal in goals for name in goal} <= arkit, scheme.name
        assert all(0 < full <= 1 for goal in goals for full in goal.values()), scheme.name
        own = [goal for goal, _place in scheme.own.values()]
        assert {name for goal in own for name in goal} <= set(axis_settings("expression")), scheme.name


@given(st.text(max_size=40))
def test_any_name_can_be_read(name: str) -> None:
    key = read_key(name)
    assert all(0 < full <= 1 for full in [*key.arkit.values(), *key.own.values()])
    face_bones_named([name, name[::-1]])
