# SPDX-License-Identifier: GPL-3.0-or-later
"""What our processes tell one another: one JSON object a line, with "event" in it."""

from __future__ import annotations

import json
from typing import Any

Event = dict[str, Any]


def read_event(line: str) -> Event | None:
    """The event in a line of a child's output. None for anything else: the Blender program prints lines of its own."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
