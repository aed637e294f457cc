# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file really is, by its content before its suffix. No bpy."""

from __future__ import annotations

from pathlib import Path

from ..common.errors import InputError

SUFFIXES = {
    "glb": "glb",
    "gltf": "gltf",
    "vrm": "vrm",
    "fbx": "fbx",
    "obj": "obj",
    "usd": "usd",
    "usda": "usd",
    "usdc": "usd",
    "usdz": "usd",
    "stl": "stl",
    "ply": "ply",
    "blend": "blend",
    "dae": "collada",
}


def sniff(path: Path) -> str:
    """The format of a file. Raises InputError."""
    form = SUFFIXES.get(path.suffix.lower().lstrip("."))
    if form is None or not path.is_file():
        raise InputError(f"{path}: not a character file.")
    return form
