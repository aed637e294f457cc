# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in an output folder may be anybody's: whatever its files say, the answer is a dataset or one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError, ModelsheetError
from modelsheet.dataset.build import build
from modelsheet.dataset.process import process

FILES = (
    "raw_generated/shots.jsonl",
    "raw_generated/plan.json",
    "processed/pictures.jsonl",
    "final_dataset/manifest.json",
)
ODD = st.sampled_from(
    [None, True, 0, -1, 1e400, float("nan"), 10**30, "", "\ud800", "../../x", "C:\\x", [], {}, [[]], ["x"], {"x": None}]
)


@pytest.fixture
def place(out: Any, row: Any) -> Path:
    boxes = {"subject": [8.0, 8.0, 50.0, 90.0], "head": [20.0, 8.0, 40.0, 40.0], "face": None}
    points = {"nose": {"x": 30.0, "y": 30.0, "in_frame": True, "visible": True}}
    folder = out([{**row(1), "boxes": boxes, "points": points}], shape="buckets", format="jpg")
    process(folder)
    build(folder)
    return folder


def spots(value: Any, path: tuple = ()) -> list[tuple]:
    """Every place in a JSON value."""
    keys = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, inner in keys for spot in spots(inner, (*path, key)))]


def put(value: Any, path: tuple, new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(copy[path[0]], path[1:], new)
    return copy


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.data())
def test_whatever_a_file_says_there_is_a_dataset_or_a_line(place: Path, name: str, data: st.DataObject) -> None:
    fresh = place.with_name("fresh")
    if not fresh.exists():
        shutil.copytree(place, fresh)
    path = place / name
    lines = path.read_text(encoding="utf-8").splitlines() if name.endswith("l") else [path.read_text(encoding="utf-8")]
    value = json.loads(lines[0])
    changed = put(value, data.draw(st.sampled_from(spots(value))), data.draw(ODD))
    outside = sorted(place.parent.iterdir())
    path.write_text(json.dumps(changed) + "\n")
    try:
        process(place)
        build(place)
    except ModelsheetError as error:
        assert "\n" not in str(error)
    finally:
        assert sorted(place.parent.iterdir()) == outside
        shutil.rmtree(place)
        shutil.copytree(fresh, place)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[" * 100_000, b'{"id": 1', b"[]", b"null", b""])
@pytest.mark.parametrize("name", FILES)
def test_files_that_are_none_are_told_or_made_anew(place: Path, name: str, content: bytes) -> None:
    (place / name).write_bytes(content)
    try:
        process(place)
        build(place)
    except ModelsheetError as error:
        assert str(place) in str(error)


def test_links_in_the_dataset_bring_nothing_in(place: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret")
    (caption,) = (place / "final_dataset" / "train").rglob("*.txt")
    caption.unlink()
    caption.symlink_to(secret)
    with pytest.raises(InputError, match="leads out"):
        build(place)
    assert secret.read_text() == "a secret"
