# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the extension keeps what is the user's: a folder of Blender's that updates leave alone."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

from ..plan.folders import ENVIRONMENT

#: What we are called as an extension: `bl_ext.REPOSITORY.modelsheet`, above this package `…addon.ui`.
PACKAGE = (__package__ or "").rpartition(".addon.")[0]


def user_folder(name: str) -> Path:
    """A folder of ours below the user's, made by whoever writes there; updates replace only the extension's own."""
    if PACKAGE.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(PACKAGE, path=name))
    return Path(bpy.utils.user_resource("EXTENSIONS"), ".user", "user_default", "modelsheet", name)


def presets_folder() -> Path:
    """Where presets are saved. The command line reads them there too (plan/folders.py)."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else user_folder("presets")
