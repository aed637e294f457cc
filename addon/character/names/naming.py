# SPDX-License-Identifier: GPL-3.0-or-later
"""Names to meanings: bone names to roles (a face's own keys and bones: face_names.py). No bpy.

Every naming scheme is one file in schemes/, with the mappings
  bones: role -> names; a role that starts with "left_" stands for its mirror image too;
  exact: bone name, compared as it is -> role.
Names are compared after `normalise`, so upper case, separators, prefixes and suffixes do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...common.tables import read_table

FOLDER = Path(__file__).parent / "schemes"

PREFIXES = re.compile(
    r"^(?:bip0*\d?[ _]|catrig|base ?human|(?-i:m(?=[A-Z][a-z]))|armature_|"
    r"j_(?:bip|adj|sec|opt)_(?:c_)?|cc_base_|def-|org-|mch-|mixamorig\d*[_:]?|character\d*_|"
    r"ctrl_expressions_|facial_(?:c_)?|a[kn]?_?\d\d_|valvebiped\.?|rig_|b_|bn_|jnt_|bone_|sk_|c_(?=[a-z]))",
    re.IGNORECASE,
)
SUFFIXES = re.compile(r"(?:_armature|_jnt|_joint|_bone|\bbone|_bind|_\d+|\.\d{3}|\.x)$", re.IGNORECASE)
SIDES = {
    "l": "left",
    "left": "left",
    "左": "left",
    "lt": "left",
    "r": "right",
    "right": "right",
    "右": "right",
    "rt": "right",
}
#: Parts of names that mark helpers and ornaments, never the limb that they are named after.
BANNED = frozenset(
    "end nub tip hair ik pole twist ctrl control band phones tail target wgt helper roll socket dummy".split()
)


@dataclass(frozen=True)
class Name:
    """A name taken apart: side "left", "right" or "", and the joined lower-case words without it."""

    side: str
    core: str
    words: tuple[str, ...]


def normalise(name: str) -> Name:
    """Take a bone or key name apart: `mixamorig:LeftForeArm` and `forearm.l_Armature` give the same side and core."""
    text = unicodedata.normalize("NFKC", name).strip().rsplit(":", 1)[-1].rsplit("|", 1)[-1]
    for pattern in (PREFIXES, PREFIXES, SUFFIXES, SUFFIXES):
        text = pattern.sub("", text) or text
    text = re.sub(r"([左右])", r" \1 ", text)
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    words = []
    for word in re.split(r"[\s._\-]+", text.lower()):
        glued = re.match(r"^(left|right)(?=[a-z])", word) if word not in SIDES else None
        words += [glued.group(1), word[glued.end() :]] if glued else [word]
    side = next((SIDES[word] for word in words if word in SIDES), "")
    rest = tuple(word for word in words if word and word not in SIDES)
    return Name(side, "".join(rest), rest)


@dataclass(frozen=True)
class Scheme:
    """One file of schemes/, indexed by what normalise gives."""

    name: str
    bones: dict[tuple[str, str], str]
    exact: dict[str, str]
    spelled: frozenset[str]


@cache
def schemes() -> tuple[Scheme, ...]:
    """Every scheme, in the order of file names."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.yaml")))


def _read(path: Path) -> Scheme:
    data = read_table(path).data
    bones: dict[tuple[str, str], str] = {}
    spelled = {str(name) for names in (data.get("bones") or {}).values() for name in names}
    for role, names in (data.get("bones") or {}).items():
        for name in names:
            bones.update(_entries(role, str(name)))
    return Scheme(path.stem, bones, dict(data.get("exact") or {}), frozenset(spelled))


def _entries(role: str, name: str) -> dict[tuple[str, str], str]:
    part = normalise(name)
    if not role.startswith("left_"):
        return {(part.side, part.core): role}
    mirrored = "right_" + role.removeprefix("left_")
    return {("left", part.core): role, ("right", part.core): mirrored}


@dataclass(frozen=True)
class Roles:
    """What find_roles found: role -> bone name, and the scheme that explained most of the names."""

    bones: dict[str, str]
    scheme: str


def find_roles(names: Iterable[str]) -> Roles:
    """Give each known role the first bone that fits, in hierarchy order, by the scheme that explains most bones.

    Roles the best scheme leaves open are filled by the scheme called `common`. Where that is little, what all names
    begin with (the rig's own name) is left out and they are read once more.
    """
    rows = [(name, name) for name in names]
    found = _roles(rows)
    begin = _shared([name for name, _text in rows])
    if begin and len(CORE & set(found.bones)) < ENOUGH:
        other = _roles([(name, name.removeprefix(begin) or name) for name, _text in rows])
        found = max(found, other, key=lambda roles: _worth(roles.bones))
    return found


def _roles(rows: list[tuple[str, str]]) -> Roles:
    """rows: (the bone's name, the part of it to be read)."""
    usable = [(name, text, normalise(text)) for name, text in rows]
    usable = [row for row in usable if not BANNED & set(row[2].words)]
    usable.sort(key=lambda row: 0 if row[1].startswith("DEF-") else 2 if row[1].startswith(("ORG-", "MCH-")) else 1)
    found = {scheme.name: _match(scheme, usable) for scheme in schemes()}
    as_written = {scheme.name: len(scheme.spelled & {text for _name, text in rows}) for scheme in schemes()}
    best = max(found, key=lambda name: (_worth(found[name]), as_written[name], name != "common"))
    bones = dict(found[best])
    taken = set(bones.values())
    for role, bone in found.get("common", {}).items():
        if role not in bones and bone not in taken:
            bones[role] = bone
            taken.add(bone)
    return Roles(bones, best if bones else "")


def _shared(names: list[str]) -> str:
    """What most names begin with, up to a separator; "" where there is no such thing."""
    matches = [re.match(r"[^_\s.:|\-]+[_\s.:|\-]+", name) for name in names]
    common = Counter(match.group() for match in matches if match).most_common(1)
    return common[0][0] if common and common[0][1] >= max(5, 0.6 * len(names)) else ""


def _match(scheme: Scheme, rows: list[tuple[str, str, Name]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text, _part in rows:
        if text in scheme.exact:
            found.setdefault(scheme.exact[text], name)
    for name, text, part in rows:
        role = scheme.bones.get((part.side, part.core))
        if role and role not in found and text not in scheme.exact:
            found[role] = name
    return found


#: Roles without which a scheme has not understood a body; they count more than fingers and faces.
CORE = frozenset(
    "hips spine neck head left_upper_arm right_upper_arm left_lower_arm right_lower_arm left_hand right_hand "
    "left_upper_leg right_upper_leg left_lower_leg right_lower_leg left_foot right_foot".split()
)

#: With so many of them a skeleton counts as read.
ENOUGH = 9


def _worth(found: dict[str, str]) -> int:
    return sum(3 if role in CORE else 1 for role in found)
