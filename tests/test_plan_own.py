# SPDX-License-Identifier: GPL-3.0-or-later
"""One's own presets: saved, renamed, deleted, given away and taken in; the command line knows them by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from modelsheet.cli import main
from modelsheet.common.errors import InputError
from modelsheet.plan import own
from modelsheet.plan.planner import make_plan
from modelsheet.plan.presets import load_preset
from modelsheet.plan.vary import vary

BELOW = Path(".user", "user_default", "modelsheet", "presets")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's presets."""
    place = tmp_path / "presets"
    place.mkdir()
    monkeypatch.setenv(own.ENVIRONMENT, str(place))
    return place


def test_a_saved_preset_is_the_same_and_the_command_line_knows_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = vary(load_preset("lora_40"), {"lighting": {"rim": 2, "soft_diffused": 1}}, None, 12)
    path = own.save(folder, preset, "Märchen: 12 & more!")
    assert path.name == "m_rchen_12_more.yaml"
    again = load_preset("m_rchen_12_more")
    assert again.title == "Märchen: 12 & more!"
    assert make_plan(again, None, 0, 12).shots == make_plan(preset, None, 0, 12).shots
    assert main(["presets"]) == 0
    assert "Your own: Märchen" in capsys.readouterr().out
    assert main(["plan", "m_rchen_12_more", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["preset"] == "m_rchen_12_more"


def test_one_broken_file_does_not_hide_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.yaml").write_text("axes: {colour: red}\n")
    own.save(folder, load_preset("quick"), "good one")
    assert main(["presets", "--json"]) == 0
    said = capsys.readouterr()
    rows = {row["name"]: row for row in json.loads(said.out)}
    assert rows["good_one"]["own"] == str(folder / "good_one.yaml")
    assert "bad.yaml" in said.err


def test_names_are_kept_apart(folder: Path) -> None:
    quick = load_preset("quick")
    for name in ("lora_40", "LoRA 40", "", "???", "con"):
        with pytest.raises(InputError, match="Preset name"):
            own.save(folder, quick, name)
    path = own.save(folder, quick, "one")
    with pytest.raises(InputError, match="there is one already"):
        own.save(folder, quick, "One")
    own.save(folder, load_preset("essentials"), "One", over=True)
    assert load_preset("one").budget == 24
    other = own.rename(path, "Two")
    assert not path.exists() and load_preset(str(other)).title == "Two"
    assert own.rename(other, "TWO!") == other and load_preset(str(other)).title == "TWO!"
    own.save(folder, quick, "three")
    with pytest.raises(InputError, match="there is one already"):
        own.rename(other, "Three")
    assert other.exists()
    own.delete(other)
    own.delete(other)
    assert set(own.own_files()) == {"three"}


def test_given_away_and_taken_in(folder: Path, tmp_path: Path) -> None:
    given = own.export(load_preset("quick"), tmp_path / "away" / "mine")
    assert given.name == "mine.yaml"
    first, second = (own.import_file(given, folder) for _time in range(2))
    assert [first.name, second.name] == ["mine.yaml", "mine_2.yaml"]
    assert make_plan(load_preset("mine_2"), None, 0, None).shots == make_plan(load_preset("quick"), None, 0, None).shots
    builtin = own.export(load_preset("quick"), tmp_path / "quick.yaml")
    assert own.import_file(builtin, folder).name == "quick_2.yaml"  # the built-in one keeps its name


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("secret.txt", "title: x\n", "end in .yaml"),
        ("gone.yaml", None, "can't be read"),
        ("outside.yaml", "extends: ../../secret.yaml\n", "not built in"),
        ("python.yaml", "title: !!python/object/apply:os.system [id]\n", "python.yaml"),
        ("bomb.yaml", "a: &a [x]\nb: [*a, *a]\n", "bomb.yaml"),
        ("deep.yaml", "axes: " + "[" * 500, "deep.yaml"),
        ("huge.yaml", "# " + "x" * (1 << 20), "larger than"),
        ("list.yaml", "- 1\n", "list.yaml"),
        ("many.yaml", "extends: quick\nbudget: 100000000\n", "whole number"),
        ("binary.yaml", "\x00\x01", "binary.yaml"),
    ],
)
def test_hostile_files_are_refused_in_one_line(
    folder: Path, tmp_path: Path, name: str, text: str | None, complaint: str
) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=complaint) as caught:
        own.import_file(path, folder)
    assert "\n" not in str(caught.value)
    assert not list(folder.iterdir())


def test_blenders_folders_are_found_without_blender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(own.ENVIRONMENT, raising=False)
    for variable in ("BLENDER_USER_EXTENSIONS", "BLENDER_USER_RESOURCES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("modelsheet.plan.folders._blender_home", lambda: tmp_path)
    for version in ("4.5", "5.0", "5.2", "5.10"):
        place = tmp_path / version / "extensions" / BELOW
        place.mkdir(parents=True)
        own.save(place, vary(load_preset("quick"), {}, None, None), f"from {version}")
    (tmp_path / "not.a.version").mkdir()
    assert list(own.own_files()) == ["from_5_10", "from_5_2", "from_5_0", "from_4_5"]
    monkeypatch.setenv("BLENDER_USER_RESOURCES", str(tmp_path / "4.5"))
    assert list(own.own_files()) == ["from_4_5"]
