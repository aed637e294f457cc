# SPDX-License-Identifier: GPL-3.0-or-later
"""What captioning tells, in sentences: the command line and the sidebar say the same."""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]

_WHERE = {"cpu": "the processor", "cuda": "the graphics card", "mps": "Apple's graphics (Metal)"}


def state(event: Event) -> str | None:
    """What is going on now; None for an event that says nothing of that."""
    if event["event"] == "captioner":
        return _at_work(event)
    name = event.get("captioner")
    words = {
        "captioned": "Captioning",
        "fetching": f"Fetching the weights of {name}",
        "setting_up": event.get("step"),
        "set_up": f"Ready: {event.get('folder')}",
    }
    if event["event"] == "captioned" and event["id"] is None:
        return f"{name} has looked at all {event['total']} pictures before."
    return words.get(event["event"])


def _at_work(event: Event) -> str:
    name, before = event["captioner"], event["done"]
    if event["device"] is None:
        return f"Loading {name} ({event['model']}) …"
    return (
        f"{name} looks at {event['total'] - before} pictures{f', {before} from before' if before else ''}, on "
        f"{_WHERE[event['device']]}, in {event['dtype']}, {event['batch']} at a time."
    )


def note(event: Event) -> str | None:
    """What should be read even afterwards; None for an event that holds nothing of that kind."""
    name = event.get("captioner")
    match event["event"]:
        case "uncaptioned":
            return f"{name} has nothing on {event['id']}: {event['message']}"
        case "halved":
            return f"{name}: memory did not hold so many pictures at a time; {event['batch']} from here on."
    return None


def unit(event: Event) -> str:
    """What an event's `done` and `total` count."""
    return " pictures" if event["event"] == "captioned" else " MB"


def left(seconds: float | None) -> str:
    """`about 1 min 15 s left`; "" where nobody knows."""
    if seconds is None:
        return ""
    whole = round(seconds)
    return f"about {whole} s left" if whole < 60 else f"about {whole // 60} min {whole % 60:02d} s left"
