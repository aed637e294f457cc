# SPDX-License-Identifier: GPL-3.0-or-later
"""The review's server: HTTP on 127.0.0.1 with the standard library, every request looked over by the guard first."""

from __future__ import annotations

import gzip
import json
import re
import socketserver
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..common.errors import ModelsheetError
from ..common.version import VERSION
from ..dataset.intake import MAX_BYTES, read_bytes
from .album import Album
from .api import TAB, Api, Json
from .guard import TOKEN, Guard, Refused
from .page import page, policy
from .thumbnails import LARGE, Thumbnails

TAB_HEADER = "X-Modelsheet-Tab"
#: Connections at once, and seconds that one may say nothing.
MAX_CONNECTIONS = 64
PATIENCE = 30
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".bmp": "image/bmp"}
_JSON = "application/json; charset=utf-8"
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, album: Album, guard: Guard, api: Api, port: int, thumbnails: Thumbnails) -> None:
        """port: 0 takes a free one. Raises OSError where it is taken."""
        self.album = album
        self.guard = guard
        self.api = api
        self.thumbnails = thumbnails
        self.tabs = Tabs()
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(("127.0.0.1", port), Handler)
        guard.port = self.server_address[1]

    def server_bind(self) -> None:
        """Without asking the network for this computer's name, which can take long."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    @property
    def url(self) -> str:
        """The link that opens the page."""
        return f"http://127.0.0.1:{self.guard.port}/?token={self.guard.token}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, as long as there are not too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The thread's work."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hung up is no fault."""


class Tabs:
    """Which pages are open, by what they were last heard of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[str, float] = {}
        self.last = time.monotonic()
        self.ever = False

    def hear(self, tab: str) -> None:
        """A page asked something."""
        with self._lock:
            self.last = time.monotonic()
            self.ever = True
            if len(self._heard) < 1000 or tab in self._heard:
                self._heard[tab] = self.last

    def bye(self, tab: str) -> None:
        """A page is being closed, or loaded again."""
        with self._lock:
            self._heard.pop(tab, None)
            self.last = time.monotonic()

    def idle(self, closed: float, silent: float, never: float) -> bool:
        """Whether every page was closed `closed` seconds ago or not heard of for `silent`, or none came in `never`."""
        with self._lock:
            quiet = time.monotonic() - self.last
            return quiet > (never if not self.ever else silent if self._heard else closed)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = f"modelsheet/{VERSION}"
    sys_version = ""
    timeout = PATIENCE
    # Answers are written whole.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """The page, pictures, and what changed."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Everything that changes something."""
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: addresses hold keys."""

    def _answer(self, answer: Callable[[], None]) -> None:
        try:
            answer()
        except Refused as refusal:
            # What is left of a body that was not read would be taken for the next request.
            self.close_connection = self.close_connection or self.command == "POST"
            self._json({"error": str(refusal)}, refusal.status)
        except ModelsheetError as error:
            self._json({"error": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as fault:  # a fault of ours must reach the page, not hang it
            self.close_connection = True
            self._json({"error": f"{type(fault).__name__}: {fault}"}, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _get(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query, max_num_fields=10).items()}
        self.server.guard.check_place(self.headers, opening=parts.path == "/")
        if parts.path == "/":
            if "token" in asked:
                self.server.guard.check_token(asked["token"])
            self._page()
        elif parts.path in ("/small", "/picture"):
            self.server.guard.check_look(asked.get("k"))
            self._picture(asked, small=parts.path == "/small")
        elif parts.path in ("/api/set", "/api/since", "/api/ping"):
            tab = self._tab()
            if parts.path == "/api/ping":
                self._json({"folder": str(self.server.album.folder)})
                return
            self.server.tabs.hear(tab)
            numbers = (
                {"revision": int(asked["revision"])} if re.fullmatch(r"\d{1,15}", asked.get("revision", "")) else {}
            )
            act = self.server.api.set if parts.path == "/api/set" else self.server.api.since
            self._json({**act(tab, {**asked, "revision": None, **numbers}), "look": self.server.guard.look_key})
        else:
            raise Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")

    def _post(self) -> None:
        self.server.guard.check_place(self.headers, opening=False)
        tab = self._tab()
        length = self.server.guard.body_length(self.headers)
        body = self.rfile.read(length)
        acts = {
            f"/api/{name}": getattr(self.server.api, name) for name in ("change", "undo", "redo", "apply", "finish")
        }
        if self.path == "/api/bye":
            self.server.tabs.bye(tab)
            self._json({})
            return
        if self.path not in acts:
            raise Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "Not JSON.") from error
        if len(body) != length or not isinstance(asked, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "Not a JSON object.")
        self.server.tabs.hear(tab)
        self._json(acts[self.path](tab, asked))

    def _tab(self) -> str:
        self.server.guard.check_token(self.headers.get(TOKEN))
        tab = self.headers.get(TAB_HEADER) or ""
        if not TAB.fullmatch(tab):
            raise Refused(HTTPStatus.BAD_REQUEST, f"{TAB_HEADER}: missing.")
        return tab

    def _page(self) -> None:
        text = page()
        self._send(text.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": policy(text)})

    def _picture(self, asked: dict[str, str], *, small: bool) -> None:
        album = self.server.album
        card = album.cards.get(asked.get("id", ""))
        if card is None:
            raise Refused(HTTPStatus.NOT_FOUND, "No picture of this set.")
        entry = card.entry
        headers = {"Cache-Control": "private, max-age=604800, immutable" if asked.get("v") else "no-store"}
        if small:
            self._send(self.server.thumbnails.get(entry.picture, entry.folder), "image/webp", headers)
            return
        kind = _TYPES.get(entry.picture.suffix.lower())
        if kind is None:  # TIFF, say, which browsers don't show
            self._send(self.server.thumbnails.get(entry.picture, entry.folder, LARGE), "image/webp", headers)
            return
        headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        self._send(read_bytes(entry.picture, MAX_BYTES, entry.folder), kind, headers)

    def _json(self, value: Json, status: HTTPStatus = HTTPStatus.OK) -> None:
        data = json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        self._send(data, _JSON, {"Cache-Control": "no-store"}, status)

    def _send(self, data: bytes, kind: str, headers: dict[str, str], status: HTTPStatus = HTTPStatus.OK) -> None:
        zipped = (
            len(data) > 2000 and not kind.startswith("image/") and "gzip" in self.headers.get("Accept-Encoding", "")
        )
        data = gzip.compress(data, 5) if zipped else data
        self.send_response(status)
        for name, value in {"Cache-Control": "no-store", **_COMMON, **headers}.items():
            self.send_header(name, value)
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()
