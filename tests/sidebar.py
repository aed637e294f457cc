# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the sidebar share: registered in a clean file, its child replaced, waited for."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import pytest
from modelsheet.ui import operators, registration
from modelsheet.ui.runner import Runner


@contextmanager
def switched_on(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Runner]:
    """The extension in an empty file, its user folder in `folder`."""
    for module in ("runner", "offers"):
        monkeypatch.setattr(f"modelsheet.ui.{module}.user_folder", lambda name: folder / "user" / name)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    registration.register()
    settings = bpy.context.scene.modelsheet
    settings.source, settings.trigger, settings.out = "sitter", "mara_syn", str(folder / "out")
    try:
        yield operators.MODELSHEET_OT_make.runner
    finally:
        registration.unregister()


def says(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have the runner start this Python text in place of the command."""
    monkeypatch.setattr("modelsheet.ui.runner.command_line", lambda *_: [sys.executable, "-c", code])


def printing(events: list[dict[str, Any]], then: str = "") -> str:
    """Python text that prints events as the command does, among Blender's own words, and goes on with `then`."""
    lines = "\n".join(json.dumps(event) for event in events)
    return f"print('Blender 4.5.0 says hello'); print({lines!r}, flush=True)\n{then}"


def wait(runner: Runner, until: Callable[[], bool], seconds: float = 30) -> None:
    """What Blender's timer does in a window."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, runner.progress
        runner.tick()
        time.sleep(0.02)
