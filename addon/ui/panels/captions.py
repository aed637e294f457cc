# SPDX-License-Identifier: GPL-3.0-or-later
"""The trigger word, and what else captions say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from ..settings import MODELSHEET_PG_settings


def draw_captions(layout: bpy.types.UILayout, settings: MODELSHEET_PG_settings) -> None:
    """The trigger."""
    layout.prop(settings, "trigger")


CLASSES: tuple[type, ...] = ()
