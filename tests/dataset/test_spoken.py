# SPDX-License-Identifier: GPL-3.0-or-later
"""What captioning models said: read back, fresh words only, damage left out with a warning and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.dataset.layout import read_rows
from modelsheet.dataset.spoken import plain, read_file, read_spoken, shown_now, spoken_path

HEAD = {"captioner": "blip", "family": "blip", "model": "x/y", "revision": "1", "speaks": "natural", "device": "cpu"}


def say(out: Path, name: str = "blip", head: dict[str, Any] | None = None, **changes: Any) -> Path:
    """A file in which the captioner has seen every picture of OUT."""
    now = shown_now(out)
    rows = [{"id": row["id"], "seen": now[row["id"]], "text": f"picture {row['number']}"} for row in read_rows(out)]
    for row in rows:
        row.update(changes)
    path = spoken_path(out, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [{**HEAD, "captioner": name, **(head or {})}, *rows]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(name="done")
def make_done(out: Callable[..., Path]) -> Path:
    """A rendered OUT."""
    return out()


def test_words_are_read_by_captioner(done: Path) -> None:
    say(done)
    say(done, "wd14", {"speaks": "tags"}, scores={"smile": 0.75})
    found = read_spoken(done)
    assert sorted(found) == ["blip", "wd14"]
    first = read_rows(done)[0]["id"]
    assert found["blip"].texts[first] == "picture 1"
    assert (found["blip"].model, found["blip"].speaks, found["blip"].scores) == ("x/y", "natural", {})
    assert found["wd14"].scores[first] == {"smile": 0.75}


def test_nothing_said_is_nothing(done: Path, tmp_path: Path) -> None:
    assert read_spoken(done) == {}
    assert read_spoken(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": "0001_x", "seen": "a", "te',
        b"\xff\xfe\x00",
        b"[]",
        b'{"id": 7, "seen": "a", "text": "b"}',
        b'{"id": "0001_x", "seen": "a", "text": "b", "scores": {"smile": NaN}}',
        b'{"id": "0001_x", "seen": "a", "text": "b", "scores": {"smile": 7}}',
        b'{"id": "0001_x", "seen": "a", "text": "b", "scores": ["smile"]}',
        b"[" * 100_000,
        b'{"id": "0001_x", "seen": "a", "text": "\\ud800"}',
    ],
)
def test_a_damaged_line_is_left_out_with_a_warning(done: Path, line: bytes) -> None:
    path = say(done)
    path.write_bytes(path.read_bytes() + line + b"\n")
    found = read_spoken(done)["blip"]
    assert len(found.texts) == len(read_rows(done))
    assert len(found.warnings) == 1 and "1 damaged line" in found.warnings[0]


@pytest.mark.parametrize("content", [b"", b"nonsense", b'{"captioner": "blip"}', b'{"captioner": 7, "speaks": "tags"}'])
def test_a_file_that_is_none_of_ours_has_no_words_and_a_warning(done: Path, content: bytes) -> None:
    path = say(done)
    path.write_bytes(content)
    found = read_spoken(done)["blip"]
    assert (found.texts, len(found.warnings)) == ({}, 1)


def test_words_on_a_print_that_was_made_anew_are_left_out(done: Path) -> None:
    say(done)
    shots = done / "raw_generated" / "shots.jsonl"
    rows = [json.loads(line) for line in shots.read_text(encoding="utf-8").splitlines()]
    rows[0]["sha256"] = "another"
    shots.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert rows[0]["id"] not in read_spoken(done)["blip"].texts
    assert len(read_spoken(done)["blip"].texts) == len(rows) - 1


def test_the_background_and_size_may_change_and_the_words_stay(
    out: Callable[..., Path], row: Callable[..., dict[str, Any]]
) -> None:
    done = out([{**row(), "boxes": {"subject": [10.0, 20.0, 50.0, 60.0]}}])
    before = shown_now(done)
    job = yaml.safe_load((done / "job.yaml").read_text(encoding="utf-8"))
    for change, same in (({"size": 256, "format": "webp"}, True), ({"size": 256, "shape": "square"}, False)):
        (done / "job.yaml").write_text(yaml.safe_dump({**job, **change}), encoding="utf-8")
        assert (shown_now(done) == before) == same


@given(st.text(max_size=200))
def test_a_models_text_is_one_printable_line(text: str) -> None:
    line = plain(text)
    assert line == line.strip() and "  " not in line
    assert all(sign.isprintable() for sign in line)


KEYS = st.sampled_from(["id", "seen", "text", "scores", "captioner", "speaks"])
VALUES = (
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.dictionaries(st.text(max_size=4), st.floats())
)


@given(st.lists(VALUES | st.dictionaries(KEYS, VALUES), max_size=4))
def test_anything_can_stand_in_a_file(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    path = tmp_path_factory.mktemp("spoken") / "x.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [HEAD, *rows]), encoding="utf-8")
    assert set(read_file(path).texts) <= {str(row.get("id")) for row in rows if isinstance(row, dict)}
