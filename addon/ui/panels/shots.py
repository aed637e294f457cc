# SPDX-License-Identifier: GPL-3.0-or-later
"""What is photographed: the preset, what is changed of it, and what that comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ...console import duration
from ...plan.shots import AXES
from ..desk import Desk
from ..drawing import draw_text, split_props
from ..outlook import Outlook
from ..preset_operators import MODELSHEET_MT_preset, MODELSHEET_OT_preset_reset
from ..shot_settings import choices, label, settings_of, switch, vary, weight
from .base import Below, Closed
from .main import MODELSHEET_PT_main

if TYPE_CHECKING:
    from ..settings import MODELSHEET_PG_settings

#: Sentences about what was left out that the panel shows; the report has all.
MOST_LEFT_OUT = 3


class MODELSHEET_PT_shots(Below, bpy.types.Panel):
    """Preset, switches, numbers; live what they come to."""

    bl_idname = "MODELSHEET_PT_shots"
    bl_parent_id = MODELSHEET_PT_main.bl_idname
    bl_label = "Shots"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        settings = context.scene.modelsheet
        picks = self.layout.column()
        picks.enabled = not self.runner.progress.busy
        draw_preset(picks, settings)
        draw_outlook(self.layout, settings, self.desk)


class MODELSHEET_PT_vary(Closed, bpy.types.Panel):
    """Each axis and its settings."""

    bl_idname = "MODELSHEET_PT_vary"
    bl_parent_id = MODELSHEET_PT_shots.bl_idname
    bl_label = "What varies"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        settings = context.scene.modelsheet
        outlook, _fresh = self.desk.outlook(settings)
        self.layout.enabled = not self.runner.progress.busy
        for axis in AXES:
            draw_axis(self.layout, settings, axis, outlook)
        if settings.shots.on_background_folder:
            split_props(self.layout)
            self.layout.prop(settings.shots, "backgrounds")


class MODELSHEET_PT_rendering(Closed, bpy.types.Panel):
    """How the pictures are rendered."""

    bl_idname = "MODELSHEET_PT_rendering"
    bl_parent_id = MODELSHEET_PT_shots.bl_idname
    bl_label = "Rendering"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        settings = context.scene.modelsheet
        self.layout.enabled = not self.runner.progress.busy
        split_props(self.layout)
        self.layout.prop(settings, "resolution")
        self.layout.prop(settings.shots, "engine")
        samples = self.layout.column()
        samples.active = settings.shots.engine != "workbench"
        samples.prop(settings.shots, "samples")
        self.layout.prop(settings.shots, "device")
        self.layout.prop(settings.shots, "prints_per_take")
        self.layout.prop(settings.shots, "seed")
        negatives = self.layout.column()
        negatives.active = settings.shots.engine == "cycles"
        negatives.prop(settings.shots, "negatives")


def draw_preset(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The preset, what can be done with presets, and how many pictures."""
    row = layout.row(align=True)
    row.prop(settings, "preset", text="")  # its title says what it is, and needs the whole width
    row.menu(MODELSHEET_MT_preset.bl_idname, text="", icon="DOWNARROW_HLT")
    found = choices()
    if settings.preset_name not in found.presets:
        draw_text(layout, f"The preset {settings.preset_name[:40]} isn't there any more. Choose another one.", "ERROR")
    for problem in found.problems:
        draw_text(layout, problem, "ERROR")
    numbers = layout.column()
    split_props(numbers)
    numbers.prop(settings.shots, "budget")
    if settings.shots.changed:
        row = layout.row(align=True)
        row.label(text="Changed here", icon="GREASEPENCIL")
        row.operator(MODELSHEET_OT_preset_reset.bl_idname, text="Back to the preset", icon="LOOP_BACK")


def draw_outlook(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings, desk: Desk) -> None:
    """What it comes to, or why it can't be."""
    outlook, fresh = desk.outlook(settings)
    column = layout.column(align=True)
    column.active = fresh
    if outlook.problem:
        alarm = column.column()
        alarm.alert = True
        draw_text(alarm, outlook.problem, "ERROR")
        return
    if not outlook.shots:
        draw_text(column, "Planning …", "TIME")
        return
    draw_text(column, count_words(outlook), "RENDERLAYERS")
    estimate = desk.estimate(outlook)
    if estimate is not None:
        draw_text(column, f"About {rounded(estimate.seconds)}, {estimate.basis}", "TIME")
    if outlook.possible:
        share = outlook.covered / outlook.possible
        draw_text(column, f"{share:.0%} of all pairs are seen", "CHECKMARK")
    hidden = len(outlook.left_out) - MOST_LEFT_OUT
    for sentence in outlook.left_out[:MOST_LEFT_OUT]:
        draw_text(column, sentence, "INFO")
    if hidden > 0:
        draw_text(column, f"{hidden} more notes stand in the report", "BLANK1")


def draw_axis(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings, axis: str, outlook: Outlook) -> None:
    """One axis: whether it varies; opened, each of its settings with its weight."""
    shots = settings.shots
    names = settings_of(axis)
    header, body = layout.panel(f"modelsheet_axis_{axis}", default_closed=True)
    row = header.row()
    row.prop(shots, vary(axis), text=label(axis))
    varies = getattr(shots, vary(axis))
    on = [name for name in names if getattr(shots, switch(axis, name))]
    side = row.row()
    side.alignment = "RIGHT"
    side.label(text=f"{len(on)} of {len(names)}" if varies else _still(settings, axis), translate=False)
    if body is None:
        return
    body.active = varies
    counts = outlook.counts.get(axis, {})
    for name in names:
        row = body.row(align=True)
        row.prop(shots, switch(axis, name), text=label(name))
        numbers = row.row(align=True)
        numbers.alignment = "RIGHT"
        if name in on:
            numbers.prop(shots, weight(axis, name), text="")
            numbers.label(text=f"{counts.get(name, 0)}", translate=False)


def count_words(outlook: Outlook) -> str:
    """`40 pictures of 40 renders`."""
    about = "" if outlook.planned else "about "
    pictures = f"{outlook.shots} picture{'' if outlook.shots == 1 else 's'}"
    return f"{pictures}, {about}{outlook.takes} render{'' if outlook.takes == 1 else 's'}"


def rounded(seconds: float) -> str:
    """A time that nobody takes for exact: `25 min`, `2 h 10 min`."""
    if seconds < 90:
        return duration(max(5, round(seconds / 5) * 5))
    minutes = round(seconds / 60)
    minutes = minutes if minutes < 20 else round(minutes / 5) * 5
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def _still(settings: Any, axis: str) -> str:
    preset = settings.picked_preset()
    return f"always {label(preset.base[axis]).lower()}" if preset is not None else "always the same"


CLASSES = (MODELSHEET_PT_shots, MODELSHEET_PT_vary, MODELSHEET_PT_rendering)
