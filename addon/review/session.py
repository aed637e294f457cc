# SPDX-License-Identifier: GPL-3.0-or-later
"""One review from the first look to the last: listen, open the browser, wait, put what was said into the dataset."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..common.errors import InputError, WorkError
from ..common.files import partial_path
from ..dataset.layout import FINAL
from ..dataset.review.store import FOLDER
from .album import Album
from .api import Api
from .apply import Applying
from .guard import TOKEN, Guard
from .server import TAB_HEADER, Server
from .thumbnails import Thumbnails

Tell = Callable[[dict[str, Any]], None]
#: Where a review of this folder listens, for a second one.
PLACE = ".review-server.json"
#: Seconds without any page: all closed; none heard of (a tab in the background speaks once a minute); none yet.
CLOSED, SILENT, NEVER = 90.0, 900.0, 7200.0
#: Seconds in which the page learns that all is done.
LAST_WORDS = 6.0


def review(folder: Path, port: int, browse: bool, tell: Tell) -> None:
    """Serve the page of a folder until it is finished, closed for long, or stopped; then apply what is not applied.

    Tells "listening" (url), "stage" while applying, and "reviewed" (what it came to). A folder that is under review
    already is only opened: "listening" with `"again": true`.
    Raises InputError (nothing to review, the port is taken) and WorkError.
    """
    album = Album(folder)
    there = listening(album.folder)
    if there is not None:
        tell({"event": "listening", "url": there, "folder": str(album.folder), "again": True})
        if browse:
            webbrowser.open(there)
        return
    end = _End()
    applying = Applying(album)
    api = Api(album, applying, end.finish)
    thumbnails = Thumbnails()
    try:
        server = Server(album, Guard(), api, port, thumbnails)
    except (OSError, OverflowError) as error:
        raise InputError(f"--port {port}: can't be listened on ({error}). Leave it out to take a free one.") from error
    threading.Thread(target=server.serve_forever, args=(0.2,), name="review", daemon=True).start()
    threading.Thread(target=thumbnails.tidy, name="tidy", daemon=True).start()
    try:
        with _signals(end), _noted(album.folder, server.url):
            tell({"event": "listening", "url": server.url, "folder": str(album.folder), "pictures": len(album.cards)})
            if browse:
                webbrowser.open(server.url)
            _wait(server, api, applying, end, tell)
    finally:
        server.shutdown()
        server.server_close()


class _End:
    """Why it ends: the page said so, every page is closed, Ctrl-C, or the system or the terminal ends us."""

    def __init__(self) -> None:
        self.why: str | None = None

    def finish(self) -> None:
        """The page's button."""
        self.why = self.why or "finished"

    def hear(self, number: int, _frame: FrameType | None) -> None:
        """A signal. A second Ctrl-C ends at once, whatever is under way: it can be done again."""
        if number != signal.SIGINT:
            self.why = "stopped"
        elif self.why == "interrupted":
            raise KeyboardInterrupt
        else:
            self.why = "interrupted"


def _wait(server: Server, api: Api, applying: Applying, end: _End, tell: Tell) -> None:
    """Until the end, whichever it is; then apply what is not applied, unless we are to stop at once."""
    album = server.album
    while True:
        while end.why is None:
            time.sleep(0.1)
            if server.tabs.idle(CLOSED, SILENT, NEVER):
                end.why = "closed"
        error = _applied(album, applying, end, tell)
        if error is None or end.why != "finished":
            break
        api.finishing, end.why = False, None  # the page shows why, and the review goes on
    if end.why == "finished" and server.tabs.ever:
        time.sleep(LAST_WORDS)
    review = album.store.get()
    verdicts = [review.verdict(name, card.made) for name, card in album.cards.items()]
    tell(
        {
            "event": "reviewed",
            "why": end.why,
            "folder": str(album.folder),
            "pictures": len(verdicts),
            "accepted": verdicts.count("accepted"),
            "rejected": verdicts.count("rejected"),
            "edited": sum(review.text(name) is not None for name in album.cards),
            "pending": album.pending(review),
            "dataset": str(album.folder / FINAL) if album.ours and (album.folder / FINAL).is_dir() else None,
            "packages": list((applying.state["done"] or {}).get("packages", ())),
            "error": error,
        }
    )
    if error is not None:
        raise WorkError(f"{album.folder}: what you said is kept, but the dataset could not be made anew: {error}")


def _applied(album: Album, applying: Applying, end: _End, tell: Tell) -> str | None:
    """Apply what is not applied; why that failed, if it did."""
    while not applying.wait(0.1):
        if end.why == "stopped":
            return None
    album.refresh()
    waiting = album.pending(album.store.get())
    if not waiting or end.why == "stopped":
        return None
    tell({"event": "applying", "pictures": waiting})
    applying.start()
    shown = None
    while not applying.wait(0.1):
        if end.why == "stopped":
            return None
        stage = applying.state["stage"]
        if stage != shown and stage not in (None, "words"):
            tell({"event": "stage", "stage": stage})
        shown = stage
    error: str | None = applying.state["error"]
    return error


@contextmanager
def _signals(end: _End) -> Iterator[None]:
    """Ctrl-C, the end of the terminal and the system's own word come to `end`; only the main thread hears them."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before: dict[str, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {name: signal.signal(getattr(signal, name), end.hear) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def _noted(folder: Path, url: str) -> Iterator[None]:
    """Note where we listen, for as long as we do; readable by the user alone, because the link holds the key."""
    path = folder / FOLDER / PLACE
    part = partial_path(path)
    with suppress(OSError):  # a folder that can't be written is for looking only
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            json.dump({"url": url, "pid": os.getpid()}, stream)
        part.replace(path)
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            if json.loads(path.read_text(encoding="utf-8")).get("pid") == os.getpid():
                path.unlink()


def listening(folder: Path) -> str | None:
    """The link of a review of this folder that listens now, in this process or another; None without one."""
    path = folder / FOLDER / PLACE
    try:
        url = str(json.loads(path.read_text(encoding="utf-8"))["url"])
        parts = urlsplit(url)
        token = parse_qs(parts.query)["token"][0]
        if parts.hostname != "127.0.0.1" or parts.port is None:
            return None
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=3)
        try:
            connection.request("GET", "/api/ping", headers={TOKEN: token, TAB_HEADER: "0" * 8})
            told = json.loads(connection.getresponse().read(1 << 16))
        finally:
            connection.close()
        return url if told.get("folder") == str(folder) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, http.client.HTTPException):
        return None
