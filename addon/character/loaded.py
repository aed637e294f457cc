# SPDX-License-Identifier: GPL-3.0-or-later
"""A character in Blender's memory: its facts, and the handles with which it is posed, expressed and measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from ..plan.facts import CharacterFacts, Vector
from .anchors import Anchor

#: More names than this nobody looks through.
MOST_PARTS = 200


@dataclass
class KeyDrive:
    """One shape key of one mesh and the value it has at full weight.

    coarse: it moves a whole part of the face (mouth shapes, MMD's brows), not one muscle. switch: all or nothing.
    """

    mesh: str
    key: str
    full: float = 1.0
    coarse: bool = False
    switch: bool = False


@dataclass
class Loaded:
    """What the character room hands to studio and render.

    bones: role -> pose-bone name; roles are VRM's humanoid names in snake case (hips, spine, chest, neck, head, jaw,
    left_eye, left_shoulder, left_upper_arm, left_lower_arm, left_hand, left_upper_leg, left_lower_leg, left_foot,
    right_...) plus face roles (left_inner_brow, left_mouth_corner ...).
    form: what kind of file it came from ("glb", "vrm" ...).
    keys: canonical ARKit name (`mouthSmileLeft`) -> the shape keys that make it.
    own: the file's own whole expressions (VRM presets, `Angry`): canonical setting name -> shape keys.
    anchors: key point -> what it is tied to; measure() reads them.
    stood: (4, 4) how it was turned after the import, to stand; facts describe it as it stands now, those of `others` as
    the file has them.
    """

    facts: CharacterFacts
    source: str
    sha256: str
    meshes: list[bpy.types.Object]
    armature: bpy.types.Object | None
    bones: dict[str, str] = field(default_factory=dict)
    keys: dict[str, list[KeyDrive]] = field(default_factory=dict)
    own: dict[str, list[KeyDrive]] = field(default_factory=dict)
    form: str = "sitter"
    warnings: list[str] = field(default_factory=list)
    others: list[CharacterFacts] = field(default_factory=list)
    anchors: dict[str, Anchor] = field(default_factory=dict)
    stood: np.ndarray = field(default_factory=lambda: np.eye(4))

    def part_names(self) -> list[str]:
        """The meshes and bones of which one may be the head: meshes first, then bones from the top down."""
        if self.armature is None:
            return [mesh.name for mesh in self.meshes][:MOST_PARTS]
        turn = self.armature.matrix_world
        bones = sorted(self.armature.data.bones, key=lambda bone: -(turn @ bone.head_local).z)
        return [*(mesh.name for mesh in self.meshes), *(bone.name for bone in bones)][:MOST_PARTS]

    def handles(self) -> dict[str, Any]:
        """The names by which whoever has the same scene open finds what the facts are tied to."""
        head = self.bones.get("head") if self.armature is not None else None
        return {
            "armature": self.armature.name if self.armature is not None else None,
            "head": head,
            "meshes": [mesh.name for mesh in self.meshes],
        }


@dataclass(frozen=True)
class Made:
    """How an expression or a pose was made: goes into the truth as it is.

    method: "vrm" | "shape_keys" | "bones" | "head_only" | "none". weights: what was driven, by canonical name.
    missing: what the recipe asked for and the character has not.
    """

    method: str
    exact: bool
    weights: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Body:
    """The character as it stands now, evaluated, in world space.

    vertices: (N, 3) float32, render-visible geometry only. parts: name -> (M,) indices into vertices: "head" (hair and
    all), "face" (front of the skull), "left_hand", "right_hand" where known. points: key points that can be known:
    crown, chin, nose, mouth, left_eye, right_eye, left_ear, right_ear, neck, left_shoulder, left_elbow, left_wrist,
    left_hip, left_knee, left_ankle and the right ones.
    """

    vertices: np.ndarray
    parts: dict[str, np.ndarray]
    points: dict[str, Vector]
