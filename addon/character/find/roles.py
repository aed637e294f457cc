# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is which: VRM's own map, then names, then the skeleton's build, which also checks the names. No bpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..names.naming import CORE, ENOUGH, find_roles
from .eye_bones import eye_bones
from .topology import Frame, Tree, read_frame

LIMBS = frozenset(role for role in CORE if role.startswith(("left_", "right_")))


@dataclass(frozen=True)
class Anatomy:
    """bones: role -> bone name; scheme: the naming scheme ("" for none, "topology" where only the build tells).

    frame: what the build tells, or None; sided: whether left and right are known; doubt: a sentence where build and
    names disagree about the head.
    """

    bones: dict[str, str]
    scheme: str
    frame: Frame | None = None
    sided: bool = True
    doubt: str = ""

    def flipped(self) -> Anatomy:
        """The same with left and right exchanged."""
        other = {"left": "right", "right": "left"}
        bones = {}
        for role, bone in self.bones.items():
            side, _, rest = role.partition("_")
            bones[f"{other[side]}_{rest}" if side in other else role] = bone
        frame = self.frame.flipped() if self.frame else None
        return Anatomy(bones, self.scheme, frame, self.sided, self.doubt)


def read_anatomy(tree: Tree, known: Mapping[str, str], scheme: str) -> Anatomy:
    """Put together what is known of a skeleton. known: role -> bone as the file itself says (VRM), told by `scheme`."""
    read = _body(tree, known, scheme)
    return replace(read, bones=read.bones | eye_bones(tree, read.bones))


def _body(tree: Tree, known: Mapping[str, str], scheme: str) -> Anatomy:
    told = find_roles(tree.names)
    names = dict(known)
    names |= {role: bone for role, bone in told.bones.items() if role not in known and bone not in set(known.values())}
    scheme = scheme or told.scheme
    frame = read_frame(tree)
    if frame is None:
        return Anatomy(names, scheme)
    frame, agree = _same_sides(frame, names)
    if len(CORE & set(names)) < ENOUGH and not known:
        right = {"head", "neck"} if "head" in names and not _doubt(tree, names, frame) else set()
        built = {role: bone for role, bone in frame.roles.items() if role not in right or role not in names}
        bones = {role: bone for role, bone in names.items() if role not in LIMBS and bone not in built.values()}
        bones |= built
        return Anatomy(bones, scheme if len(CORE & set(names)) > 2 else "topology", frame, frame.sided or agree > 0)
    taken = set(names.values())
    filled = {role: bone for role, bone in frame.roles.items() if role not in names and bone not in taken}
    bones = {**names, **{role: bone for role, bone in filled.items() if _fits(tree, names, role, bone)}}
    return Anatomy(bones, scheme, frame, True, "" if known else _doubt(tree, names, frame))


def _same_sides(frame: Frame, names: Mapping[str, str]) -> tuple[Frame, int]:
    """The frame with the names' left as its left, and by how many bones names tell the sides at all."""
    sides = {bone: role.partition("_")[0] for role, bone in frame.roles.items()}
    votes = 0
    for role in LIMBS & set(names):
        other = sides.get(names[role])
        if other in {"left", "right"}:
            votes += 1 if role.startswith(other) else -1
    return (frame.flipped() if votes < 0 else frame), abs(votes)


#: Joints of a limb from the body outwards: what the build adds to names must keep this order.
ORDERS = (("shoulder", "upper_arm", "lower_arm", "hand"), ("upper_leg", "lower_leg", "foot", "toes"))


def _fits(tree: Tree, names: Mapping[str, str], role: str, bone: str) -> bool:
    """Whether a bone that the build suggests lies where the roles told by names leave a place for it."""
    side, _, part = role.partition("_")
    if side not in {"left", "right"}:
        return role not in {"hips"} or bone not in names.values()
    index = {name: place for place, name in enumerate(tree.names)}
    line = [names.get(f"{side}_{step}") for order in ORDERS if part in order for step in order]
    steps = [step for order in ORDERS if part in order for step in order]
    above = set(tree.path(index[bone])[1:])
    for step, other in zip(steps, line, strict=True):
        if other is None or other not in index:
            continue
        inner = steps.index(step) < steps.index(part)
        if inner and index[other] not in above:
            return False
        if not inner and index[bone] not in tree.path(index[other])[1:]:
            return False
    return True


def _doubt(tree: Tree, names: Mapping[str, str], frame: Frame) -> str:
    """A sentence where the bone called head is not on the way up from the arms."""
    head, built = names.get("head"), frame.roles.get("head")
    if head is None or built is None or head == built or frame.confidence < 0.5:
        return ""
    index = {name: place for place, name in enumerate(tree.names)}
    if index[built] in tree.path(index[head]) or index[head] in tree.path(index[built]):
        return ""
    return f"the bone {head} is called a head, but by the skeleton's build {built} is where the head should be"
