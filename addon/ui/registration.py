# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that Blender is told about us, in order, and taken back in reverse."""

from __future__ import annotations

from contextlib import ExitStack

import bpy

from . import (
    caption_settings,
    cli_command,
    correct,
    finish_operators,
    operators,
    package_settings,
    panels,
    preferences,
    preset_operators,
    preview_operators,
    review_operators,
    shot_operators,
    shot_settings,
)
from .desk import Desk
from .handlers import Handlers
from .light import MODELSHEET_OT_relight, MODELSHEET_OT_relight_undo, MODELSHEET_PG_light
from .offers import Offers
from .overlay import Overlay
from .runner import Runner
from .scene_settings import MODELSHEET_PG_scene
from .settings import MODELSHEET_PG_settings
from .shot_preview import ShotPreview

#: In the order in which they need one another.
CLASSES = (
    *preferences.CLASSES,
    MODELSHEET_PG_light,
    *shot_settings.CLASSES,
    *caption_settings.CLASSES,
    *package_settings.CLASSES,
    MODELSHEET_PG_settings,
    MODELSHEET_PG_scene,
    *operators.CLASSES,
    *correct.CLASSES,
    *shot_operators.CLASSES,
    MODELSHEET_OT_relight,
    MODELSHEET_OT_relight_undo,
    *preset_operators.CLASSES,
    *preview_operators.CLASSES,
    *finish_operators.CLASSES,
    *review_operators.CLASSES,
    *panels.CLASSES,
)
#: All of them know of the one job, and of what the panels share beside it.
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
        bpy.types.Scene.modelsheet_scene = bpy.props.PointerProperty(type=MODELSHEET_PG_scene)
        undo.callback(delattr, bpy.types.Scene, "modelsheet_scene")
        command = bpy.utils.register_cli_command("modelsheet", cli_command.run)
        undo.callback(bpy.utils.unregister_cli_command, command)
        runner = Runner()
        undo.callback(runner.close)
        desk = Desk(runner)
        undo.callback(desk.close)
        preview, offers, overlay = ShotPreview(), Offers(), Overlay()
        shot_operators.listen(runner, preview)
        undo.callback(preview.forget)
        known = {"runner": runner, "desk": desk, "preview": preview, "offers": offers}
        for kind in WITH_RUNNER:
            for name, shared in known.items():
                setattr(kind, name, shared)
                undo.callback(setattr, kind, name, None)
        overlay.add()
        undo.callback(overlay.remove)
        Handlers(runner, offers, preview).add(undo)
        _undo.push(undo.pop_all().__exit__)


def unregister() -> None:
    """Undo register()."""
    _undo.close()
