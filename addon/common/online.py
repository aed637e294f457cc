# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the user lets us use the network: Blender's preference "Allow Online Access", where there is a Blender.

A process that we start with Blender's factory settings does not know that preference, so it is passed on in an
environment variable. Being allowed is not being asked: whatever fetches something wants a yes of its own too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from .errors import InputError

VARIABLE = "MODELSHEET_ONLINE"


def allowed(environ: Mapping[str, str] = os.environ) -> bool:
    """What the process that started us said; else what this Blender's preferences say; else, without Blender, yes."""
    said = environ.get(VARIABLE)
    if said is not None:
        return said == "1"
    bpy = sys.modules.get("bpy")
    if bpy is None or not bpy.app.binary_path:  # as a Python module Blender has no preferences of the user's
        return True
    return bool(getattr(bpy.app, "online_access", True))


def check(what: str) -> None:
    """Raises InputError if the network may not be used. what: would be fetched."""
    if not allowed():
        raise InputError(
            f"{what}: Blender is set to stay offline. Tick Preferences > System > Network > Allow Online Access, "
            "or run `modelsheet setup captioning` in a terminal."
        )


def passed_on() -> dict[str, str]:
    """What a process that we start must be told, as environment variables."""
    return {VARIABLE: "1" if allowed() else "0"}
