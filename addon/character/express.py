# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions: the best way in which a face can make one, and what came of it (plan/settings/expression.yaml).

Exact ways go before approximate ones; then in this order: ARKit keys ("shape_keys"), bones stepping in for a part of
the face without keys; the file's own whole expressions ("vrm"); face bones ("bones"); nods ("head_only"). A way is
exact only where everything that makes the expression readable is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import bpy

from ..plan.facts import Ability
from ..plan.settings import Setting, axis_settings
from .express_bones import clear_bones, face_bones, move_face, move_head
from .express_keys import Reach, clear_keys, set_keys
from .express_recipe import BoneRow, bones_of, expand, key_weights, own_way, part_of_bone, part_of_key, roles
from .loaded import Loaded, Made

#: A face that moves less than this, in head heights, can't be told from neutral (2 mm on a grown head).
VISIBLE = 0.006
#: A whole expression of the file's own that moves less than this says little, whatever its name.
CLEAR = 0.03
#: Less than this of a whole expression is only a trace of it.
TRACE = 0.6
NEUTRAL = "neutral"


@dataclass(frozen=True)
class Way:
    """How an expression is to be made: what is driven, and what is missing."""

    method: str
    exact: bool
    own: dict[str, float] = field(default_factory=dict)
    keys: dict[str, float] = field(default_factory=dict)
    bones: tuple[BoneRow, ...] = ()
    head: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def abilities(loaded: Loaded) -> dict[str, Ability]:
    """How each expression can be made; changes nothing in the scene. "none": it can't be told from neutral."""
    reach = Reach(loaded)
    ways = {name: _way(loaded, setting, reach) for name, setting in axis_settings("expression").items()}
    return {name: Ability(way.method, way.exact) for name, way in ways.items()}


def ability(loaded: Loaded, name: str) -> Ability:
    """How one expression can be made."""
    way = _way(loaded, axis_settings("expression")[name], Reach(loaded))
    return Ability(way.method, way.exact)


def express(loaded: Loaded, setting: Setting) -> Made:
    """Clear the face and make an expression on top of the pose. Eyes keep looking straight ahead."""
    clear_keys(loaded)
    clear_bones(loaded)
    way = _way(loaded, setting, Reach(loaded))
    weights: dict[str, float] = {}
    set_keys(loaded, loaded.own, way.own)
    set_keys(loaded, loaded.keys, way.keys)
    weights |= way.own | way.keys
    if way.bones:
        weights |= move_face(loaded, way.bones)
    if way.head:
        weights |= move_head(loaded, way.head)
    bpy.context.view_layer.update()
    return Made(way.method, way.exact, weights, way.missing)


def _way(loaded: Loaded, setting: Setting, reach: Reach) -> Way:
    if setting.name == NEUTRAL:
        return Way(_family(loaded), True)
    geometry = setting.geometry
    ways = [_by_keys(loaded, geometry, reach), _by_own(loaded, geometry, reach), _by_bones(loaded, geometry)]
    possible = [way for way in ways if way is not None]
    return min(possible, key=_rank) if possible else _by_head(loaded, geometry)


def _rank(way: Way) -> tuple[bool, bool]:
    """Exact before approximate; of those, a trace of another whole expression last."""
    return not way.exact, way.method == "vrm" and sum(way.own.values()) < TRACE


def _family(loaded: Loaded) -> str:
    """What the face can move with at all: the method of neutral, which every character can make."""
    if loaded.keys:
        return "shape_keys"
    if loaded.own:
        return "vrm"
    if face_bones(loaded):
        return "bones"
    return "head_only" if loaded.armature is not None and "head" in loaded.bones else "none"


def _by_own(loaded: Loaded, geometry: dict[str, Any], reach: Reach) -> Way | None:
    way = own_way(geometry, loaded.own)
    moved = reach.farthest(loaded.own, way)
    if not way or moved < VISIBLE:
        return None
    exact = bool(geometry.get("own_exact")) and way == geometry["own"][0] and moved >= CLEAR
    return Way("vrm", exact, own=dict(way))


def _by_keys(loaded: Loaded, geometry: dict[str, Any], reach: Reach) -> Way | None:
    """Keys, and bones for the parts of the face that the recipe moves and that have no keys."""
    weights, missing = key_weights(geometry, loaded.keys)
    if not weights or reach.farthest(loaded.keys, weights) < VISIBLE:
        return None
    silent = {part_of_key(name) for name in missing} - {part_of_key(name) for name in weights}
    bones = tuple(bones_of(geometry, face_bones(loaded), silent)) if loaded.armature is not None else ()
    spoken = {part_of_bone(row.role) for row in bones} if geometry.get("bones_exact") else set()
    lacking = [name for need in geometry["needs"] for name in expand(need) if name not in loaded.keys]
    unmet = [name for name in lacking if part_of_key(name) not in spoken]
    if len(unmet) == len([name for need in geometry["needs"] for name in expand(need)]):
        return None
    return Way("shape_keys", not unmet, keys=weights, bones=bones, missing=missing)


def _by_bones(loaded: Loaded, geometry: dict[str, Any]) -> Way | None:
    known = face_bones(loaded)
    if loaded.armature is None or not all(roles(need, known) for need in geometry.get("bones_needs", ())):
        return None
    rows = bones_of(geometry, known, ("brow", "eye", "mouth"))
    if not rows:
        return None
    wanted = [role for role in geometry["bones"] if not roles(role, known)]
    return Way("bones", bool(geometry.get("bones_exact")), bones=tuple(rows), missing=tuple(wanted))


def _by_head(loaded: Loaded, geometry: dict[str, Any]) -> Way:
    missing = tuple(name for need in geometry.get("needs", ()) for name in expand(need))
    if loaded.armature is None or "head" not in loaded.bones or not geometry.get("head"):
        return Way("none", False, missing=missing)
    return Way("head_only", False, head=geometry["head"], missing=missing)
