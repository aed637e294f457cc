# SPDX-License-Identifier: GPL-3.0-or-later
"""What is photographed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..choices import preset_choices
from ..drawing import draw_text

if TYPE_CHECKING:
    from ..settings import MODELSHEET_PG_settings


def draw_shots(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The preset, and what is wrong with others."""
    layout.prop(settings, "preset", text="")  # its title says what it is, and needs the whole width
    for problem in preset_choices().problems:
        draw_text(layout, problem, "ERROR")


def draw_resolution(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """How large."""
    layout.prop(settings, "resolution")


CLASSES: tuple[type, ...] = ()
