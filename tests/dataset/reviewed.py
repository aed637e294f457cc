# SPDX-License-Identifier: GPL-3.0-or-later
"""A review that listens, and somebody who asks it over HTTP: for the tests of server and page."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modelsheet.review.album import Album
from modelsheet.review.api import Api
from modelsheet.review.apply import Applying
from modelsheet.review.guard import Guard
from modelsheet.review.server import Server
from modelsheet.review.thumbnails import Thumbnails
from PIL import Image

TAB = "tab00000"
WORDS = ("smile", "serious", "front view", "from behind", "red coat", "simple background")


class Client:
    """Asks one server; what is not said is what the page says."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.port = server.guard.port
        self.token = server.guard.token

    def ask(
        self, method: str, path: str, body: Any = None, tab: str = TAB, **headers: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body. headers: with _ for -; None leaves one out."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        usual = {"X-Modelsheet-Token": self.token, "X-Modelsheet-Tab": tab, "Host": f"127.0.0.1:{self.port}"}
        if data is not None:
            usual |= {"Content-Type": "application/json", "Content-Length": str(len(data))}
        given = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(data)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def get(self, path: str) -> dict[str, Any]:
        """What a page is told."""
        status, _headers, body = self.ask("GET", path)
        assert status == 200, body
        return dict(json.loads(body))

    def post(self, path: str, body: dict[str, Any], tab: str = TAB) -> tuple[int, dict[str, Any]]:
        """Status and what a page is told."""
        status, _headers, told = self.ask("POST", path, body, tab)
        return status, dict(json.loads(told))


@contextmanager
def served(folder: Path, cache: Path) -> Iterator[Client]:
    """A review of a folder, in threads of this process."""
    album = Album(folder)
    api = Api(album, Applying(album), lambda: None)
    server = Server(album, Guard(), api, 0, Thumbnails(cache))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield Client(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def strangers(folder: Path, number: int = 6, size: tuple[int, int] = (48, 64)) -> Path:
    """Anybody's folder: pictures with captions beside them, the last without one."""
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(1, number + 1):
        shade = (at * 37 % 256, at * 91 % 256, at * 53 % 256)
        Image.new("RGB", size, shade).save(folder / f"{at:04d}.png")
        if at < number or number > 20:
            text = f"ada_syn, {WORDS[at % 6]}, {WORDS[(at + 1 + at // 6 % 5) % 6]}, picture {at}"
            (folder / f"{at:04d}.txt").write_text(f"{text}\n", encoding="utf-8")
    return folder
