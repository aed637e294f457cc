# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels below ours have in common."""

from __future__ import annotations

from typing import ClassVar

import bpy

from ..desk import Desk
from ..runner import Runner


class Below:
    """A panel of the sidebar's tab; what it shares with the others is there while the extension is switched on."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Modelsheet"

    runner: ClassVar[Runner]
    desk: ClassVar[Desk]

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """While the extension is switched on."""
        return getattr(cls, "runner", None) is not None and getattr(cls, "desk", None) is not None


class Closed(Below):
    """One that a newcomer needs not open."""

    bl_options: ClassVar[set[str]] = {"DEFAULT_CLOSED"}
