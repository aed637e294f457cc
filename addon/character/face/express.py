# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions: the best way in which a face can make one, and what came of it (plan/settings/expression.yaml).

Exact ways go before approximate ones; then in this order: ARKit keys ("shape_keys"), bones stepping in for a part of
the face without keys; the file's own whole expressions ("vrm"); keys that move whole parts of a face; face bones
("bones"); nods ("head_only"). A way is exact only where everything that makes the expression readable is there, and it
is a way at all only where it changes the picture of the face (picture.py).
"""

from __future__ import annotations

import bpy

from ...plan.facts import Ability
from ...plan.settings import Setting, axis_settings
from ..loaded import Loaded, Made
from .bones import clear_bones, face_bones
from .set_keys import clear_keys, set_keys
from .ways import Judge, Way, choose, move_bones, recall

NEUTRAL = "neutral"


def abilities(loaded: Loaded) -> dict[str, Ability]:
    """How each expression can be made; changes nothing in the scene. "none": it can't be told from neutral."""
    judge = Judge(loaded)
    ways = {name: _way(loaded, setting, judge) for name, setting in axis_settings("expression").items()}
    return {name: Ability(way.method, way.exact) for name, way in ways.items()}


def express(loaded: Loaded, setting: Setting) -> Made:
    """Clear the face and make an expression on top of the pose. Where the recipe says nothing, eyes look ahead.

    The way is the one that the facts name; it is judged here only where they name none.
    """
    clear_keys(loaded)
    clear_bones(loaded)
    known = loaded.facts.expressions.get(setting.name)
    if known is None or setting.name == NEUTRAL:
        way = _way(loaded, setting, Judge(loaded))
    else:
        way = recall(loaded, setting.geometry, known.method, known.exact)
    set_keys(loaded, loaded.own, way.own)
    set_keys(loaded, loaded.keys, way.keys)
    weights = way.own | way.keys | move_bones(loaded, way)
    bpy.context.view_layer.update()
    return Made(way.method, way.exact, weights, way.missing)


def _way(loaded: Loaded, setting: Setting, judge: Judge) -> Way:
    if setting.name == NEUTRAL:
        return Way(_family(loaded), True)
    return choose(loaded, setting.geometry, judge)


def _family(loaded: Loaded) -> str:
    """What the face can move with at all: the method of neutral, which every character can make."""
    if loaded.keys:
        return "shape_keys"
    if loaded.own:
        return "vrm"
    if face_bones(loaded):
        return "bones"
    return "head_only" if loaded.armature is not None and "head" in loaded.bones else "none"
