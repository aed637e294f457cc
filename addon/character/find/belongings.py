# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a head besides its own bone, and what a figure only holds in its hands."""

from __future__ import annotations

import bpy
import numpy as np

from .subject import Subject, descendants
from .topology import FACE

#: A mesh that a hand carries is held where it reaches so many times as far as the hand is from the elbow.
FAR = 1.5


def head_bones(subject: Subject) -> tuple[str, set[str]]:
    """The bone that carries the head, and all that move a part of it; ("", nothing) without a head bone.

    A head bone that moves no surface hands over to the bone it hangs on (its neck carries the head then). Bones that
    hang on no part of the trunk (flat and generated rigs) belong to it where they move the surface above its joint.
    """
    armature, name = subject.cluster.armature, subject.bones.get("head")
    if armature is None or name is None:
        return "", set()
    skin = {bone: float(amount) for bone, amount in zip(subject.tree.names, subject.tree.skin, strict=True)}
    below = descendants(armature, name)
    strays = _strays(subject, name, below)
    if sum(skin[bone] for bone in below | strays) <= 0:
        above = armature.data.bones[name].parent
        if above is None or above.name in _trunk(subject) or skin[above.name] <= 0:
            return name, below
        return above.name, descendants(armature, above.name)
    return name, below | strays


def _trunk(subject: Subject) -> set[str]:
    return {subject.bones[role] for role in ("hips", "spine", "chest", "upper_chest") if role in subject.bones}


def _strays(subject: Subject, head: str, below: set[str]) -> set[str]:
    """Bones outside the head's own branch that move what lies above its joint."""
    tree = subject.tree
    place = {bone: index for index, bone in enumerate(tree.names)}
    hips, joint = subject.middle("hips", "left_upper_leg", "right_upper_leg"), tree.heads[place[head]]
    neck = subject.marks.get("neck")
    base = hips if hips is not None else neck
    if base is None or np.linalg.norm(joint - base) < 1e-9:
        return set()
    up = (joint - base) / np.linalg.norm(joint - base)
    taken = {bone for role, bone in subject.bones.items() if role != "head" and not FACE.search(role)}
    found = set()
    for index, bone in enumerate(tree.names):
        if bone in below or bone in taken or tree.skin[index] <= 0:
            continue
        line = [tree.names[row] for row in tree.path(index)]
        if any(above in taken and tree.skin[place[above]] > 0 for above in line):
            continue
        rise = float((tree.centres[index] - joint) @ up)
        below_joint = (0.3 if hips is not None else 2.0) * float(np.linalg.norm(joint - base))
        if rise > 0 or (FACE.search(bone) and rise > -below_joint):
            found.add(bone)
    return found


def held(subject: Subject) -> list[bpy.types.Object]:
    """Meshes that hang on a hand alone and reach far beyond it: weapons, shields, bags."""
    armature = subject.cluster.armature
    if armature is None:
        return []
    found = []
    for side in ("left", "right"):
        hand, elbow = subject.marks.get(f"{side}_hand"), subject.marks.get(f"{side}_lower_arm")
        if hand is None or elbow is None:
            continue
        bones = descendants(armature, subject.bones[f"{side}_hand"])
        for mesh in subject.cluster.meshes:
            rows = subject.points[subject.shape.spans[mesh.name]] if mesh.name in subject.shape.spans else ()
            skin = subject.skins.get(mesh.name)
            if skin is None or not len(rows) or not len(skin.vertices):
                continue
            far = float(np.linalg.norm(rows - hand, axis=1).max())
            if far > FAR * float(np.linalg.norm(hand - elbow)) and float(skin.share(bones).min()) > 0.9:
                found.append(mesh)
    return found
