# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may ask the review's server what: only the page that was opened with the key, in a browser on this computer.

Other pages that the browser has open are kept out by Host (a name that was made to point here), Origin and
Sec-Fetch-Site; other programs by the key. Pictures have a key of their own, which can do nothing but look.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from email.message import Message
from http import HTTPStatus

#: Of a request's body; a caption has 4,000 letters at most, and a set 20,000 pictures.
MAX_BODY = 32 << 20
TOKEN = "X-Modelsheet-Token"  # noqa: S105 - the header's name
_HOSTS = ("127.0.0.1", "localhost")
_OWN = ("same-origin", "none")


class Refused(Exception):
    """The answer to a request that is not to be heard: a status and one line."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status


class Guard:
    """The keys of one server and what it asks of each request."""

    def __init__(self, token: str | None = None) -> None:
        """token: a known one, for tests."""
        self.token = token or secrets.token_urlsafe(32)
        self.look_key = hmac.new(self.token.encode(), b"look", hashlib.sha256).hexdigest()
        self.port = 0

    def check_place(self, headers: Message[str, str], *, opening: bool) -> None:
        """Whoever asks must have meant this server. opening: the page itself, to which any link may lead."""
        hosts = headers.get_all("Host") or [""]
        host = hosts[0].lower()
        if len(hosts) != 1 or host not in [f"{name}:{self.port}" for name in _HOSTS]:
            raise Refused(HTTPStatus.FORBIDDEN, "This address is not the review's. Open the link that it printed.")
        origin = headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{host}":
            raise Refused(HTTPStatus.FORBIDDEN, "Asked from another page. Open the link that the review printed.")
        site = headers.get("Sec-Fetch-Site")
        if site is not None and site not in _OWN and not opening:
            raise Refused(HTTPStatus.FORBIDDEN, "Asked from another page. Open the link that the review printed.")

    def check_token(self, given: str | None) -> None:
        """The key that may do everything."""
        if given is None or not _same(given, self.token):
            raise Refused(HTTPStatus.UNAUTHORIZED, "The key is missing or old. Open the link that the review printed.")

    def check_look(self, given: str | None) -> None:
        """The key that may look at pictures."""
        if given is None or not _same(given, self.look_key):
            raise Refused(HTTPStatus.UNAUTHORIZED, "The key is missing or old. Load the page again.")

    def body_length(self, headers: Message[str, str]) -> int:
        """How long a body is to be read: JSON, with its length said, of a bounded size."""
        if (headers.get("Content-Type") or "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Only JSON is read here.")
        length = headers.get("Content-Length") or ""
        if headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "The length of the request is missing.")
        if len(length) > 12 or int(length) > MAX_BODY:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"More than {MAX_BODY >> 20} MB. Change fewer at once.")
        return int(length)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
