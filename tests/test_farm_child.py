# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker process as the job sees it, with scripts in Blender's place."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from modelsheet.common.errors import InputError
from modelsheet.farm.child import Worker, WorkerDied

#: What the Blender program does before it comes to our script: words of its own, and files in its temporary folder.
PROGRAM = """
import pathlib, sys, tempfile
pathlib.Path(tempfile.gettempdir(), "blender_a1b2c3").mkdir()
print("00:00.312  blend  | Read settings")
print("5", flush=True)
"""
READY = """print('{"event": "ready", "blender": "5.2.2"}', flush=True)\n"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr("modelsheet.farm.child.worker_command", lambda: [sys.executable, "-c", script])


def test_blenders_own_words_are_no_news_and_nothing_stays_behind(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, PROGRAM + READY + "sys.stdin.read()")
    with Worker() as worker:
        assert worker.blender == "5.2.2"
        assert [path.name for path in temporary.rglob("blender_*")] == ["blender_a1b2c3"]
    assert not list(temporary.iterdir())


def test_a_worker_that_dies_leaves_its_log_and_no_more(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PROGRAM + "sys.exit('no graphics')")
    with pytest.raises(WorkerDied, match="status 1") as caught, Worker():
        pass
    (log,) = (path for path in temporary.rglob("*") if path.is_file())
    assert str(log) in str(caught.value)
    assert "no graphics" in log.read_text(encoding="utf-8")
    assert not list(temporary.rglob("blender_a1b2c3"))


def test_an_interrupted_start_leaves_nothing(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PROGRAM + READY + "sys.stdin.read()")

    def interrupted(_worker: Worker) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Worker, "_events", interrupted)
    with pytest.raises(KeyboardInterrupt), Worker():
        pass
    assert not list(temporary.iterdir())


def test_a_file_that_ends_blender_is_named(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PROGRAM + READY + "sys.stdin.readline(); sys.exit(139)")
    with pytest.raises(InputError, match=r"^hero\.ply: Blender itself stopped .* again\.$"), Worker() as worker:
        worker.load("hero.ply", {}, {})
    assert not list(temporary.iterdir())


def test_a_file_that_blender_never_finishes_is_named(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PROGRAM + READY + "import time; sys.stdin.readline(); time.sleep(60)")
    monkeypatch.setattr("modelsheet.farm.child.PATIENCE", 0.5)
    with pytest.raises(InputError, match=r"^hero\.fbx: Blender was still busy .* faces\.$"), Worker() as worker:
        worker.load("hero.fbx", {}, {})
    assert not list(temporary.iterdir())
