# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole files: a file that exists is complete, and what goes wrong is said in plain words."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest
from modelsheet.common import files
from modelsheet.common.errors import WorkError


def fail(path: Path, error: Exception) -> None:
    with files.whole(path) as part:
        part.write_bytes(b"half")
        raise error


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "print.png"
    files.write_bytes(path, b"old")
    with pytest.raises(ValueError, match="bug"):
        fail(path, ValueError("bug"))
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("print.png", b"old")]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), OSError("image is truncated")])
def test_a_full_disk_is_named_and_ends_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(WorkError, match="disk is full") as caught:
        fail(tmp_path / "print.png", error)
    assert caught.value.fatal
    assert list(tmp_path.iterdir()) == []


def test_other_trouble_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="image is truncated"):
        fail(tmp_path / "print.png", OSError("image is truncated"))
