# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python that doesn't fit is told what to do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import _python
import pytest


def test_this_python_fits() -> None:
    _python.require("scripts/demo.py")
    assert _python.find(sys.version_info[:2]) == sys.executable


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 1), (3, 12, 0), (3, 14, 0)])
def test_another_python_is_told_the_command_to_run(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(_python, "find", lambda wanted: "/opt/my python" if wanted == (3, 13) else None)
    with pytest.raises(SystemExit) as ended:
        _python.require("scripts/demo.py")
    assert ended.value.code == 2
    first, second = capsys.readouterr().err.splitlines()
    assert f"Python {version[0]}.{version[1]}" in first
    assert second.endswith('"/opt/my python" scripts/demo.py')


def test_without_any_it_says_where_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_python, "find", lambda _wanted: None)
    assert "https://www.python.org" in _python.advice("scripts/demo.py")


def test_a_shim_that_starts_nothing_is_passed_over(tmp_path: Path) -> None:
    assert _python.answer([str(tmp_path / "nothing")], (3, 11)) is None
    assert _python.answer([sys.executable], (2, 7)) is None


def test_what_every_python_reads_uses_old_words_only(root: Path) -> None:
    for name in ("_python", "demo", "test", "build_extension"):
        text = (root / "scripts" / f"{name}.py").read_text(encoding="ascii")
        assert not re.search(r"""\bf["']|->|:=|\bmatch\b""", text), name


def test_the_scripts_name_what_they_take(root: Path) -> None:
    for script in ("test.py", "build_extension.py"):
        command = [sys.executable, root / "scripts" / script, "--help"]
        text = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root.parent).stdout
        assert f"scripts/{script}" in text
