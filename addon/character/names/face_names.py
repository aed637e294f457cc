# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of a face's shape keys and bones to meanings, by the tables in faces/. No bpy.

Each table is one naming scheme:
  rank:   schemes that say more of a face go first where a mesh speaks several (ARKit and visemes);
  coarse: its keys move whole parts of a face, so that a file's own whole expressions go before them;
  keys:   name -> ARKit name, a list of them, or {ARKit name: value of the key at which it is made in full};
  exact:  the same for names in which a side means a direction (`Eye_L_Look_R`), compared letter by letter;
  own:    name -> {setting: weight} of the whole expression that it is;
  together: setting -> {name: weight} of keys that make it better than any one of them, where all are there;
  bones:  face role -> bone names; a role that starts with "left_" stands for its mirror image too.
A trailing `_` of an ARKit name is both sides. A name without side stands for the names with one (`browLowerer_L`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ...common.tables import read_table
from .face_words import feeling
from .naming import normalise

FOLDER = Path(__file__).parent / "faces"
#: Longer names are no names (files are hostile).
LONGEST = 120

#: What exporters and vendors write before a key's own name.
PREFIX = re.compile(
    r"^(?:blend_?shapes?\d*[._ ]|morphs?[._ ]|shape[._ ]|exp(?:ression)?s?[._ ]|emo(?:tion)?s?[._ ]|face[._ ](?=[a-z])|"
    r"(?:ak|hb|sr)_?\d+_|aa_vi_\d+_|a\d\d_|ctrl_expressions_|head_lod\d_mesh__|facs_(?:ctrl|bs|jnt|cbs)?_?|"
    r"(?:e|p)?(?:ctrl|phm|fhm|pbm)(?=[A-Z])|vrc\.v_|vrc_|viseme[._ ]|v_(?=[a-z]{1,2}$)|ft/|v\d/|vsm)",
    re.IGNORECASE,
)
SUFFIX = re.compile(r"(?:_div2|_hd|_ncl\d+(?:_\d+)?|\.\d{3})$", re.IGNORECASE)
UNIT = re.compile(r"^au_?0*(\d{1,2})(?!\d)[_ ]?(left|right|l|r)?(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Key:
    """What a shape key means.

    arkit: ARKit name -> value of the key at which it is made in full; own: setting -> weight of the whole expression
    that it is; sided: whether its name says left or right; rank and place: of several keys that make the same thing,
    the lowest goes first; coarse: see the tables; guessed: plain words alone tell.
    """

    arkit: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)
    sided: bool = False
    rank: int = 99
    place: int = 0
    coarse: bool = False
    guessed: bool = False


@dataclass(frozen=True)
class FaceScheme:
    """One file of faces/. keys and own: (side, core) as `normalise` gives it -> (meaning, place)."""

    name: str
    rank: int
    coarse: bool
    keys: dict[tuple[str, str], tuple[dict[str, float], int]]
    exact: dict[str, dict[str, float]]
    own: dict[tuple[str, str], tuple[dict[str, float], int]]
    together: dict[str, dict[str, float]]
    bones: dict[str, list[str]]


@cache
def face_schemes() -> tuple[FaceScheme, ...]:
    """Every scheme, by rank."""
    paths = [path for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "keywords"]
    return tuple(sorted((_read(path) for path in paths), key=lambda scheme: scheme.rank))


def read_key(name: str) -> Key:
    """The meaning of a shape key's name; empty where neither a scheme nor a plain word tells."""
    spelled = list(dict.fromkeys(spellings(name)))
    for text in spelled:
        for scheme in face_schemes():
            key = _look_up(scheme, text)
            if key is not None:
                return key
    return _by_words(name)


def together(names: Iterable[str]) -> dict[str, dict[str, float]]:
    """Setting -> {key: its value} for whole expressions that several of these keys make together."""
    letters: dict[str, str] = {}
    for name in names:
        for text in spellings(name):
            letters.setdefault(_letters(text), name)
    found: dict[str, dict[str, float]] = {}
    for scheme in face_schemes():
        for goal, row in scheme.together.items():
            if all(wanted in letters for wanted in row):
                found.setdefault(goal, {letters[wanted]: full for wanted, full in row.items()})
    return found


def spellings(name: str) -> Iterator[str]:
    """The name as it is, then without what exporters add: prefixes, suffixes, the number of a USD round trip."""
    text = unicodedata.normalize("NFKC", name[:LONGEST]).strip()
    yield text
    for whole in (text, *_tails(text)):
        short = SUFFIX.sub("", whole)
        yield short
        for _again in range(3):
            cut = PREFIX.sub("", short)
            if cut == short or not cut:
                break
            short = cut
            yield short
        unit = UNIT.match(short)
        if unit:
            yield f"AU{unit.group(1)} {unit.group(2) or ''}".strip()
        plain = re.sub(r"\d+$", "", short)
        if plain and plain != short:
            yield plain


def _tails(text: str) -> list[str]:
    """What follows a mesh's or figure's name: `Face.M_F00_Fcl_ALL_Joy`, `Genesis8Female__eCTRLSmile`, `v2/JawOpen`."""
    tails = [part for mark in ("__", "/", ":", "|") for part in [text.rpartition(mark)[2]] if part != text]
    last = text.rpartition(".")[2]
    if last != text and len(last) > 2 and not last.isdigit():
        tails.append(last)
    known = re.search(r"(?:Fcl_(?:ALL|BRW|EYE|MTH)_|CTRL_expressions_|facs_(?:bs|ctrl|jnt)_).*", text, re.IGNORECASE)
    return [*tails, known.group(0)] if known else tails


def _look_up(scheme: FaceScheme, text: str) -> Key | None:
    letters = _letters(text)
    if letters in scheme.exact:
        return Key(scheme.exact[letters], {}, True, scheme.rank, 0, scheme.coarse)
    part = normalise(text)
    if not part.core:
        return None
    index = (part.side, part.core)
    arkit, place = scheme.keys.get(index, ({}, 0))
    if not arkit and part.side:
        both, place = scheme.keys.get(("", part.core), ({}, 0))
        other = "Right" if part.side == "left" else "Left"
        arkit = {name: full for name, full in both.items() if not name.endswith(other)}
    own, order = scheme.own.get(index, ({}, 0))
    if not arkit and not own:
        return None
    return Key(arkit, own, bool(part.side), scheme.rank, place or order, scheme.coarse)


def _by_words(name: str) -> Key:
    said = feeling(name)
    sided = normalise(name).side
    other = "Right" if sided == "left" else "Left"
    arkit = {full: value for full, value in _targets(said.arkit).items() if not sided or not full.endswith(other)}
    if sided and not arkit:
        return Key()
    return Key(arkit, said.own, bool(sided), 90, 0, True, True) if arkit or said.own else Key()


def _read(path: Path) -> FaceScheme:
    data = read_table(path).data
    keys: dict[tuple[str, str], tuple[dict[str, float], int]] = {}
    for place, (name, goal) in enumerate((data.get("keys") or {}).items()):
        part = normalise(str(name))
        keys.setdefault((part.side, part.core), (_targets(goal), place))
    own = {}
    for place, (name, goal) in enumerate((data.get("own") or {}).items()):
        part = normalise(str(name))
        own[part.side, part.core] = ({str(key): float(weight) for key, weight in goal.items()}, place)
    whole = {
        str(goal): {_letters(str(name)): float(full) for name, full in row.items()}
        for goal, row in (data.get("together") or {}).items()
    }
    exact = {_letters(str(name)): _targets(goal) for name, goal in (data.get("exact") or {}).items()}
    bones = {str(role): [str(name) for name in names] for role, names in (data.get("bones") or {}).items()}
    return FaceScheme(path.stem, int(data["rank"]), bool(data.get("coarse")), keys, exact, own, whole, bones)


def _targets(goal: Any) -> dict[str, float]:
    """A table's goal written out: `mouthSmile_` is both sides, in full at 1 if nothing else is said."""
    rows = goal if isinstance(goal, list) else [goal]
    found: dict[str, float] = {}
    for row in rows:
        for name, full in row.items() if isinstance(row, Mapping) else [(row, 1.0)]:
            sides = ("Left", "Right") if str(name).endswith("_") else ("",)
            found |= {str(name).removesuffix("_") + side: float(full) for side in sides}
    return found


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def face_bones_named(names: Iterable[str]) -> dict[str, str]:
    """Face role -> bone, for the names that any scheme knows; of Rigify's layers the one that deforms goes first."""
    listed = sorted(
        (name for name in names if not name.startswith(("ORG-", "MCH-"))), key=lambda name: not name.startswith("DEF-")
    )
    letters: dict[str, str] = {}
    cores: dict[tuple[str, str], str] = {}
    for name in listed:
        plain = name.removeprefix("DEF-")
        letters.setdefault(plain.casefold(), name)
        part = normalise(re.sub(r"^Bip0*1?[ _]", "", plain, flags=re.IGNORECASE))
        cores.setdefault((part.side, part.core), name)
    found: dict[str, str] = {}
    for scheme in face_schemes():
        for role, wanted in scheme.bones.items():
            for name in wanted:
                for full, bone in _bone(role, name, letters, cores):
                    if bone not in found.values():
                        found.setdefault(full, bone)
    return found


def _bone(role: str, name: str, letters: dict[str, str], cores: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    part = normalise(name)
    numbered = bool(re.search(r"\.\d{3}$", name))
    if not role.startswith("left_"):
        bone = letters.get(name.casefold()) or (None if numbered else cores.get((part.side, part.core)))
        return [(role, bone)] if bone else []
    rows = []
    for side in ("left", "right"):
        own = name if side == "left" else _mirrored(name)
        bone = letters.get(own.casefold()) or (None if numbered else cores.get((side, part.core)))
        if bone:
            rows.append((f"{side}_{role.removeprefix('left_')}", bone))
    return rows


def _mirrored(name: str) -> str:
    """`brow.T.L.003` -> `brow.T.R.003`, `lBrowInner` -> `rBrowInner`."""
    swapped = re.sub(r"(?<![A-Za-z])L(?![a-z])", "R", name)
    swapped = re.sub(r"(?<![A-Za-z])l(?![a-z])", "r", swapped)
    swapped = re.sub(r"^l(?=[A-Z])", "r", swapped)
    return re.sub(r"^L(?=[A-Z])", "R", swapped).replace("Left", "Right").replace("left", "right")
