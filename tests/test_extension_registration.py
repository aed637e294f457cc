# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension comes and goes without a trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import bpy
import pytest
from modelsheet.ui import registration

#: A command that takes longer than any test.
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def registered() -> Iterator[None]:
    registration.register()
    yield
    registration.unregister()


def traces() -> dict[str, Any]:
    """Whatever an add-on can leave behind in Blender."""
    keyconfigs = bpy.context.window_manager.keyconfigs
    return {
        "types": {name for name in dir(bpy.types) if "modelsheet" in name.lower()},
        "subclasses": {
            kind.__name__
            for base in (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup)
            for kind in base.__subclasses__()
            if kind.__module__.startswith("modelsheet") and kind.is_registered
        },
        "operators": set(dir(bpy.ops.modelsheet)),
        "scene": set(bpy.types.Scene.bl_rna.properties.keys()),
        "window manager": set(bpy.types.WindowManager.bl_rna.properties.keys()),
        "handlers": {
            name: len(getattr(bpy.app.handlers, name))
            for name in dir(bpy.app.handlers)
            if isinstance(getattr(bpy.app.handlers, name), list)
        },
        "keymaps": {
            (config.name, keymap.name): len(keymap.keymap_items) for config in keyconfigs for keymap in config.keymaps
        },
    }


def test_unregister_leaves_no_trace_and_register_works_again() -> None:
    before = traces()
    for _time in range(2):
        registration.register()
        assert "modelsheet" in traces()["scene"]
        assert "make" in traces()["operators"]
        runner = registration.MODELSHEET_OT_make.runner
        registration.unregister()
        assert not bpy.app.timers.is_registered(runner._timer)
        assert traces() == before
    registration.unregister()  # a second time does no harm


def test_a_failing_registration_takes_back_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    before = traces()

    def refuse(*_arguments: object) -> None:
        raise RuntimeError("no commands today")

    monkeypatch.setattr(bpy.utils, "register_cli_command", refuse)
    with pytest.raises(RuntimeError, match="no commands today"):
        registration.register()
    assert traces() == before


def test_unregister_ends_a_running_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelsheet.ui.runner.command_line", lambda *_: SLEEPER)
    registration.register()
    runner = registration.MODELSHEET_OT_make.runner
    runner.start([])
    process = runner._child._process
    registration.unregister()
    assert process.poll() is not None
    assert not bpy.app.timers.is_registered(runner._timer)


def test_every_preset_is_offered_and_the_first_is_the_default(registered: None) -> None:
    from modelsheet.plan.presets import list_presets
    from modelsheet.request import DEFAULT_PRESET

    settings = bpy.context.scene.modelsheet
    assert settings.preset == DEFAULT_PRESET
    for preset in list_presets():
        settings.preset = preset.name
        assert settings.arguments()[settings.arguments().index("--preset") + 1] == preset.name
