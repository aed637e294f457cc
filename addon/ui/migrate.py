# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes that an older version of the extension saved are brought to the present layout when they are opened."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import bpy

from ..common.blender import stored
from ..common.tables import read_table
from .scene_settings import LAYOUT


@cache
def _layouts() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("layouts.yaml")).data


def migrate() -> list[str]:
    """Bring every scene of the open file to this layout; the names of the scenes that were older.

    A choice that there is no more becomes the default. A scene of a newer version than this is left as it is.
    """
    older = []
    for scene in bpy.data.scenes:
        own = scene.modelsheet_scene
        saved = stored(scene).get("modelsheet")
        if own.layout >= LAYOUT:
            continue
        if saved is not None and len(saved):
            _from(str(own.layout), scene.modelsheet, saved)
            older.append(scene.name)
        own.layout = LAYOUT
    return older


def stamp() -> None:
    """Number the layout of every scene: called before saving, so that a new scene is not taken for an old one."""
    for scene in bpy.data.scenes:
        scene.modelsheet_scene.layout = max(scene.modelsheet_scene.layout, LAYOUT)


def _from(layout: str, settings: Any, saved: Any) -> None:
    rows = _layouts().get(layout, {})
    for path, names in rows.get("places", {}).items():
        group, owner = saved, settings
        *outer, name = path.split(".")
        for step in outer:
            group, owner = group.get(step) if group is not None else None, getattr(owner, step)
        place = group.get(name) if group is not None else None
        if place is None:
            continue
        owner.property_unset(name)
        if isinstance(place, int) and 0 <= place < len(names):
            _choose(owner, name, names[place])
    for name, value in rows.get("defaults", {}).items():
        if saved.get(name) is None:
            _choose(settings, name, value)


def _choose(owner: Any, name: str, value: str) -> None:
    try:
        setattr(owner, name, value)
    except TypeError:  # there is no such choice any more
        owner.property_unset(name)
