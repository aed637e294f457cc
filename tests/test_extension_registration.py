# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension comes and goes without a trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import bpy
import pytest
from modelsheet.ui import operators, registration

#: A command that takes longer than any test.
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def registered() -> Iterator[None]:
    registration.register()
    yield
    registration.unregister()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """The timers and draw handlers that are registered: Blender itself gives no list of them."""
    found: dict[str, list[Any]] = {"timers": [], "drawn": []}
    add, take = bpy.app.timers.register, bpy.app.timers.unregister

    def register(function: Any, **options: Any) -> None:
        found["timers"].append(function)
        add(function, **options)

    def unregister(function: Any) -> None:
        found["timers"].remove(function)
        take(function)

    monkeypatch.setattr(bpy.app.timers, "register", register)
    monkeypatch.setattr(bpy.app.timers, "unregister", unregister)
    draw, undraw = bpy.types.SpaceView3D.draw_handler_add, bpy.types.SpaceView3D.draw_handler_remove

    def draw_handler_add(*given: Any) -> Any:
        handle = draw(*given)
        found["drawn"].append(handle)
        return handle

    def draw_handler_remove(handle: Any, region: str) -> None:
        found["drawn"].remove(handle)
        undraw(handle, region)

    monkeypatch.setattr(bpy.types.SpaceView3D, "draw_handler_add", draw_handler_add)
    monkeypatch.setattr(bpy.types.SpaceView3D, "draw_handler_remove", draw_handler_remove)
    return found


def traces() -> dict[str, Any]:
    """Whatever an add-on can leave behind in Blender."""
    keyconfigs = bpy.context.window_manager.keyconfigs
    bases = (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup, bpy.types.Menu, bpy.types.AddonPreferences)
    return {
        "types": {name for name in dir(bpy.types) if "modelsheet" in name.lower()},
        "subclasses": {
            kind.__name__
            for base in (*bases, bpy.types.UIList)
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


def test_unregister_leaves_no_trace_and_register_works_again(held: dict[str, list[Any]]) -> None:
    before = traces()
    for _time in range(2):
        registration.register()
        assert {"modelsheet", "modelsheet_scene"} <= traces()["scene"]
        assert "make" in traces()["operators"]
        assert held["drawn"]
        registration.unregister()
        assert traces() == before
        assert held == {"timers": [], "drawn": []}
    registration.unregister()  # a second time does no harm


def test_a_failing_registration_takes_back_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    before = traces()

    def refuse(*_arguments: object) -> None:
        raise RuntimeError("no commands today")

    monkeypatch.setattr(bpy.utils, "register_cli_command", refuse)
    with pytest.raises(RuntimeError, match="no commands today"):
        registration.register()
    assert traces() == before


def test_unregister_ends_a_running_job(monkeypatch: pytest.MonkeyPatch, held: dict[str, list[Any]]) -> None:
    monkeypatch.setattr("modelsheet.ui.runner.command_line", lambda *_: SLEEPER)
    registration.register()
    runner = operators.MODELSHEET_OT_make.runner
    runner.start([])
    assert held["timers"]
    process = runner._child._process
    registration.unregister()
    assert process.poll() is not None
    assert held == {"timers": [], "drawn": []}


def test_everything_that_can_be_picked_or_pressed_explains_itself(registered: None) -> None:
    for kind in registration.CLASSES:
        if issubclass(kind, bpy.types.Operator):
            assert (kind.__doc__ or "").strip() and kind.bl_label, kind
            owner = kind
        elif issubclass(kind, bpy.types.PropertyGroup):
            owner = kind
        else:
            continue
        for name, row in owner.bl_rna.properties.items():
            if name not in kind.__annotations__ or row.is_hidden or row.type == "POINTER":
                continue
            assert row.name and row.description, (kind.__name__, name)


def test_every_preset_is_offered_and_the_first_is_the_default(registered: None) -> None:
    from modelsheet.plan.presets import list_presets
    from modelsheet.request import DEFAULT_PRESET

    settings = bpy.context.scene.modelsheet
    settings.source = "sitter"
    assert settings.preset == DEFAULT_PRESET
    for preset in list_presets():
        settings.preset = preset.name
        words = settings.arguments()
        assert preset.name in words[words.index("--preset") + 1]
    for name in ("source", "preset_name"):
        settings.property_unset(name)
