# SPDX-License-Identifier: GPL-3.0-or-later
"""What captioning tells people: the same on the terminal and in the sidebar, with how far it is and the time left."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from modelsheet.console import Console
from modelsheet.ui.progress import Progress

LOADED = {"event": "captioner", "captioner": "blip", "model": "m", "revision": "1", "done": 2, "total": 40}
LOADED |= {"device": "cuda", "dtype": "bfloat16", "batch": 16}
SAID = {"event": "captioned", "captioner": "blip", "id": "a", "done": 10, "total": 40, "seconds_left": 75}

EVENTS: list[tuple[dict[str, Any], str]] = [
    ({**LOADED, "device": None, "dtype": None, "batch": None}, "Loading blip (m) …"),
    (LOADED, "blip looks at 38 pictures, 2 from before, on the graphics card, in bfloat16, 16 at a time."),
    (SAID, "Captioning: 10 of 40 pictures, about 1 min 15 s left"),
    ({**SAID, "seconds_left": None}, "Captioning: 10 of 40 pictures"),
    (
        {"event": "setting_up", "step": "Fetching torch", "done": 5, "total": 350, "seconds_left": 9},
        "Fetching torch: 5 of 350 MB, about 9 s left",
    ),
    (
        {"event": "fetching", "captioner": "blip", "done": 5, "total": 1880, "seconds_left": 600},
        "Fetching the weights of blip: 5 of 1880 MB, about 10 min 00 s left",
    ),
    ({"event": "set_up", "folder": "/x"}, "Ready: /x"),
]


@pytest.mark.parametrize(("event", "words"), EVENTS)
def test_the_sidebar_says_what_is_going_on(event: dict[str, Any], words: str) -> None:
    progress = Progress("running")
    progress.take(event)
    assert progress.words == words
    assert progress.notes == []


def test_the_sidebars_bar_moves_and_keeps_what_went_wrong() -> None:
    progress = Progress("running")
    progress.take(SAID)
    assert progress.factor == 0.25
    progress.take({"event": "uncaptioned", "captioner": "blip", "id": "a", "message": "damaged."})
    progress.take({"event": "halved", "captioner": "blip", "batch": 4})
    assert len(progress.notes) == 2 and "damaged" in progress.notes[0]
    before = progress.words
    progress.take({"event": "something else"})
    assert progress.words == before


@pytest.mark.parametrize(("event", "words"), EVENTS)
def test_the_terminal_says_it_too(
    event: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Console(as_json=False).tell(event)
    said = "".join(capsys.readouterr())
    assert words.partition(":")[0] in said
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    Console(as_json=False).tell(event)
    if "seconds_left" in event:
        assert ("left" in terminal.getvalue()) == (event["seconds_left"] is not None)
        assert "█" in terminal.getvalue() or "░" in terminal.getvalue()
