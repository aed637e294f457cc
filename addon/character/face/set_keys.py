# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys: which of them a recipe sets to what, setting them, and clearing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import bpy

from ..loaded import KeyDrive, Loaded
from ..rest import still

Drives = Mapping[str, list[KeyDrive]]


def clear_keys(loaded: Loaded) -> None:
    """Set every key that makes expressions to 0, and silence what would move it at the next frame.

    Eyes are open and look ahead after it, whatever the file saved. Keys that mean nothing to the face (a body's shape,
    a piece of clothing) stay as the file has them.
    """
    for mesh in loaded.meshes:
        if mesh.data.shape_keys is not None:
            mesh.show_only_shape_key = False
            still(mesh.data.shape_keys)
    for group in (loaded.keys, loaded.own):
        for drives in group.values():
            for drive in drives:
                block = _block(loaded, drive)
                if block is not None:
                    block.value = 0.0


def goals(drives: Drives, weights: Mapping[str, float]) -> list[tuple[KeyDrive, float]]:
    """The value of each shape key under weights by canonical name.

    Names that share a key (both sides of a smile) do not add up: the key goes as far as the one that asks for most, and
    never beyond its full value. Switches are on from one half.
    """
    found: dict[tuple[str, str], tuple[KeyDrive, float]] = {}
    for name, weight in weights.items():
        for drive in drives.get(name, ()):
            asked = float(weight > 0.5) if drive.switch else weight
            limit = max(1.0, abs(drive.full))
            value = max(-limit, min(limit, asked * drive.full))
            place = (drive.mesh, drive.key)
            if place not in found or abs(value) > abs(found[place][1]):
                found[place] = (drive, value)
    return list(found.values())


def set_keys(loaded: Loaded, drives: Drives, weights: Mapping[str, float]) -> None:
    """Set keys by canonical name on every mesh that has them."""
    for drive, value in goals(drives, weights):
        block = _block(loaded, drive)
        if block is None:
            continue
        block.mute = False
        block.slider_max = max(block.slider_max, value)
        block.slider_min = min(block.slider_min, value)
        block.value = value


def blended(drives: Drives, weights: Mapping[str, float]) -> set[str]:
    """Names of one side whose key moves both, where the recipe asks the two sides for different things."""
    mixed = set()
    for name in weights:
        for side, other in (("Left", "Right"), ("Right", "Left")):
            twin = name.removesuffix(side) + other
            if not name.endswith(side) or not _places(drives[name]) & _places(drives.get(twin, ())):
                continue
            if abs(weights.get(twin, 0.0) - weights[name]) > 0.1:
                mixed.add(name)
    return mixed


def _places(drives: Iterable[KeyDrive]) -> set[tuple[str, str]]:
    return {(drive.mesh, drive.key) for drive in drives}


def _block(loaded: Loaded, drive: KeyDrive) -> bpy.types.ShapeKey | None:
    mesh = next((mesh for mesh in loaded.meshes if mesh.name == drive.mesh), None)
    keys = mesh.data.shape_keys if mesh is not None else None
    return keys.key_blocks.get(drive.key) if keys is not None else None
