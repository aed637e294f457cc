# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command modelsheet …` is `modelsheet …`, word for word."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy
import pytest
from box_file import boxes
from modelsheet.cli import main
from modelsheet.commands import COMMANDS
from modelsheet.ui import registration

Command = Callable[[list[str]], int]
NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """What Blender calls for `--command modelsheet`, with the words that follow."""
    given: dict[str, Command] = {}
    real = bpy.utils.register_cli_command

    def register(name: str, run: Command) -> object:
        given[name] = run
        return real(name, run)

    monkeypatch.setattr(bpy.utils, "register_cli_command", register)
    before = signal.getsignal(signal.SIGINT)
    registration.register()
    assert list(given) == ["modelsheet"]
    yield given["modelsheet"]
    registration.unregister()
    signal.signal(signal.SIGINT, before)


def said(run: Command, words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    try:
        status = run(words)
    except SystemExit as end:  # --help
        status = int(end.code or 0)
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        *([name, "--help"] for name in NAMES),
        ["presets"],
        ["plan", "quick", "--json"],
        ["plan", "nothing"],
        ["make", "nobody.vrm", "--trigger", "mara_syn", "--out", "out"],
        ["dance"],
    ],
    ids=" ".join,
)
def test_it_says_the_same(
    command: Command,
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(command, words, capsys) == said(main, words, capsys)
    assert not list(tmp_path.iterdir())


def test_a_real_run_finds_the_same(command: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    boxes(tmp_path / "boxes.glb")
    words = ["inspect", str(tmp_path / "boxes.glb"), "--json"]
    status, out, _err = said(command, words, capsys)
    assert status == 0
    assert out == said(main, words, capsys)[1]
