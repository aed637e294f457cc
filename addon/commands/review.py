# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet review`: a page on this computer to look at a set, edit its captions and reject pictures."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..console import Console
from ..review.session import review
from .words import Commands


def add(commands: Commands) -> None:
    """The words of the command."""
    words = "Look at the pictures of a finished job, or of any folder, in your browser: edit captions, reject pictures."
    parser = commands.add("review", run, words)
    parser.add_argument("folder", type=Path, metavar="DIR", help="an earlier --out, or a folder of pictures")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="where the page is served (a free port)")
    parser.add_argument(
        "--no-browser", dest="browse", action="store_false", help="only print the link, open no browser"
    )


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    tell = console.tell if console.as_json else _Plainly(console)
    review(given.folder, given.port, given.browse and not given.json, tell)
    return 0


class _Plainly:
    """The review's events in sentences."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: dict[str, Any]) -> None:
        """Show one event; the link goes to standard output."""
        show = {"listening": self._listening, "applying": self._applying, "reviewed": self._reviewed}
        show.get(event["event"], self._console.tell)(event)

    def _listening(self, event: dict[str, Any]) -> None:
        if event.get("again"):
            self._console.note(f"{event['folder']} is under review already; open it here:")
            self._console.say(event["url"])
            return
        self._console.note(f"Review of {event['pictures']} pictures in {event['folder']}:")
        self._console.say(event["url"])
        self._console.note("Finish on the page, or press Ctrl-C here. Every change is kept at once.")

    def _applying(self, event: dict[str, Any]) -> None:
        self._console.note(f"Putting what you said of {event['pictures']} pictures into the dataset …")

    def _reviewed(self, event: dict[str, Any]) -> None:
        why = {"closed": "The page is closed, so the review ends. ", "stopped": "Stopped. "}.get(event["why"], "")
        self._console.note(
            f"{why}{event['accepted']} accepted, {event['rejected']} rejected, "
            f"{event['edited']} captions in your own words."
        )
        if event["pending"]:
            self._console.note("Not all of it is in the dataset yet: run the same command again to put it there.")
        if event["dataset"]:
            self._console.say(f"Dataset:  {event['dataset']}")
        for path in event["packages"]:
            self._console.say(f"Package:  {path}")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port from 1 to 65535")
    return int(text)
