# SPDX-License-Identifier: GPL-3.0-or-later
"""The review's server over real HTTP: what the page asks, and what nobody else gets."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dataset.reviewed import Client, served, strangers
from modelsheet.common.errors import InputError
from modelsheet.dataset.review.store import FILE, FOLDER, Edit, Store, read_review
from modelsheet.review.album import Album
from modelsheet.review.guard import MAX_BODY
from PIL import Image


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A review of anybody's folder."""
    with served(strangers(tmp_path / "set"), tmp_path / "cache") as asking:
        yield asking


def folder_of(client: Client) -> Path:
    return client.server.album.folder


def test_the_page_brings_all_it_needs(client: Client) -> None:
    status, headers, body = client.ask("GET", f"/?token={client.token}", X_Modelsheet_Token=None)
    text = body.decode()
    assert status == 200 and headers["content-type"].startswith("text/html")
    assert not re.search(r"(src|href)=[\"'](?!data:|#)", text) and "http://" not in text and "https://" not in text
    rules = dict(rule.strip().partition(" ")[::2] for rule in headers["content-security-policy"].split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert all("unsafe" not in rule for rule in rules.values()) and "sha256-" in rules["script-src"]
    assert headers["referrer-policy"] == "no-referrer" and headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_a_whole_review_over_http(client: Client) -> None:
    told = client.get("/api/set")
    assert [picture["name"] for picture in told["pictures"]] == [f"{at:04d}.png" for at in range(1, 7)]
    first, last = told["pictures"][0], told["pictures"][-1]
    assert first["own"].startswith("ada_syn, ") and not last["own"] and told["trigger"] == "ada_syn"
    assert first["flags"] == [] or all(flag["sentence"] for flag in first["flags"])
    status, answer = client.post(
        "/api/change",
        {
            "revision": 0,
            "edits": {
                first["id"]: {"text": "ada_syn,  new\nwords", "verdict": "accepted"},
                last["id"]: {"text": "ada_syn, first words"},
            },
        },
    )
    assert status == 200 and answer["revision"] == 1 and answer["undo"] and len(answer["pictures"]) == 2
    folder = folder_of(client)
    assert (folder / "0001.txt").read_bytes() == b"ada_syn, new words\n"
    assert (folder / "0006.txt").read_bytes() == b"ada_syn, first words\n"
    kept = list((folder / "backup").glob("0001.*.txt"))
    assert len(kept) == 1 and kept[0].read_text().strip() == first["own"]
    assert client.get(f"/api/since?revision=0&generation={told['generation']}")["pictures"][0]["text"]
    assert client.post("/api/undo", {"revision": 1})[0] == 200
    assert (folder / "0001.txt").read_text().strip() == first["own"] and not (folder / "0006.txt").exists()
    assert client.post("/api/redo", {"revision": 2})[0] == 200
    assert (folder / "0006.txt").read_bytes() == b"ada_syn, first words\n"
    assert client.post("/api/change", {"revision": 3, "edits": {last["id"]: {"verdict": "rejected"}}})[0] == 200
    assert list(json.loads((folder / "dropped.json").read_text())["dropped"]) == [last["id"]]


@pytest.mark.parametrize("wanted", [True, False])
def test_rejected_pictures_are_put_aside_only_if_asked(client: Client, wanted: bool) -> None:
    folder = folder_of(client)
    aside = folder.with_name("set-rejected")
    (folder / "0001-masklabel.png").write_bytes(b"mask")
    if wanted:
        aside.mkdir()
        (aside / "0001.txt").write_text("of another time")
    before = {path.name: path.read_bytes() for path in folder.glob("0001*")}
    client.post("/api/change", {"revision": 0, "edits": {"0001.png": {"verdict": "rejected"}}})
    status, told = client.post("/api/finish", {"aside": wanted})
    assert status == 200 and told["finishing"] and told["aside"] == (str(aside) if wanted else None)
    assert {path.name for path in folder.glob("0001*")} == (set() if wanted else set(before))
    if wanted:
        found = {path.name: path.read_bytes() for path in aside.iterdir()}
        moved = {("0001-2.txt" if name == "0001.txt" else name): data for name, data in before.items()}
        assert found == {**moved, "0001.txt": b"of another time"}


def test_two_tabs_lose_nothing(client: Client) -> None:
    first, second = (picture["id"] for picture in client.get("/api/set")["pictures"][:2])
    assert client.post("/api/change", {"revision": 0, "edits": {first: {"text": "one"}}}, "tabone00")[0] == 200
    assert client.post("/api/change", {"revision": 0, "edits": {second: {"text": "two"}}}, "tabtwo00")[0] == 200
    both = {first: {"text": "other"}, second: {"text": "other"}}
    status, told = client.post("/api/change", {"revision": 1, "edits": both}, "tabone00")
    assert status == 200 and told["conflict"] and told["ids"] == [second] and told["pictures"][0]["text"] == "two"
    assert client.server.album.store.get().text(first) == "one"
    status, told = client.post("/api/undo", {"revision": 2}, "tabone00")
    assert status == 200 and client.server.album.store.get().text(first) is None
    assert client.server.album.store.get().text(second) == "two"
    Store(folder_of(client)).change({first: Edit(verdict="accepted")})  # the sidebar, or another process
    assert client.get(f"/api/since?revision=3&generation={told['generation']}")["pictures"][0]["verdict"] == "accepted"


def test_what_an_editor_wrote_is_taken_over_and_told(client: Client) -> None:
    told = client.get("/api/set")
    name = told["pictures"][0]["id"]
    client.post("/api/change", {"revision": 0, "edits": {name: {"text": "mine"}}})
    (folder_of(client) / "0001.txt").write_text("from an editor\nsecond line\n")
    status, answer = client.post("/api/change", {"revision": 1, "edits": {name: {"text": "mine again"}}})
    assert status == 200 and answer["conflict"] and answer["pictures"][0]["text"] == "from an editor second line"
    assert (folder_of(client) / "0001.txt").read_text() == "from an editor\nsecond line\n"


def test_pictures_come_small_and_whole(client: Client) -> None:
    told = client.get("/api/set")
    picture = told["pictures"][0]
    ask = f"id={picture['id']}&v={picture['v']}&k={told['look']}"
    status, headers, body = client.ask("GET", f"/small?{ask}", X_Modelsheet_Token=None)
    assert (status, headers["content-type"], body[8:12]) == (200, "image/webp", b"WEBP")
    assert "immutable" in headers["cache-control"]
    status, headers, body = client.ask("GET", f"/picture?{ask}", X_Modelsheet_Token=None)
    assert status == 200 and body == (folder_of(client) / "0001.png").read_bytes()
    Image.new("RGB", (3000, 20)).save(folder_of(client) / "0001.tif")  # what browsers don't show comes as WebP
    client.server.album.cards["0001.png"].__dict__["entry"] = replace(
        client.server.album.cards["0001.png"].entry, picture=folder_of(client) / "0001.tif"
    )
    status, headers, body = client.ask("GET", f"/picture?{ask}")
    assert status == 200 and headers["content-type"] == "image/webp" and Image.open(io.BytesIO(body)).width == 2048
    (folder_of(client) / "0002.png").write_bytes(b"not a picture")
    status, _headers, body = client.ask("GET", f"/small?id=0002.png&k={told['look']}")
    assert status == 422 and b"error" in body


BAD_TOKEN = "x" * 43
HOSTILE: dict[str, tuple[int, tuple[Any, ...], dict[str, str | None]]] = {
    "another name for this computer": (403, ("GET", "/api/set"), {"Host": "evil.example:80"}),
    "a name without its port": (403, ("GET", "/"), {"Host": "127.0.0.1"}),
    "no host": (403, ("GET", "/"), {"Host": None}),
    "asked by another page": (403, ("GET", "/api/set"), {"Origin": "http://evil.example"}),
    "another page here": (403, ("POST", "/api/undo", {}), {"Origin": "http://127.0.0.1:1"}),
    "a sandboxed page": (403, ("POST", "/api/undo", {}), {"Origin": "null"}),
    "a picture from another page": (403, ("GET", "/small?id=0001.png&k={look}"), {"Sec_Fetch_Site": "cross-site"}),
    "another port's page": (403, ("GET", "/api/set"), {"Sec_Fetch_Site": "same-site"}),
    "no key": (401, ("GET", "/api/set"), {"X_Modelsheet_Token": None}),
    "a wrong key": (401, ("GET", "/api/set"), {"X_Modelsheet_Token": BAD_TOKEN}),
    "a key with odd signs": (401, ("GET", "/api/set"), {"X_Modelsheet_Token": "\xff\xfe"}),
    "the key in the address only": (401, ("GET", "/api/set?token={token}"), {"X_Modelsheet_Token": None}),
    "a page with a wrong key": (401, ("GET", f"/?token={BAD_TOKEN}"), {}),
    "a picture without a key": (401, ("GET", "/small?id=0001.png"), {}),
    "a picture with a wrong key": (401, ("GET", f"/picture?id=0001.png&k={'0' * 64}"), {}),
    "changes with the key for looking": (401, ("POST", "/api/undo", {}), {"X_Modelsheet_Token": "{look}"}),
    "no tab": (400, ("GET", "/api/set"), {"X_Modelsheet_Tab": None}),
    "a tab with a path": (400, ("GET", "/api/set"), {"X_Modelsheet_Tab": "../../etc"}),
    "up and away": (404, ("GET", "/../../../etc/passwd"), {}),
    "up and away, encoded": (404, ("GET", "/%2e%2e/%2e%2e/etc/passwd"), {}),
    "a picture up and away": (404, ("GET", "/picture?id=../secret.png&k={look}"), {}),
    "a picture by its whole path": (404, ("GET", "/picture?id={secret}&k={look}"), {}),
    "a picture behind a link": (404, ("GET", "/picture?id=link.png&k={look}"), {}),
    "an unknown act": (404, ("POST", "/api/eval", {}), {}),
    "a form": (415, ("POST", "/api/undo", b"a=b"), {"Content_Type": "application/x-www-form-urlencoded"}),
    "text that is JSON": (415, ("POST", "/api/undo", b"{}"), {"Content_Type": "text/plain"}),
    "no length": (411, ("POST", "/api/undo", b"{}"), {"Content_Length": None}),
    "in pieces": (411, ("POST", "/api/undo", b"0\r\n\r\n"), {"Transfer_Encoding": "chunked"}),
    "too long": (413, ("POST", "/api/undo", b"{}"), {"Content_Length": str(MAX_BODY + 1)}),
    "a length in other digits": (411, ("POST", "/api/undo", b"{}"), {"Content_Length": "+2"}),
    "no JSON": (400, ("POST", "/api/undo", b"{"), {}),
    "deep JSON": (400, ("POST", "/api/undo", b"[" * 100_000), {}),
    "a list": (400, ("POST", "/api/undo", []), {}),
    "no revision": (400, ("POST", "/api/change", {"edits": {"0001.png": {"text": "x"}}}), {}),
    "a revision that is none": (400, ("POST", "/api/undo", {"revision": True}), {}),
    "no edits": (400, ("POST", "/api/change", {"revision": 0, "edits": {}}), {}),
    "edits of more": (400, ("POST", "/api/change", {"revision": 0, "edits": {"0001.png": {"file": "x"}}}), {}),
    "a picture that is not here": (422, ("POST", "/api/change", {"revision": 0, "edits": {"../x": {"text": "x"}}}), {}),
    "a number for a text": (422, ("POST", "/api/change", {"revision": 0, "edits": {"0001.png": {"text": 5}}}), {}),
    "a long text": (422, ("POST", "/api/change", {"revision": 0, "edits": {"0001.png": {"text": "x" * 9999}}}), {}),
    "an odd verdict": (422, ("POST", "/api/change", {"revision": 0, "edits": {"0001.png": {"verdict": "x"}}}), {}),
    "another method": (501, ("PUT", "/api/set", {}), {}),
    "asking first, as browsers do": (501, ("OPTIONS", "/api/change"), {"Origin": "http://evil.example"}),
}


def test_hostile_requests_get_nothing(tmp_path: Path) -> None:
    folder = strangers(tmp_path / "set")
    secret = tmp_path / "secret.png"
    secret.write_bytes((folder / "0001.png").read_bytes())
    if os.name == "posix":
        (folder / "link.png").symlink_to(secret)
    with served(folder, tmp_path / "cache") as client:
        before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        words = {"token": client.token, "look": client.server.guard.look_key, "secret": str(secret)}
        for title, (wanted, asked, headers) in HOSTILE.items():
            method, path, *body = asked
            filled = {name: value.format(**words) if value else value for name, value in headers.items()}
            status, told, text = client.ask(method, path.format(**words), *body, **filled)
            assert status == wanted, f"{title}: {status} {text[:200]!r}"
            assert "access-control-allow-origin" not in told, title
            assert b"Traceback" not in text and b"passwd" not in text, title
        assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
        assert client.get("/api/set")["revision"] == 0


def test_it_listens_here_only_and_bears_rubbish(client: Client) -> None:
    assert client.server.server_address[0] == "127.0.0.1"
    for rubbish in (
        b"\x16\x03\x01\x02",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET " + b"a" * 70_000 + b"\r\n\r\n",
        b"\r\n" * 10,
    ):
        with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
            connection.sendall(rubbish)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
    assert client.get("/api/set")["revision"] == 0


def test_a_kill_before_the_captions_are_written_is_made_good(tmp_path: Path) -> None:
    folder = strangers(tmp_path / "set")
    own = (folder / "0001.txt").read_text().strip()
    with served(folder, tmp_path / "cache") as client:
        client.post("/api/change", {"revision": 0, "edits": {"0001.png": {"text": "first"}}})
    Store(folder).change({"0001.png": Edit("second"), "0002.png": Edit("other")})  # kept, and then killed
    album = Album(folder)
    assert (folder / "0001.txt").read_text() == "second\n" and (folder / "0002.txt").read_text() == "other\n"
    album.change({"0001.png": Edit(text=None)}, album.store.get().revision, "tab", "")
    assert (folder / "0001.txt").read_text().strip() == own


def test_what_cannot_be_read_is_said_and_left(tmp_path: Path) -> None:
    folder = strangers(tmp_path / "set")
    (folder / "0001.txt").write_bytes(b"caf\xe9\n")
    (folder / "0002.txt").write_bytes(b"\xef\xbb\xbfwith a mark\r\nand two lines\r\n")
    with served(folder, tmp_path / "cache") as client:
        first, second = client.get("/api/set")["pictures"][:2]
        assert any(flag["check"] == "caption_unreadable" for flag in first["flags"])
        assert second["own"] == "with a mark and two lines"
        client.post("/api/change", {"revision": 0, "edits": {"0001.png": {"text": "new"}}})
    assert (folder / "0001.txt").read_bytes() == b"caf\xe9\n" and read_review(folder).text("0001.png") == "new"


@pytest.mark.parametrize(("make", "words"), [(False, "no such folder"), (True, "holds no pictures")])
def test_nothing_to_review(tmp_path: Path, make: bool, words: str) -> None:
    if make:
        (tmp_path / "set").mkdir()
    with pytest.raises(InputError, match=words):
        Album(tmp_path / "set")


def start(folder: Path, *words: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    command = [sys.executable, "-m", "modelsheet", "review", str(folder), "--json", *words]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    return child, json.loads(child.stdout.readline() or "{}")


def test_the_command_listens_once_and_ends_plainly(tmp_path: Path) -> None:
    """The second one says where the first listens; Ctrl-C ends the first, a kill leaves nothing half."""
    folder = strangers(tmp_path / "set")
    child, told = start(folder)
    try:
        assert told["event"] == "listening" and re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", told["url"])
        place = folder / FOLDER / ".review-server.json"
        assert os.name != "posix" or place.stat().st_mode & 0o077 == 0
        again, second = start(folder)
        again.communicate(timeout=90)
        assert second["url"] == told["url"] and second["again"] and again.returncode == 0
    finally:
        child.kill()
        child.communicate()
    child, fresh = start(folder)  # what the killed one noted stops nobody
    assert fresh["url"] != told["url"]
    if os.name == "posix":
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=90)
        assert child.returncode == 0 and not err, err
        assert json.loads(out)["event"] == "reviewed" and json.loads(out)["why"] == "interrupted"
        assert not place.exists()
    else:
        child.kill()
        child.communicate()


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    folder = strangers(tmp_path / "set")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "modelsheet", "review", str(folder), "--no-browser", "--port"]
        port = str(taken.getsockname()[1])
        done = subprocess.run([*command, port], capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1 and f"--port {port}" in done.stderr


def test_open_pages_keep_it_and_closed_ones_end_it(client: Client) -> None:
    tabs = client.server.tabs
    assert not tabs.idle(0, 0, 60) and tabs.idle(60, 60, -1)
    client.get("/api/set")
    time.sleep(0.02)
    assert tabs.idle(0.01, 0.01, 60) and not tabs.idle(0.01, 60, 60)
    client.post("/api/bye", {})
    time.sleep(0.02)
    assert tabs.idle(0.01, 60, 60)


def test_the_store_survives_the_page(client: Client) -> None:
    client.post("/api/change", {"revision": 0, "edits": {"0001.png": {"verdict": "accepted"}}})
    data = json.loads((folder_of(client) / FOLDER / FILE).read_text())
    assert data["pictures"]["0001.png"]["verdict"] == "accepted"
