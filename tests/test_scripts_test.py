# SPDX-License-Identifier: GPL-3.0-or-later
"""The test script ends what hangs, reports what dies, and passes the closing line on."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import _setup
import _test
import pytest

OPTIONS = argparse.Namespace(fast=False, all=False)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _setup.Environment:
    """This very environment, with tests of our own."""
    monkeypatch.setattr(_setup, "ROOT", tmp_path)
    monkeypatch.setattr(_setup.Environment, "python", Path(sys.executable))
    return _setup.Environment("4.5", tmp_path)


def run(environment: _setup.Environment, text: str) -> _test.Result:
    (environment.folder / "test_one.py").write_text(text, encoding="utf-8")
    return _test.tests(environment, OPTIONS, ["-p", "no:cacheprovider"])


def test_the_closing_line_is_in_output_and_summary(
    environment: _setup.Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run(environment, "def test_it(): pass\n")
    assert result.status == 0
    assert result.words.startswith("1 passed in")
    assert "1 passed in" in capfd.readouterr().out


def test_a_failure_is_one(environment: _setup.Environment) -> None:
    result = run(environment, "def test_it(): assert False\n")
    assert result.status == 1
    assert "1 failed" in str(result)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to die of")
def test_a_crash_is_named(environment: _setup.Environment) -> None:
    result = run(environment, "import os\ndef test_it(): os.kill(os.getpid(), 11)\n")
    assert "SIGSEGV" in result.words
    assert str(result).startswith("FAILED")


def test_what_hangs_is_ended(environment: _setup.Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_test, "PATIENCE", 3)
    result = run(environment, "import time\ndef test_it(): time.sleep(60)\n")
    assert result.status == 1
    assert result.seconds < 30
    assert "ended after" in result.words


def test_a_missing_python_is_a_loud_skip(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_test._python, "find", lambda _version: None)
    result = _test.elsewhere((3, 13), "5.2")
    assert result.status is None
    assert "SKIPPED" in capsys.readouterr().out


def test_two_environments_run_side_by_side_and_speak_one_after_the_other(
    environment: _setup.Environment, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_one.py").write_text("import time\ndef test_it(): time.sleep(2)\n", encoding="utf-8")
    other = _setup.Environment("5.2", tmp_path)
    begun = time.monotonic()
    skipped = _test.Result("tests, Blender 5.0", None, "no Python")
    results = _test.side_by_side([environment, skipped, other], OPTIONS, ["-p", "no:cacheprovider"])
    assert [result.status for result in results] == [0, None, 0]
    if (os.cpu_count() or 1) > 1:
        assert time.monotonic() - begun < sum(result.seconds for result in results)
    said = capfd.readouterr().out
    assert said.index("Blender 4.5") < said.index("1 passed") < said.index("Blender 5.2") < said.rindex("1 passed")
