# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop whatever moves a character: actions, strips, drivers; rigs at rest, expressions off, its own shape kept."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import bpy

from ...common.tables import read_table
from ..names.face_names import read_key
from ..names.naming import normalise
from ..rest import rest

#: A key this near to 0 is at rest already.
ZERO = 1e-6


def still() -> None:
    """Everything in memory at rest, and nothing left that could move it at another frame.

    Shape keys keep the value that the file (or the driver, with the rig at rest) gives them, except expressions and
    what an action moved: those go to 0.
    """
    moved = _stop_actions()
    for obj in bpy.data.objects:
        if obj.type == "ARMATURE":
            rest(obj)
        elif obj.type == "MESH":
            obj.show_only_shape_key = False
    # Drivers that follow the pose now say what they say of the rig at rest: correctives go, chosen shapes stay.
    bpy.context.view_layer.update()
    for block in (*bpy.data.objects, *bpy.data.armatures, *bpy.data.shape_keys):
        block.animation_data_clear()
    for keys in bpy.data.shape_keys:
        for key in keys.key_blocks:
            if abs(key.value) > ZERO and ((keys.name, key.name) in moved or expressive(key.name)):
                key.value = 0.0
    bpy.context.scene.frame_set(1)


def _stop_actions() -> set[tuple[str, str]]:
    """Take all actions and strips away; returns (block, key) of the shape keys that had a curve in any action."""
    curves = _curves() if bpy.data.shape_keys and bpy.data.actions else set()
    moved = set()
    for block in (*bpy.data.objects, *bpy.data.armatures, *bpy.data.shape_keys):
        data = block.animation_data
        if data is None:
            continue
        if isinstance(block, bpy.types.Key) and (data.action or data.nla_tracks):
            moved |= {(block.name, key) for key in curves}
        data.action = None
        for track in list(data.nla_tracks):
            data.nla_tracks.remove(track)
    return moved


def _curves() -> set[str]:
    """The shape keys that any action moves."""
    bags = [
        bag
        for action in bpy.data.actions
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags
    ]
    paths = {curve.data_path for bag in bags for curve in bag.fcurves}
    return {name for path in paths for name in re.findall(r'^key_blocks\["(.+)"\]\.value$', path)}


@cache
def _words() -> dict[str, frozenset[str]]:
    data = read_table(Path(__file__).with_name("still.yaml")).data
    return {kind: frozenset(words.split()) for kind, words in data.items()}


def expressive(name: str) -> bool:
    """Whether a shape key of that name is an expression, and no part of the character's own shape."""
    meaning = read_key(name)
    if meaning.arkit or meaning.own:
        return True
    spoken, words = set(normalise(name).words), _words()
    side = {"left", "right"} & {normalise(name).side}
    if spoken & words["shape"]:
        return False
    return bool(spoken & words["emotion"] or (spoken & words["face"] and (spoken | side) & words["movement"]))
