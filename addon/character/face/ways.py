# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a face could make an expression, each judged by what it changes in the picture of the face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import bpy

from ..loaded import Loaded
from .bones import clear_bones, eye_bones, face_bones, held, move_face, move_gaze, move_head
from .picture import FacePicture
from .recipe import BoneRow, bones_of, expand, gaze_keys, key_weights, own_way, part_of_bone, part_of_key, roles
from .set_keys import blended, goals

#: Share of the face's pixels that must change; with less a face can't be told from neutral (judged on 256 px renders:
#: a half smile of 0.007 can't, brows of 0.016 can).
SEEN = 0.01
#: A whole expression of the file's own that changes less than this says little, whatever its name.
CLEAR = 0.03
#: A file's own expression goes before keys, unless it says less than this share of what they say.
OWN_FIRST = 0.75
#: A part of the face that a single key must stir to count as there.
STIRRED = 0.002
#: Less than this of a whole expression is only a trace of it.
TRACE = 0.6


@dataclass(frozen=True)
class Way:
    """How an expression is to be made: what is driven, and what is missing.

    gaze: degrees that eye bones turn down; coarse: its keys move whole parts of the face.
    """

    method: str
    exact: bool
    own: dict[str, float] = field(default_factory=dict)
    keys: dict[str, float] = field(default_factory=dict)
    bones: tuple[BoneRow, ...] = ()
    head: dict[str, Any] = field(default_factory=dict)
    gaze: float = 0.0
    missing: tuple[str, ...] = ()
    coarse: bool = False

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Exact before approximate; of those, traces of another whole expression and (exact) coarse keys last."""
        return not self.exact, self.method == "vrm" and sum(self.own.values()) < TRACE, self.exact and self.coarse


class Judge:
    """Says how much of the face's picture a way changes; the picture is made when it is first asked for."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    @cached_property
    def picture(self) -> FacePicture:
        """The neutral face."""
        return FacePicture(self._loaded)

    def change(self, way: Way) -> float:
        """Share of the face's pixels that the way changes."""
        loaded = self._loaded
        picture = self.picture
        driven = [*goals(loaded.keys, way.keys), *goals(loaded.own, way.own)]
        share = picture.change(driven) if driven else 0.0
        if share >= SEEN or not (way.bones or way.head) or loaded.armature is None:
            return share
        with held(loaded.armature):
            clear_bones(loaded)
            move_bones(loaded, way)
            bpy.context.view_layer.update()
            share = max(share, picture.change_now())
        bpy.context.view_layer.update()
        return share

    def stirs(self, key: str) -> bool:
        """Whether an ARKit key moves anything that can be seen."""
        return self.picture.stirs(self._loaded.keys[key]) >= STIRRED


def move_bones(loaded: Loaded, way: Way) -> dict[str, float]:
    """Put face bones, eyes, head and shoulders where a way wants them; returns the weights made."""
    made: dict[str, float] = {}
    if way.bones:
        made |= move_face(loaded, way.bones)
    if way.head:
        made |= move_head(loaded, way.head)
    look = way.gaze + float(way.head.get("gaze", 0.0))
    if look:
        made |= move_gaze(loaded, look)
    return made


def choose(loaded: Loaded, geometry: dict[str, Any], judge: Judge) -> Way:
    """The best way that shows; a way of method "none" where there is none."""
    ways = sorted(ways_of(loaded, geometry, judge), key=lambda way: way.rank)
    seen = next((way for way in ways if judge.change(way) >= SEEN), _none(geometry))
    own = next((way for way in ways if way.method == "vrm" and way.exact and not way.coarse), None)
    if own is not None and seen.method == "shape_keys" and judge.change(own) >= OWN_FIRST * judge.change(seen):
        return own
    return seen


def recall(loaded: Loaded, geometry: dict[str, Any], method: str, exact: bool) -> Way:
    """The way that was chosen before, known by its method."""
    found = next((way for way in ways_of(loaded, geometry, None) if way.method == method), _none(geometry))
    return replace(found, exact=exact)


def ways_of(loaded: Loaded, geometry: dict[str, Any], judge: Judge | None) -> Iterator[Way]:
    """All ways that names allow. Without a judge, keys that move nothing visible are taken at their word."""
    for way in (
        _by_keys(loaded, geometry, judge),
        _by_own(loaded, geometry, judge),
        _by_bones(loaded, geometry),
        _by_head(loaded, geometry),
    ):
        if way is not None:
            yield way


def _by_keys(loaded: Loaded, geometry: dict[str, Any], judge: Judge | None) -> Way | None:
    """Keys, and bones for the parts of the face that the recipe moves and that have no keys."""
    weights, missing = key_weights(geometry, loaded.keys)
    mixed = blended(loaded.keys, weights)
    weights = {name: weight for name, weight in weights.items() if name not in mixed}
    missing += tuple(sorted(mixed))
    if not weights:
        return None
    silent = {part_of_key(name) for name in missing} - {part_of_key(name) for name in weights}
    bones = tuple(bones_of(geometry, face_bones(loaded), silent)) if loaded.armature is not None else ()
    spoken = {part_of_bone(row.role) for row in bones} if geometry.get("bones_exact") else set()
    needs = [name for need in geometry["needs"] for name in expand(need)]
    there = {name for name in needs if name in weights and (judge is None or judge.stirs(name))}
    unmet = [name for name in needs if name not in there and part_of_key(name) not in spoken]
    if len(unmet) == len(needs):
        return None
    coarse = all(drive.coarse for name in there for drive in loaded.keys[name]) and bool(there)
    look = gaze_keys(geometry, loaded.keys)
    way = Way("shape_keys", not unmet, keys=weights | look, bones=bones, missing=missing, coarse=coarse)
    if not look:
        way = replace(way, gaze=_gaze(loaded, geometry))
    return way if way.exact else replace(way, head=_nod(loaded, geometry))


def _by_own(loaded: Loaded, geometry: dict[str, Any], judge: Judge | None) -> Way | None:
    own = own_way(geometry, loaded.own)
    if not own:
        return None
    exact = bool(geometry.get("own_exact")) and own == geometry["own"][0]
    guessed = all(drive.coarse for name in own for drive in loaded.own[name])
    way = Way("vrm", exact, own=dict(own), coarse=guessed)
    if way.exact and judge is not None and judge.change(way) < CLEAR:
        return replace(way, exact=False)
    return way


def _by_bones(loaded: Loaded, geometry: dict[str, Any]) -> Way | None:
    known = face_bones(loaded)
    rows = bones_of(geometry, known, ("brow", "eye", "mouth")) if loaded.armature is not None else []
    if not rows:
        return None
    whole = all(roles(need, known) for need in geometry.get("bones_needs", ()))
    wanted = tuple(role for role in geometry["bones"] if not roles(role, known))
    way = Way("bones", whole and bool(geometry.get("bones_exact")), bones=tuple(rows), missing=wanted)
    way = replace(way, gaze=_gaze(loaded, geometry))
    return way if whole else replace(way, head=_nod(loaded, geometry))


def _by_head(loaded: Loaded, geometry: dict[str, Any]) -> Way | None:
    head = _nod(loaded, geometry)
    if not head:
        return None
    return replace(_none(geometry), method="head_only", head=head, gaze=_gaze(loaded, geometry))


def _nod(loaded: Loaded, geometry: dict[str, Any]) -> dict[str, Any]:
    if loaded.armature is None or "head" not in loaded.bones:
        return {}
    return dict(geometry.get("head") or {})


def _gaze(loaded: Loaded, geometry: dict[str, Any]) -> float:
    return float(geometry.get("gaze", 0.0)) if eye_bones(loaded) else 0.0


def _none(geometry: dict[str, Any]) -> Way:
    missing = tuple(name for need in geometry.get("needs", ()) for name in expand(need))
    return Way("none", False, missing=missing)
