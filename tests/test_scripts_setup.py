# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments are made once, completed, remade when broken, and nobody else's is touched."""

from __future__ import annotations

import shutil
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import _setup
import pytest

REAL = ("blender-4.5.txt", "blender-5.2.txt", "blender-libraries.txt", "modelsheet.txt", "test.txt")


class Pip:
    """Stands in for pip: notes what it is asked for, and fails as told."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.failing: BaseException | None = None

    def __call__(self, _environment: _setup.Environment, title: str, *_arguments: str) -> None:
        if self.failing is not None:
            raise self.failing
        self.titles.append(title)


@pytest.fixture
def pip(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    """A checkout of its own, with requirements, where nothing is fetched."""
    (tmp_path / "requirements").mkdir()
    for name in REAL:
        shutil.copy(root / "requirements" / name, tmp_path / "requirements")
    shutil.copy(root / "pyproject.toml", tmp_path)
    pip = Pip()
    monkeypatch.setattr(_setup, "ROOT", tmp_path)
    monkeypatch.setattr(_setup, "REQUIREMENTS", tmp_path / "requirements")
    monkeypatch.setattr(_setup, "PROBE", "import sys; print(sys.prefix)")
    monkeypatch.setattr(_setup, "create", lambda _interpreter, folder: venv.create(folder))
    monkeypatch.setattr(_setup, "install", pip)
    return pip


def prepare(blender: str = "4.5", groups: tuple[str, ...] = ()) -> _setup.Environment:
    return _setup.prepare(blender, sys.executable, groups)


def test_a_second_run_installs_nothing_and_says_nothing(pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    first = prepare()
    assert first.python.exists()
    assert len(pip.titles) == 2
    capsys.readouterr()
    assert prepare() == first
    assert len(pip.titles) == 2
    assert capsys.readouterr().out == ""


def test_a_group_asked_for_later_is_added(pip: Pip) -> None:
    prepare()
    prepare(groups=("test",))
    assert pip.titles[2:] == ["Installing the test tools"]
    prepare()
    assert len(pip.titles) == 3


def test_a_changed_pin_installs_that_file_again(pip: Pip) -> None:
    prepare()
    with (_setup.REQUIREMENTS / "blender-libraries.txt").open("a", encoding="utf-8") as stream:
        stream.write("zstandard==0.26.0\n")
    prepare()
    assert len(pip.titles) == 3
    assert "Blender 4.5" in pip.titles[-1] and "Pillow" not in pip.titles[-1]


def test_ctrl_c_while_installing_makes_the_environment_again(pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    pip.failing = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        prepare()
    pip.failing = None
    prepare()
    assert "Making again" in capsys.readouterr().out
    assert len(pip.titles) == 2


def test_a_refusal_of_pip_keeps_what_is_there(pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    prepare()
    pip.failing = _setup.SetupError("no network")
    with pytest.raises(_setup.SetupError):
        prepare(groups=("test",))
    pip.failing = None
    capsys.readouterr()
    prepare(groups=("test",))
    assert "Making" not in capsys.readouterr().out
    assert len(pip.titles) == 3


@pytest.mark.parametrize("damage", [
    lambda folder: shutil.rmtree(folder / ("Scripts" if sys.platform == "win32" else "bin")),
    lambda folder: (folder / _setup.STATE).write_text("{", encoding="utf-8"),
    lambda folder: (folder / _setup.STATE).write_text('{"blender": "4.5", "root": "elsewhere"}', encoding="utf-8"),
])  # fmt: skip
def test_a_damaged_environment_is_made_again(pip: Pip, damage: Callable[[Path], object]) -> None:
    environment = prepare()
    damage(environment.folder)
    assert prepare() == environment
    assert environment.python.exists()
    assert len(pip.titles) == 4


def test_a_moved_checkout_gets_a_new_environment(pip: Pip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare()
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in (".venv", "requirements", "pyproject.toml"):
        (tmp_path / name).rename(moved / name)
    monkeypatch.setattr(_setup, "ROOT", moved)
    monkeypatch.setattr(_setup, "REQUIREMENTS", moved / "requirements")
    prepare()
    assert len(pip.titles) == 4


def test_every_blender_has_its_own_folder(pip: Pip, tmp_path: Path) -> None:
    assert prepare("4.5").folder == tmp_path / ".venv"
    assert prepare("5.2").folder == tmp_path / ".venv-5.2"
    assert prepare("4.5").folder == tmp_path / ".venv"


def test_a_claimed_folder_is_nobody_elses_even_while_it_is_made(
    pip: Pip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the environments of several Blenders can be made beside one another."""
    assert _setup.claim("4.5").folder == tmp_path / ".venv"
    others = []

    def create(_interpreter: str, folder: Path) -> None:
        others.append(_setup.folder_for("5.2"))
        venv.create(folder)

    monkeypatch.setattr(_setup, "create", create)
    assert prepare("4.5").folder == tmp_path / ".venv"
    assert others == [tmp_path / ".venv-5.2"]
    assert _setup.claim("4.5") == prepare("4.5")
    assert len(pip.titles) == 2


def test_an_environment_of_the_users_own_is_left_alone(pip: Pip, tmp_path: Path) -> None:
    venv.create(tmp_path / ".venv")
    (tmp_path / ".venv" / "mine.txt").write_text("mine", encoding="utf-8")
    assert prepare().folder == tmp_path / ".venv-4.5"
    assert (tmp_path / ".venv" / "mine.txt").exists()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: No matching distribution found for bpy==4.5.15", "no Blender 4.5 module for this system"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("NewConnectionError: Temporary failure in name resolution", "can't be reached"),
        ("ERROR: something else\n[notice] A new release of pip", "something else"),
    ],
)
def test_a_failure_of_pip_is_one_plain_line(tmp_path: Path, output: str, words: str) -> None:
    line = _setup.explain(_setup.Environment("4.5", tmp_path), output)
    assert words in line
    assert "\n" not in line
