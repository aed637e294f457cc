# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays through the panels inside a Blender with a window: `blender … --python _window_inside.py -- PLAN.json`.

The play is a generator that yields what it waits for; a timer of Blender's drives it, so Blender draws in between. A
picture is asked for by a file, and taken from outside. Every drawing and timer of ours is measured.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import bpy

MODULE, TAB = "bl_ext.user_default.modelsheet", "Modelsheet"
PLAN = json.loads(Path(sys.argv[sys.argv.index("--") + 1]).read_text(encoding="utf-8"))
TALK = Path(PLAN["talk"])
INTERVAL = 0.1
#: Seconds that one thing may take.
PATIENCE = 400.0
PICTURES, RESOLUTION, SAMPLES = 8, 256, 4
WORDS = "mara_syn, woman, smiling softly, in words of my own"

Wait = float | Callable[[], bool]


class Measured:
    """Milliseconds of the processor that every call of what is measured takes, whatever else the computer does."""

    def __init__(self) -> None:
        self.rows: dict[str, list[float]] = {}

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, measured."""

        def measured(*given: Any) -> Any:
            begun = time.thread_time()
            try:
                return function(*given)
            finally:
                self.rows.setdefault(name, []).append((time.thread_time() - begun) * 1000)

        return measured

    def wrap_draw(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same for a panel's draw(), whose arguments Blender counts."""
        measured = self.wrap(name, function)

        def draw(panel: Any, context: Any) -> None:
            measured(panel, context)

        return draw

    def notes(self) -> dict[str, dict[str, float]]:
        """In short."""
        return {
            name: {"calls": len(row), "median": round(median(row), 2), "most": round(max(row), 1)}
            for name, row in sorted(self.rows.items())
        }


class Play:
    """What a person does, step by step."""

    def __init__(self) -> None:
        self.measured = Measured()
        self.notes: dict[str, Any] = {}
        #: Whether the character's own file is open, so that it is photographed as the open scene.
        self.opened = False

    @property
    def settings(self) -> Any:
        return bpy.context.scene.modelsheet

    @property
    def runner(self) -> Any:
        return self.desk.runner

    @property
    def desk(self) -> Any:
        return bpy.types.MODELSHEET_PT_shots.desk

    def prepare(self) -> None:
        """The extension switched on, with its panels open where all are to be seen, and its callbacks measured."""
        preferences = PREFERENCES
        preferences.use_preferences_save = False
        package = f"{MODULE}.addon.ui"
        if MODULE in preferences.addons:
            bpy.ops.preferences.addon_disable(module=MODULE)
        registration = importlib.import_module(f"{package}.registration")
        for kind in registration.CLASSES:
            if issubclass(kind, bpy.types.Panel):
                kind.draw = self.measured.wrap_draw(kind.__name__, kind.draw)
                if PLAN["scene"] == "all":
                    kind.bl_options = set(getattr(kind, "bl_options", ())) - {"DEFAULT_CLOSED"}
        for module, name in (("runner", "Runner"), ("desk", "Desk")):
            kind = getattr(importlib.import_module(f"{package}.{module}"), name)
            tick = "tick" if hasattr(kind, "tick") else "_tick"
            setattr(kind, tick, self.measured.wrap(f"timer of {module}", getattr(kind, tick)))
        answer = bpy.ops.preferences.addon_enable(module=MODULE)
        if MODULE not in preferences.addons:
            raise RuntimeError(f"the extension can't be switched on: {answer}")

    def open_character(self) -> Iterator[Wait]:
        """A .blend of a character is opened, as its owner would, and shown."""
        if PLAN["character"].endswith(".blend"):
            bpy.ops.wm.open_mainfile(filepath=PLAN["character"], load_ui=False)
        else:
            return
        self.opened = True
        yield 0.5
        bodies = [obj for obj in bpy.context.scene.objects if obj.type == "MESH" and obj.visible_get()]
        bpy.context.view_layer.objects.active = max(bodies, key=lambda obj: len(obj.data.polygons))
        area = self.area()
        window = bpy.context.window_manager.windows[0]
        region = next(region for region in area.regions if region.type == "WINDOW")
        area.spaces.active.shading.color_type = "MATERIAL"
        with bpy.context.temp_override(window=window, area=area, region=region):
            bpy.ops.view3d.view_axis(type="FRONT")
            bpy.ops.view3d.view_all()
        yield 0.5

    def area(self) -> Any:
        """The viewport."""
        return next(area for area in bpy.context.window_manager.windows[0].screen.areas if area.type == "VIEW_3D")

    def sidebar(self) -> Any:
        """Its sidebar."""
        return next(region for region in self.area().regions if region.type == "UI")

    def press(self, name: str, **options: Any) -> None:
        """A button, as the sidebar presses it."""
        window = bpy.context.window_manager.windows[0]
        with bpy.context.temp_override(window=window, area=self.area(), region=self.sidebar()):
            operator = getattr(bpy.ops.modelsheet, name)
            if not operator.poll():
                raise RuntimeError(f"the button {name} can't be pressed now")
            if "CANCELLED" in operator(**options):
                raise RuntimeError(f"the button {name} did nothing: {self.runner.progress.words}")

    def picture(self, name: str) -> Iterator[Wait]:
        """Ask for a picture of the sidebar as it is."""
        yield 0.4
        area, sidebar = self.area(), self.sidebar()
        area.tag_redraw()
        yield 0.6
        height = bpy.context.window_manager.windows[0].height
        box = [sidebar.x, height - sidebar.y - sidebar.height, sidebar.x + sidebar.width, height - sidebar.y]
        ask = TALK / f"{PLAN['scene']}-{name}.ask"
        part = ask.with_suffix(".part")
        part.write_text(json.dumps({"box": box}), encoding="utf-8")
        part.rename(ask)
        yield lambda: ask.with_suffix(".done").is_file()

    def open_sidebar(self) -> Iterator[Wait]:
        """N, and our tab."""
        self.area().spaces.active.show_region_ui = True
        self.area().tag_redraw()
        yield 0.3
        self.sidebar().active_panel_category = TAB
        self.area().tag_redraw()
        yield 0.3

    def choose(self) -> None:
        """The character and a small job."""
        settings = self.settings
        settings.source = "scene" if self.opened else "file"
        if settings.source == "file":
            settings.file = PLAN["character"]
        folder = Path(PLAN["set"])
        beside = folder.parent == Path(bpy.data.filepath).parent  # then the pictures show no path of this computer
        settings.trigger, settings.out = "mara_syn", f"//{folder.name}" if beside else str(folder)

    def small(self) -> None:
        """Few small pictures, which are enough to see the states."""
        self.settings.preset = "quick"
        self.settings.shots.budget = PICTURES
        self.settings.resolution, self.settings.shots.samples = RESOLUTION, SAMPLES
        self.settings.shots.device = "cpu"

    def idle(self) -> bool:
        return not self.runner.progress.busy

    def newcomer(self) -> Iterator[Wait]:
        """As somebody who has never seen it: N, a character, a look at a preview, Make dataset."""
        yield from self.open_character()
        begun = time.monotonic()
        yield from self.open_sidebar()
        yield from self.picture("first")
        self.choose()
        if PLAN["quick"]:
            self.small()
        yield 0.5
        waited = time.monotonic() - begun  # a person would be quicker with a picture less
        begun = time.monotonic()
        self.press("preview")
        yield lambda: bool(self.desk.sheet.pictures) or self.idle()
        self.notes["first_preview"] = round(time.monotonic() - begun + min(waited, 2.0), 2)
        yield self.idle
        self.notes["whole_preview"] = round(time.monotonic() - begun, 2)
        self.notes["preview_pictures"] = len(self.desk.sheet.pictures)
        self.small()
        yield lambda: self.desk.outlook(self.settings)[1]
        yield from self.picture("ready")
        self.press("make")
        yield lambda: self.runner.progress.done >= 2 or self.idle()
        yield from self.picture("running")
        yield self.idle
        if self.runner.progress.state != "done":
            raise RuntimeError(f"the job failed: {self.runner.progress.words}")
        yield from self.picture("done")

    def all(self) -> Iterator[Wait]:
        """Every panel open: idle, preview, a review, packages, a preset, a refusal, a failure."""
        yield from self.open_character()
        yield from self.open_sidebar()
        self.choose()
        self.small()
        self.settings.out = str(Path(PLAN["set"]).with_name("elsewhere"))
        yield lambda: self.desk.outlook(self.settings)[1]
        yield from self.picture("idle")
        self.press("preview")
        yield lambda: len(self.desk.sheet.pictures) >= PICTURES // 2 or self.idle()
        yield from self.picture("preview-running")
        yield self.idle
        yield lambda: not self.desk.thumbnails.busy
        yield from self.picture("preview")
        self.choose()
        yield lambda: self.desk.book(Path(PLAN["set"])) is not None
        self.press("review_step", by=1)
        self.press("review_edit", text=WORDS)
        self.press("review_verdict", verdict="accepted")
        self.press("review_verdict", verdict="rejected")
        self.press("review_step", by=-2)
        yield 1.0
        yield lambda: not self.desk.thumbnails.busy
        yield from self.picture("review")
        self.press("review_apply")
        yield self.idle
        if self.runner.progress.state != "done":
            raise RuntimeError(f"the review was not put into the dataset: {self.runner.progress.words}")
        captions = [path.read_text(encoding="utf-8") for path in Path(PLAN["set"]).glob("final_dataset/train/*/*.txt")]
        if len(captions) != PICTURES - 1 or not any(WORDS in text for text in captions):
            raise RuntimeError("what was reviewed is not in the dataset")
        self.settings.package.for_ai_toolkit = True
        self.press("package")
        yield self.idle
        yield from self.picture("packaged")
        if not list(Path(PLAN["set"]).glob("packages/*ai-toolkit*.zip")):
            raise RuntimeError(f"the package was not made: {self.runner.progress.words}")
        self.press("preset_save", title="My own eight")
        yield from self.picture("preset")
        self.settings.package.for_civitai = True
        self.settings.source, self.settings.file = "file", "/nowhere/somebody.vrm"
        yield lambda: self.desk.outlook(self.settings)[1]
        yield from self.picture("refused")
        self.settings.package.for_civitai = False
        self.press("make")
        yield self.idle
        yield from self.picture("failed")

    def finish(self, fault: str = "") -> None:
        """Tell outside that it is over."""
        if fault:
            (TALK / "fault").write_text(fault, encoding="utf-8")
        self.notes["callbacks"] = self.measured.notes()
        (TALK / "notes.part").write_text(json.dumps(self.notes), encoding="utf-8")
        (TALK / "notes.part").rename(TALK / "notes.json")


class Driver:
    """Takes the play from one wait to the next."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.steps: Iterator[Wait] | None = None
        self.wait: Callable[[], bool] = lambda: True
        self.since = time.monotonic()

    def __call__(self) -> float | None:
        try:
            if self.steps is None:
                self.play.prepare()
                self.steps = getattr(self.play, PLAN["scene"])()
            if not self.wait():
                if time.monotonic() - self.since > PATIENCE:
                    raise RuntimeError(f"nothing happened for {PATIENCE:.0f} s: {self.play.runner.progress.words}")
                return INTERVAL
            wanted = next(self.steps)
            self.since = time.monotonic()
            if callable(wanted):
                self.wait = wanted
                return INTERVAL
            self.wait = lambda: True
            return wanted
        except StopIteration:
            self.play.finish()
        except Exception as error:
            self.play.finish(f"{PLAN['scene']}: {error} ({traceback.format_exc(limit=-2)})")
        bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.5)
        return None


PREFERENCES: Any = bpy.context.preferences
PREFERENCES.view.show_splash = False  # now: it is shown as soon as the window is
bpy.app.timers.register(Driver(Play()), first_interval=0.5, persistent=True)
