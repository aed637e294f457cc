# SPDX-License-Identifier: GPL-3.0-or-later
"""MMD models (.pmx, .pmd): read by the MMD Tools add-on, where the user has it installed."""

from __future__ import annotations

from pathlib import Path

import addon_utils
import bpy

from ...common.errors import InputError

#: The add-on's folder, alone as a legacy add-on or at the end of an extension's name.
ADDON = "mmd_tools"
#: MMD's unit in metres.
SCALE = 0.08
PARTS = {"MESH", "ARMATURE", "MORPHS"}


def import_model(path: Path) -> None:
    """Import a model without its physics. Raises InputError where no add-on can."""
    if not hasattr(bpy.types, "MMD_TOOLS_OT_import_model"):
        _enable(path)
    bpy.ops.mmd_tools.import_model(filepath=str(path), types=PARTS, scale=SCALE, clean_model=True)
    if not bpy.data.meshes:
        # The add-on writes its complaint to its log and leaves what it had made until then.
        raise InputError(f"{path}: MMD Tools found no mesh in it, so it may be cut off. Download it again.")


def _enable(path: Path) -> None:
    names = [module.__name__ for module in addon_utils.modules() if module.__name__.rpartition(".")[2] == ADDON]
    for name in names:
        if addon_utils.enable(name, default_set=False) is not None:
            return
    what = "is installed but can't be switched on" if names else "is not installed"
    raise InputError(
        f"{path}: is an MMD model, which Blender reads with the add-on MMD Tools; it {what}. Install it from "
        f"extensions.blender.org (search for MMD Tools) and try again, or convert the model to VRM."
    )
