# SPDX-License-Identifier: GPL-3.0-or-later
"""The bone names of every common rig, each with the roles that they must be given. No bpy."""

from __future__ import annotations

import pytest
from modelsheet.character.names.naming import find_roles

#: Scheme -> "role: bone" lines; bones after "-" are there too and must be given no role of this table.
RIGS = {
    "3ds Max CAT": """
        hips: CATRigPelvis
        spine: CATRigSpine1
        chest: CATRigSpine2
        neck: CATRigNeck
        head: CATRigHead
        left_shoulder: CATRigLArmCollarbone
        left_upper_arm: CATRigLArm1
        left_lower_arm: CATRigLArm2
        left_hand: CATRigLArmPalm
        right_upper_arm: CATRigRArm1
        left_upper_leg: CATRigLLeg1
        left_lower_leg: CATRigLLeg2
        left_foot: CATRigLLegAnkle
        - CATRigLLegCollarbone
    """,
    "Maya HumanIK": """
        hips: Character1_Hips
        spine: Character1_Spine
        chest: Character1_Spine1
        neck: Character1_Neck
        head: Character1_Head
        left_shoulder: Character1_LeftShoulder
        left_upper_arm: Character1_LeftArm
        left_lower_arm: Character1_LeftForeArm
        left_hand: Character1_LeftHand
        right_upper_arm: Character1_RightArm
        left_upper_leg: Character1_LeftUpLeg
        left_lower_leg: Character1_LeftLeg
        left_foot: Character1_LeftFoot
        left_toes: Character1_LeftToeBase
    """,
    "Advanced Skeleton": """
        hips: Root_M
        spine: Spine1_M
        chest: Chest_M
        neck: Neck_M
        head: Head_M
        left_shoulder: Scapula_L
        left_upper_arm: Shoulder_L
        left_lower_arm: Elbow_L
        left_hand: Wrist_L
        right_upper_arm: Shoulder_R
        left_upper_leg: Hip_L
        left_lower_leg: Knee_L
        left_foot: Ankle_L
        left_toes: Toes_L
        left_eye: Eye_L
    """,
    "Second Life": """
        hips: mPelvis
        spine: mTorso
        chest: mChest
        neck: mNeck
        head: mHead
        left_shoulder: mCollarLeft
        left_upper_arm: mShoulderLeft
        left_lower_arm: mElbowLeft
        left_hand: mWristLeft
        right_upper_arm: mShoulderRight
        left_upper_leg: mHipLeft
        left_lower_leg: mKneeLeft
        left_foot: mAnkleLeft
        left_toes: mFootLeft
        left_eye: mEyeLeft
    """,
    "Second Life collision volumes": """
        hips: PELVIS
        spine: BELLY
        chest: CHEST
        neck: NECK
        head: HEAD
        left_shoulder: L_CLAVICLE
        left_upper_arm: L_UPPER_ARM
        left_lower_arm: L_LOWER_ARM
        left_hand: mWristLeft
        right_upper_arm: R_UPPER_ARM
        left_upper_leg: L_UPPER_LEG
        left_lower_leg: L_LOWER_LEG
        left_toes: L_FOOT
    """,
    "Auto-Rig Pro": """
        hips: root.x
        spine: spine_01.x
        chest: spine_02.x
        neck: neck.x
        head: head.x
        left_shoulder: shoulder.l
        left_upper_arm: arm_stretch.l
        left_lower_arm: forearm_stretch.l
        left_hand: hand.l
        right_upper_arm: arm_stretch.r
        left_upper_leg: thigh_stretch.l
        left_lower_leg: leg_stretch.l
        left_foot: foot.l
        left_toes: toes_01.l
        left_eye: c_eye.l
    """,
    "Roblox R15": """
        hips: LowerTorso
        chest: UpperTorso
        head: Head
        left_upper_arm: LeftUpperArm
        left_lower_arm: LeftLowerArm
        left_hand: LeftHand
        right_upper_arm: RightUpperArm
        left_upper_leg: LeftUpperLeg
        left_lower_leg: LeftLowerLeg
        left_foot: LeftFoot
    """,
    "Source engine": """
        hips: ValveBiped.Bip01_Pelvis
        spine: ValveBiped.Bip01_Spine
        chest: ValveBiped.Bip01_Spine2
        neck: ValveBiped.Bip01_Neck1
        head: ValveBiped.Bip01_Head1
        left_shoulder: ValveBiped.Bip01_L_Clavicle
        left_upper_arm: ValveBiped.Bip01_L_UpperArm
        left_lower_arm: ValveBiped.Bip01_L_Forearm
        left_hand: ValveBiped.Bip01_L_Hand
        right_upper_arm: ValveBiped.Bip01_R_UpperArm
        left_upper_leg: ValveBiped.Bip01_L_Thigh
        left_lower_leg: ValveBiped.Bip01_L_Calf
        left_foot: ValveBiped.Bip01_L_Foot
        left_toes: ValveBiped.Bip01_L_Toe0
    """,
    "3ds Max Biped": """
        hips: Bip001 Pelvis
        spine: Bip001 Spine
        chest: Bip001 Spine1
        neck: Bip001 Neck
        head: Bip001 Head
        left_shoulder: Bip001 L Clavicle
        left_upper_arm: Bip001 L UpperArm
        left_lower_arm: Bip001 L Forearm
        left_hand: Bip001 L Hand
        right_upper_arm: Bip001 R UpperArm
        left_upper_leg: Bip001 L Thigh
        left_lower_leg: Bip001 L Calf
        left_foot: Bip001 L Foot
        left_toes: Bip001 L Toe0
    """,
    "Biped with underscores": """
        hips: Bip001_Pelvis
        spine: Bip001_Spine
        chest: Bip001_Spine1
        neck: Bip001_Neck
        head: Bip001_Head
        left_shoulder: Bip001_L_Clavicle
        left_upper_arm: Bip001_L_UpperArm
        left_lower_arm: Bip001_L_Forearm
        left_hand: Bip001_L_Hand
        right_upper_arm: Bip001_R_UpperArm
        left_upper_leg: Bip001_L_Thigh
        left_lower_leg: Bip001_L_Calf
        left_foot: Bip001_L_Foot
        left_toes: Bip001_L_Toe0
    """,
    "Mixamo, underscored": """
        hips: mixamorig_Hips
        spine: mixamorig_Spine
        chest: mixamorig_Spine1
        neck: mixamorig_Neck
        head: mixamorig_Head
        left_shoulder: mixamorig_LeftShoulder
        left_upper_arm: mixamorig_LeftArm
        left_lower_arm: mixamorig_LeftForeArm
        left_hand: mixamorig_LeftHand
        right_upper_arm: mixamorig_RightArm
        left_upper_leg: mixamorig_LeftUpLeg
        left_lower_leg: mixamorig_LeftLeg
        left_foot: mixamorig_LeftFoot
        left_toes: mixamorig_LeftToeBase
    """,
    "Mixamo, numbered by Sketchfab": """
        hips: mixamorig:Hips_01
        spine: mixamorig:Spine_02
        chest: mixamorig:Spine1_03
        neck: mixamorig:Neck_05
        head: mixamorig:Head_06
        left_shoulder: mixamorig:LeftShoulder_08
        left_upper_arm: mixamorig:LeftArm_09
        left_lower_arm: mixamorig:LeftForeArm_010
        left_hand: mixamorig:LeftHand_011
        right_upper_arm: mixamorig:RightArm_030
        left_upper_leg: mixamorig:LeftUpLeg_055
        left_lower_leg: mixamorig:LeftLeg_056
        left_foot: mixamorig:LeftFoot_057
        left_toes: mixamorig:LeftToeBase_058
    """,
    "Daz Genesis 8": """
        hips: hip
        spine: abdomenLower
        chest: chestLower
        neck: neckLower
        head: head
        left_shoulder: lCollar
        left_upper_arm: lShldrBend
        left_lower_arm: lForearmBend
        left_hand: lHand
        right_upper_arm: rShldrBend
        left_upper_leg: lThighBend
        left_lower_leg: lShin
        left_foot: lFoot
        left_toes: lToe
        left_eye: lEye
        - pelvis
        - abdomenUpper
        - neckUpper
        - lShldrTwist
        - lForearmTwist
        - lThighTwist
    """,
    "Daz Genesis 9": """
        hips: hip
        spine: spine1
        chest: spine3
        neck: neck1
        head: head
        left_shoulder: l_shoulder
        left_upper_arm: l_upperarm
        left_lower_arm: l_forearm
        left_hand: l_hand
        right_upper_arm: r_upperarm
        left_upper_leg: l_thigh
        left_lower_leg: l_shin
        left_foot: l_foot
        left_toes: l_toes
        left_eye: l_eye
        - pelvis
        - spine2
        - neck2
        - l_upperarmtwist1
    """,
    "Unreal 5 and MetaHuman": """
        hips: pelvis
        spine: spine_01
        chest: spine_03
        neck: neck_01
        head: head
        left_shoulder: clavicle_l
        left_upper_arm: upperarm_l
        left_lower_arm: lowerarm_l
        left_hand: hand_l
        right_upper_arm: upperarm_r
        left_upper_leg: thigh_l
        left_lower_leg: calf_l
        left_foot: foot_l
        left_toes: ball_l
        left_eye: FACIAL_L_Eye
        - spine_02
        - spine_04
        - neck_02
        - upperarm_twist_01_l
    """,
    "MMD in English": """
        hips: lower body
        spine: upper body
        chest: upper body 2
        neck: neck
        head: head
        left_shoulder: shoulder_L
        left_upper_arm: arm_L
        left_lower_arm: elbow_L
        left_hand: wrist_L
        right_upper_arm: arm_R
        left_upper_leg: leg_L
        left_lower_leg: knee_L
        left_foot: ankle_L
        left_toes: toe_L
        left_eye: eye_L
        - center
        - waist
    """,
    "MMD in Latin letters": """
        hips: LowerBody
        spine: UpperBody
        chest: UpperBody2
        neck: Neck
        head: Head
        left_shoulder: Shoulder_L
        left_upper_arm: Arm_L
        left_lower_arm: Elbow_L
        left_hand: Wrist_L
        right_upper_arm: Arm_R
        left_upper_leg: Leg_L
        left_lower_leg: Knee_L
        left_foot: Ankle_L
        left_eye: Eye_L
        - Center
    """,
    "MMD Tools": """
        hips: 下半身
        spine: 上半身
        chest: 上半身2
        neck: 首
        head: 頭
        left_shoulder: 肩.L
        left_upper_arm: 腕.L
        left_lower_arm: ひじ.L
        left_hand: 手首.L
        right_upper_arm: 腕.R
        left_upper_leg: 足.L
        left_lower_leg: ひざ.L
        left_foot: 足首.L
        left_toes: つま先.L
        left_eye: 目.L
    """,
    "Rigify metarig": """
        hips: spine
        spine: spine.001
        chest: spine.002
        neck: spine.004
        head: spine.006
        left_shoulder: shoulder.L
        left_upper_arm: upper_arm.L
        left_lower_arm: forearm.L
        left_hand: hand.L
        right_upper_arm: upper_arm.R
        left_upper_leg: thigh.L
        left_lower_leg: shin.L
        left_foot: foot.L
        left_toes: toe.L
        left_eye: eye.L
        - spine.005
        - face
    """,
    "BlenRig": """
        hips: pelvis_def
        spine: spine_1_def
        chest: spine_2_def
        neck: neck_1_def
        head: head_def_1
        left_shoulder: shoulder_L
        left_upper_arm: arm_def_L
        left_lower_arm: forearm_def_L
        left_hand: hand_def_L
        right_upper_arm: arm_def_R
        left_upper_leg: thigh_def_L
        left_lower_leg: shin_def_L
        left_foot: foot_def_L
        left_toes: toe_def_L
        - arm_twist_def_L
    """,
    "MakeHuman game engine": """
        hips: pelvis
        spine: spine_01
        chest: spine_03
        neck: neck_01
        head: head
        left_shoulder: clavicle_l
        left_upper_arm: upperarm_l
        left_lower_arm: lowerarm_l
        left_hand: hand_l
        right_upper_arm: upperarm_r
        left_upper_leg: thigh_l
        left_lower_leg: calf_l
        left_foot: foot_l
        left_toes: ball_l
        - spine_02
    """,
    "MakeHuman CMU": """
        hips: Hips
        spine: Spine
        chest: Spine1
        neck: Neck
        head: Head
        left_shoulder: LeftShoulder
        left_upper_arm: LeftArm
        left_lower_arm: LeftForeArm
        left_hand: LeftHand
        right_upper_arm: RightArm
        left_upper_leg: LeftUpLeg
        left_lower_leg: LeftLeg
        left_foot: LeftFoot
        left_toes: LeftToeBase
        - LowerBack
        - Neck1
        - LHipJoint
    """,
    "MakeHuman default": """
        hips: root
        spine: spine05
        chest: spine02
        neck: neck01
        head: head
        left_shoulder: clavicle.L
        left_upper_arm: upperarm01.L
        left_lower_arm: lowerarm01.L
        left_hand: wrist.L
        right_upper_arm: upperarm01.R
        left_upper_leg: upperleg01.L
        left_lower_leg: lowerleg01.L
        left_foot: foot.L
        left_toes: toe1-1.L
        left_eye: eye.L
        - spine04
        - spine03
        - neck02
        - neck03
        - shoulder01.L
        - upperarm02.L
        - lowerarm02.L
        - upperleg02.L
        - lowerleg02.L
    """,
    "Character Creator": """
        hips: CC_Base_Hip
        spine: CC_Base_Waist
        chest: CC_Base_Spine01
        neck: CC_Base_NeckTwist01
        head: CC_Base_Head
        left_shoulder: CC_Base_L_Clavicle
        left_upper_arm: CC_Base_L_Upperarm
        left_lower_arm: CC_Base_L_Forearm
        left_hand: CC_Base_L_Hand
        right_upper_arm: CC_Base_R_Upperarm
        left_upper_leg: CC_Base_L_Thigh
        left_lower_leg: CC_Base_L_Calf
        left_foot: CC_Base_L_Foot
        left_toes: CC_Base_L_ToeBase
        left_eye: CC_Base_L_Eye
        - CC_Base_Pelvis
        - CC_Base_NeckTwist02
        - CC_Base_L_UpperarmTwist01
        - CC_Base_L_ThighTwist01
    """,
    "Cats": """
        hips: Hips
        spine: Spine
        chest: Chest
        neck: Neck
        head: Head
        left_shoulder: Left shoulder
        left_upper_arm: Left arm
        left_lower_arm: Left elbow
        left_hand: Left wrist
        right_upper_arm: Right arm
        left_upper_leg: Left leg
        left_lower_leg: Left knee
        left_foot: Left ankle
        left_toes: Left toe
        left_eye: LeftEye
    """,
    "doubled in Blender": """
        hips: Hips.001
        spine: Spine.001
        chest: Chest.001
        neck: Neck.001
        head: Head.001
        left_shoulder: Shoulder.L.001
        left_upper_arm: UpperArm.L.001
        left_lower_arm: LowerArm.L.001
        left_hand: Hand.L.001
        right_upper_arm: UpperArm.R.001
        left_upper_leg: UpperLeg.L.001
        left_lower_leg: LowerLeg.L.001
        left_foot: Foot.L.001
    """,
    "COLLADA with the armature's name": """
        hips: Armature_Hips
        spine: Armature_Spine
        chest: Armature_Spine1
        neck: Armature_Neck
        head: Armature_Head
        left_shoulder: Armature_LeftShoulder
        left_upper_arm: Armature_LeftArm
        left_lower_arm: Armature_LeftForeArm
        left_hand: Armature_LeftHand
        right_upper_arm: Armature_RightArm
        left_upper_leg: Armature_LeftUpLeg
        left_lower_leg: Armature_LeftLeg
        left_foot: Armature_LeftFoot
    """,
    "joints of Maya": """
        hips: hips_JNT
        spine: spine_JNT
        chest: spine1_JNT
        neck: neck_JNT
        head: head_JNT
        left_shoulder: l_shoulder_JNT
        left_upper_arm: l_arm_JNT
        left_lower_arm: l_forearm_JNT
        left_hand: l_hand_JNT
        right_upper_arm: r_arm_JNT
        left_upper_leg: l_upleg_JNT
        left_lower_leg: l_leg_JNT
        left_foot: l_foot_JNT
        left_toes: l_toebase_JNT
        left_eye: l_eye_JNT
    """,
    "L glued on": """
        hips: Hips
        spine: Spine
        chest: Spine1
        neck: Neck
        head: Head
        left_shoulder: LShoulder
        left_upper_arm: LArm
        left_lower_arm: LForeArm
        left_hand: LHand
        right_upper_arm: RArm
        left_upper_leg: LUpLeg
        left_lower_leg: LLeg
        left_foot: LFoot
        left_toes: LToeBase
    """,
    "KayKit": """
        hips: hips
        spine: spine
        chest: chest
        head: head
        left_upper_arm: upperarm.l
        left_lower_arm: lowerarm.l
        left_hand: wrist.l
        right_upper_arm: upperarm.r
        left_upper_leg: upperleg.l
        left_lower_leg: lowerleg.l
        left_foot: foot.l
        left_toes: toes.l
        - hand.l
    """,
    "Russian": """
        hips: таз
        spine: позвоночник
        chest: грудь
        neck: шея
        head: голова
        left_upper_arm: плечо.L
        left_lower_arm: предплечье.L
        left_hand: кисть.L
        right_upper_arm: плечо.R
        left_upper_leg: бедро.L
        left_lower_leg: голень.L
        left_foot: стопа.L
    """,
    "Chinese": """
        hips: 骨盆
        spine: 脊柱
        chest: 胸部
        neck: 脖子
        head: 头
        left_shoulder: 左肩
        left_upper_arm: 左上臂
        left_lower_arm: 左前臂
        left_hand: 左手
        right_upper_arm: 右上臂
        left_upper_leg: 左大腿
        left_lower_leg: 左小腿
        left_foot: 左脚
    """,
    "XNALara": """
        hips: root hips
        spine: spine lower
        chest: spine middle
        neck: head neck lower
        head: head neck upper
        left_shoulder: arm left shoulder 1
        left_upper_arm: arm left shoulder 2
        left_lower_arm: arm left elbow
        left_hand: arm left wrist
        right_upper_arm: arm right shoulder 2
        left_upper_leg: leg left thigh
        left_lower_leg: leg left knee
        left_foot: leg left ankle
        left_toes: leg left toes
        left_eye: head eyeball left
        - pelvis
    """,
    "side at the end": """
        hips: Hips
        spine: Spine
        chest: Chest
        neck: Neck
        head: Head
        left_shoulder: Shoulder_L
        left_upper_arm: UpperArm_L
        left_lower_arm: LowerArm_L
        left_hand: Hand_L
        right_upper_arm: UpperArm_R
        left_upper_leg: UpperLeg_L
        left_lower_leg: LowerLeg_L
        left_foot: Foot_L
        left_toes: Toe_L
        left_eye: Eye_L
    """,
}
#: What exporters and animators add: never a limb.
HELPERS = (
    "{}_end",
    "{}_IK",
    "{}_twist",
    "ik_{}",
    "{}_ctrl",
)


def read(table: str) -> tuple[dict[str, str], list[str]]:
    """(role -> bone, all bones in order)."""
    rows = [row.strip() for row in table.strip().splitlines()]
    roles = dict(row.split(": ", 1) for row in rows if not row.startswith("- "))
    return roles, [row.removeprefix("- ") if row.startswith("- ") else row.split(": ", 1)[1] for row in rows]


@pytest.mark.parametrize("rig", RIGS)
def test_every_rig_is_read_by_its_names(rig: str) -> None:
    roles, names = read(RIGS[rig])
    found = find_roles(names).bones
    assert {role: found.get(role) for role in roles} == roles
    for role, bone in roles.items():
        if role.startswith("left_") and (other := found.get(role.replace("left_", "right_", 1))):
            assert other != bone


@pytest.mark.parametrize("rig", RIGS)
def test_helpers_take_no_role_from_the_bones_they_are_named_after(rig: str) -> None:
    roles, names = read(RIGS[rig])
    helpers = [form.format(bone) for form in HELPERS for bone in roles.values()]
    found = find_roles([*names, *helpers]).bones
    assert {role: found.get(role) for role in roles} == roles
