# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong input of every kind: one plain line, exit status 2, nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from modelsheet.cli import main


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused; its one line."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    complaint = lines[-1]
    assert complaint.startswith("modelsheet: ")
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert sum(line.startswith("modelsheet: ") for line in lines) == 1
    return complaint


@pytest.mark.parametrize("trigger", ["a/b", "..", "two words", "a\nb", "mara🙂", "", "con", "x" * 200])
def test_trigger_words_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str], trigger: str) -> None:
    out = tmp_path / "out"
    complaint = refused(capsys, "make", "sitter", "--trigger", trigger, "--out", str(out))
    assert "trigger" in complaint.lower()
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["dance"],
        ["make", "sitter"],
        ["make", "sitter", "--trigger", "mara_syn", "--out", "x", "--resolution", "12"],
        ["make", "sitter", "--trigger", "mara_syn", "--out", "x", "--budget", "many"],
        ["make", "sitter", "--trigger", "mara_syn", "--out", "x", "--for", "nobody"],
        ["make", "sitter", "--trigger", "mara_syn", "--out", "x", "--preset", "no_such_preset"],
        ["make", "sitter", "--trigger", "mara_syn", "--out", "x", "--sitter", "hair"],
        ["make", "sitter", "--trigger", "mara_syn", "--out", "x", "--sitter", "hair=wig"],
        ["make", "x.glb", "--trigger", "mara_syn", "--out", "x", "--sitter", "hair=bob"],
    ],
)
def test_asked_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_and_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody.glb" in refused(capsys, "inspect", str(tmp_path / "nobody.glb"))
    assert "folder" in refused(capsys, "inspect", str(tmp_path))


def test_a_scene_without_a_mesh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"name": "nothing"}]}
    path = tmp_path / "nothing.gltf"
    path.write_text(json.dumps(empty))
    assert "nothing.gltf" in refused(capsys, "inspect", str(path))


@pytest.mark.parametrize("name", ["bad_empty.glb", "bad_truncated.blend"])
def test_files_that_are_no_characters(
    characters: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """One that is refused at a glance and one that Blender stumbles over; tests/test_character_load.py has them all."""
    out = tmp_path / "out"
    assert name in refused(capsys, "make", str(characters / name), "--trigger", "mara_syn", "--out", str(out))
    assert not out.exists()


def test_folders_that_cannot_be_written_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    refused(capsys, "make", "sitter", "--trigger", "mara_syn", "--out", str(file))
    refused(capsys, "make", "sitter", "--trigger", "mara_syn", "--out", str(file / "below"))
    full = tmp_path / "full"
    full.mkdir()
    (full / "holiday.jpg").write_text("mine")
    assert "other files" in refused(capsys, "make", "sitter", "--trigger", "mara_syn", "--out", str(full))
    assert [path.name for path in full.iterdir()] == ["holiday.jpg"]
    assert file.read_text() == "mine"


def test_a_folder_without_a_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "job" in refused(capsys, "caption", str(tmp_path))
    assert "job" in refused(capsys, "package", str(tmp_path), "--for", "kohya")
