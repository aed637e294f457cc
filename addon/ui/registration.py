# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that Blender is told about us, in order, and taken back in reverse."""

from __future__ import annotations

from contextlib import ExitStack

import bpy

from . import cli_command, panels
from .light import MODELSHEET_OT_relight, MODELSHEET_OT_relight_undo, MODELSHEET_PG_light
from .operators import MODELSHEET_OT_cancel, MODELSHEET_OT_look, MODELSHEET_OT_make
from .runner import Runner
from .settings import MODELSHEET_PG_settings

#: In the order in which they need one another.
CLASSES = (
    MODELSHEET_PG_light,
    MODELSHEET_PG_settings,
    MODELSHEET_OT_look,
    MODELSHEET_OT_make,
    MODELSHEET_OT_cancel,
    MODELSHEET_OT_relight,
    MODELSHEET_OT_relight_undo,
    *panels.CLASSES,
)
#: All of them know of the one job.
WITH_RUNNER = CLASSES

#: What has to be undone, while we are registered: filled by register(), emptied by unregister().
_undo = ExitStack()


def register() -> None:
    """Register all; if one thing fails, what was registered before it is taken back."""
    with ExitStack() as undo:
        for kind in CLASSES:
            bpy.utils.register_class(kind)
            undo.callback(bpy.utils.unregister_class, kind)
        bpy.types.Scene.modelsheet = bpy.props.PointerProperty(type=MODELSHEET_PG_settings)
        undo.callback(delattr, bpy.types.Scene, "modelsheet")
        command = bpy.utils.register_cli_command("modelsheet", cli_command.run)
        undo.callback(bpy.utils.unregister_cli_command, command)
        runner = Runner()
        undo.callback(runner.close)
        for kind in WITH_RUNNER:
            kind.runner = runner
            undo.callback(setattr, kind, "runner", None)
        _undo.push(undo.pop_all().__exit__)


def unregister() -> None:
    """Undo register()."""
    _undo.close()
