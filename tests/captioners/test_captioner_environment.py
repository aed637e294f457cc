# SPDX-License-Identifier: GPL-3.0-or-later
"""The captioners' environment: whole or not at all, nobody else's touched, nothing fetched without a yes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from modelsheet.captioners import environment, install
from modelsheet.captioners.environment import FOREIGN, HALF, MISSING, OLD, READY, VARIABLE, look, ready, usual_folder
from modelsheet.captioners.install import Order, make
from modelsheet.captioners.installer import Installer, explain
from modelsheet.captioners.interpreter import choose
from modelsheet.cli import main
from modelsheet.common import online
from modelsheet.common.errors import InputError, WorkError


class Commands:
    """Stands in for python and pip: notes what would be run, makes the interpreter's file, fails as told."""

    def __init__(self) -> None:
        self.run: list[list[str]] = []
        self.failing = ""
        self.raising: BaseException | None = None
        self.output: list[str] = []

    def __call__(self, installer: Installer, command: Sequence[str]) -> tuple[int, list[str]]:
        self.run.append(list(command))
        if self.failing and self.failing in " ".join(command):
            if self.raising is not None:
                raise self.raising
            return 1, self.output
        if "venv" in command:
            python = environment.python_in(installer.folder)
            python.parent.mkdir(parents=True)
            python.touch()
        for line in (
            "Downloading torch-2.13.0-cp311-x.whl (9 MB)",
            "Progress 5000000 of 9000000",
            "Installing collected packages: a",
        ):
            installer._hear(line)
        return 0, ['{"torch": "2.13.0", "transformers": "5", "onnxruntime": "1", "device": "cpu"}']

    @property
    def words(self) -> str:
        return "\n".join(" ".join(command) for command in self.run)


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Nothing is fetched or started."""
    stand_in = Commands()
    monkeypatch.setattr(Installer, "_run", lambda *words: stand_in(*words))  # noqa: PLW0108 - to be a method
    monkeypatch.setattr(install, "choose", lambda asked: asked or sys.executable)
    monkeypatch.setattr(install, "has_nvidia", lambda: False)
    monkeypatch.delenv(online.VARIABLE, raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(environment, "_system_folder", lambda _environ, _platform: tmp_path / "usual" / "captioning")
    return stand_in


def nothing(_event: object) -> None:
    """Hears an event."""


def test_made_once_and_then_at_once_back(commands: Commands, tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    order = Order(tmp_path / "it", torch="index")
    assert look(order.folder).state == MISSING
    assert make(order, events.append).state == READY
    assert [event["step"] for event in events][:2] == ["Making the environment", "Fetching torch"]
    assert {"done": 5, "total": environment.build("index")["download"]}.items() <= events[2].items()
    count = len(commands.run)
    assert make(order, nothing).state == READY
    assert len(commands.run) == count
    assert ready(order.folder).made["works"]["device"] == "cpu"


def test_everything_is_pinned_and_only_ready_made_packages_are_taken(commands: Commands, tmp_path: Path) -> None:
    make(Order(tmp_path / "it", torch="cpu"), nothing)
    text = (tmp_path / "it" / "requirements.txt").read_text(encoding="utf-8")
    assert "torch==2.13.0" in text and "torchvision" not in text
    assert all("==" in line for line in text.splitlines())
    installs = [line for line in commands.words.splitlines() if " pip install " in line]
    assert len(installs) == 3 and all("--only-binary :all:" in line for line in installs)
    assert "--no-deps --index-url https://download.pytorch.org/whl/cpu" in installs[1]


@pytest.mark.parametrize("step", ["venv", "pip==", " -r ", " -c "])
def test_a_run_that_is_stopped_leaves_what_is_known_to_be_half_and_made_anew(
    commands: Commands, tmp_path: Path, step: str
) -> None:
    order = Order(tmp_path / "it", torch="index")
    commands.failing, commands.raising = step, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        make(order, nothing)
    assert look(order.folder).state == HALF
    with pytest.raises(InputError, match="not whole"):
        ready(order.folder)
    (order.folder / "lib").mkdir(exist_ok=True)
    commands.failing = ""
    assert make(order, nothing).state == READY
    assert not (order.folder / "lib").exists()


def test_one_of_another_version_is_completed_not_fetched_anew(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(tmp_path / "it", torch="index")
    make(order, nothing)
    monkeypatch.setattr(environment, "requirements", lambda: ("torch==9",))
    assert look(order.folder).state == OLD
    commands.run.clear()
    assert make(order, nothing).state == READY
    assert "venv" not in commands.words and "-r" in commands.words


def test_one_that_was_moved_or_lost_its_python_is_made_anew(commands: Commands, tmp_path: Path) -> None:
    make(Order(tmp_path / "it", torch="index"), nothing)
    (tmp_path / "it").rename(tmp_path / "moved")
    assert look(tmp_path / "moved").state == HALF
    (tmp_path / "moved").rename(tmp_path / "it")
    environment.python_in(tmp_path / "it").unlink()
    assert look(tmp_path / "it").state == HALF


@pytest.mark.parametrize("damage", ["", "{", "[1]", "[" * 5000])
def test_a_state_that_can_not_be_read_is_a_folder_of_somebody_elses(tmp_path: Path, damage: str) -> None:
    (tmp_path / environment.STATE).write_text(damage, encoding="utf-8")
    assert look(tmp_path).state == FOREIGN


def test_a_folder_with_other_things_is_left_alone(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other things"):
        make(Order(tmp_path), nothing)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"] and not commands.run


def test_what_does_not_work_in_the_end_is_not_taken_for_ready(commands: Commands, tmp_path: Path) -> None:
    commands.failing, commands.output = " -c ", ["ImportError: DLL load failed"]
    with pytest.raises(WorkError, match="DLL load failed"):
        make(Order(tmp_path / "it", torch="index"), nothing)
    assert look(tmp_path / "it").state == HALF


def test_a_full_disk_is_told_before_anything_is_fetched(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install.shutil, "disk_usage", lambda _place: SimpleNamespace(free=1e9))
    with pytest.raises(InputError, match=r"1\.0 GB free"):
        make(Order(tmp_path / "it", torch="index"), nothing)
    assert not commands.run


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("NewConnectionError: Temporary failure in name resolution", "can't be reached"),
        ("ERROR: No matching distribution found for torch==2.13.0", "does not come for this system"),
        ("blah\nERROR: something else\n[notice] upgrade pip", "ERROR: something else"),
        ("", "no reason"),
    ],
)
def test_a_failure_of_pip_is_one_plain_line(tmp_path: Path, output: str, words: str) -> None:
    line = explain(output, tmp_path / "log")
    assert words in line and "\n" not in line


def test_where_it_lies_on_each_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert usual_folder({}, "linux") == tmp_path / ".local/share/modelsheet/captioning"
    assert usual_folder({"XDG_DATA_HOME": str(tmp_path / "d")}, "linux") == tmp_path / "d/modelsheet/captioning"
    assert usual_folder({}, "darwin") == tmp_path / "Library/Application Support/Modelsheet/captioning"
    assert usual_folder({"LOCALAPPDATA": str(tmp_path / "l")}, "win32") == tmp_path / "l/Modelsheet/captioning"
    assert usual_folder({}, "win32") == tmp_path / "AppData/Local/Modelsheet/captioning"
    for platform in ("linux", "win32", "darwin"):
        assert usual_folder({VARIABLE: str(tmp_path / "it")}, platform) == tmp_path / "it"


@pytest.mark.parametrize(
    ("platform", "nvidia", "build"),
    [
        ("linux", True, "cuda"),
        ("linux", False, "cpu"),
        ("win32", True, "cuda"),
        ("win32", False, "index"),
        ("darwin", False, "index"),
        ("freebsd", False, "cpu"),
    ],
)
def test_the_build_of_torch_fits_the_machine(
    platform: str, nvidia: bool, build: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "has_nvidia", lambda: nvidia)
    assert install.build_for_here(platform) == build


def test_the_python_that_makes_it_is_the_one_that_runs_us() -> None:
    assert choose() == sys.executable
    with pytest.raises(InputError, match="no Python that can make environments"):
        choose("/nowhere/python3")


def test_a_python_too_old_or_of_32_bits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, words in (([[3, 8], 8, "x"], "Python 3.8"), ([[3, 11], 4, "x"], "32-bit")):
        said = SimpleNamespace(stdout=f"warning\n{json.dumps(answer)}\n")
        monkeypatch.setattr("modelsheet.captioners.interpreter.subprocess.run", lambda *_a, _s=said, **_k: _s)
        with pytest.raises(InputError, match=words):
            choose("python")


def setup(folder: Path, *words: str) -> int:
    return main(["setup", "captioning", "--dir", str(folder), *words])


def test_nothing_is_fetched_without_a_yes(
    commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))  # not a terminal: nobody was asked
    assert setup(tmp_path / "it") == 2
    said = capsys.readouterr().err
    assert f"{Order(tmp_path).download} MB to download" in said and "add --yes" in said
    assert not commands.run and not (tmp_path / "it").exists()


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("yes\n", 0), ("n\n", 2), ("\n", 2), ("", 2)])
def test_on_a_terminal_it_asks(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    assert setup(tmp_path / "it") == status
    assert bool(commands.run) == (status == 0)


def test_with_json_every_line_is_an_event(
    commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup(tmp_path / "it", "--yes", "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {event["event"] for event in events} == {"would_fetch", "setting_up", "set_up"}
    assert events[-1]["state"] == READY
    assert setup(tmp_path / "it", "--check", "--json") == 0
    standing = json.loads(capsys.readouterr().out)
    assert standing["state"] == READY and standing["works"]["device"] == "cpu"
    assert {"name", "there", "download", "licence", "about"} <= set(standing["captioners"][0])


def test_check_fetches_nothing_and_says_what_is_there(
    commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup(tmp_path / "it", "--check") == 1
    assert "not there" in capsys.readouterr().out
    assert not commands.run


def test_a_blender_that_is_set_to_stay_offline_is_obeyed(
    commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(online.VARIABLE, "0")
    assert setup(tmp_path / "it", "--yes") == 2
    assert "Allow Online Access" in capsys.readouterr().err
    assert not commands.run


@pytest.mark.parametrize(
    ("path", "access", "said", "allowed"),
    [
        ("/blender", True, None, True),
        ("/blender", False, None, False),
        ("/blender", False, "1", True),
        ("/blender", True, "0", False),
        ("", False, None, True),
        (None, False, None, True),
    ],
)
def test_who_decides_on_the_network(
    path: str | None, access: bool, said: str | None, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bpy = None if path is None else SimpleNamespace(app=SimpleNamespace(binary_path=path, online_access=access))
    monkeypatch.setitem(sys.modules, "bpy", bpy)
    assert online.allowed({} if said is None else {online.VARIABLE: said}) == allowed


def test_a_folder_of_ones_own_is_remembered(commands: Commands, tmp_path: Path) -> None:
    assert usual_folder() == tmp_path / "usual" / "captioning"
    assert setup(tmp_path / "it", "--yes") == 0
    assert usual_folder() == tmp_path / "it"
    assert look().state == READY
    assert main(["setup", "captioning", "--yes", "--dir", str(tmp_path / "usual" / "captioning")]) == 0
    assert usual_folder() == tmp_path / "usual" / "captioning"
    (tmp_path / "usual" / environment.REMEMBERED).write_bytes(b"\xff not/absolute")
    assert usual_folder() == tmp_path / "usual" / "captioning"


def test_words_that_do_not_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert setup(tmp_path / "it", "--model", "me/mine@x") == 2
    assert "goes with one --captioner" in capsys.readouterr().err
    assert setup(tmp_path / "it", "--captioner", "nobody") == 2
