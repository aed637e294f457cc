# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet relight` over a finished set. Blender is stood in for: a negative here is the list of its lightings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from modelsheet.cli import main
from modelsheet.common.files import read_jsonl
from stand_in_blender import StandIn

PRESET = """\
title: Test
description: Two takes of two pictures.
prints_per_take: 2
shots:
  - {expression: happy, lighting: [neutral_studio, rim]}
  - {expression: sad, background: [white, neutral_grey]}
base: {background: white}
"""
ONE, TWO, THREE, FOUR = (
    "0001_portrait_front_happy",
    "0002_portrait_front_happy",
    "0003_portrait_front_sad",
    "0004_portrait_front_sad",
)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    monkeypatch.setattr("modelsheet.farm.session.Worker", made)
    return made


def words(out: Path, *more: str) -> list[str]:
    preset = out.with_suffix(".yaml")
    preset.write_text(PRESET)
    return ["sitter", "--preset", str(preset), "--out", str(out), "--trigger", "mara_syn", "--resolution", "64", *more]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished set of four pictures in two takes, not to be touched."""
    machine, folder = StandIn(), tmp_path_factory.mktemp("made") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("modelsheet.farm.session.Worker", machine)
        assert main(["make", *words(folder)]) == 0
    assert machine.photographed == [("neutral_studio", "rim"), ("neutral_studio",)]
    assert machine.count() == (2, 3)
    return folder


@pytest.fixture
def out(made: Path, machine: StandIn, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "out")


def relight(out: Path, *more: str) -> int:
    return main(["relight", str(out), *more])


def refused(capsys: pytest.CaptureFixture[str], out: Path, *more: str) -> str:
    """Run it where it must be refused: one line, and nothing in the folder is changed."""
    before = content(out)
    capsys.readouterr()
    assert relight(out, *more) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1 and said[0].startswith("modelsheet: ")
    assert content(out) == before
    return said[0]


def content(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def rows(out: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in read_jsonl(out / "raw_generated" / "shots.jsonl")}


def prints(out: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in (out / "raw_generated").glob("*.png")}


def captions(out: Path) -> list[str]:
    return [path.read_text() for path in sorted((out / "final_dataset" / "train").rglob("*.txt"))]


def set_of(out: Path) -> dict[str, bytes]:
    """What the pictures decide: all but the log of work and what rests."""
    return {name: data for name, data in content(out).items() if not name.startswith(("backup/", "packages/"))}


def test_everything_tells_of_the_new_light(out: Path, machine: StandIn) -> None:
    before = prints(out)
    assert relight(out, "--lighting", "rim", "--temperature", "3500", "--background", "black", "--only", "1") == 0
    assert machine.count() == (0, 1)
    row = rows(out)[ONE]
    assert (row["settings"]["lighting"], row["settings"]["background"]) == ("rim", "black")
    assert row["relit"]["temperature"] == 3500
    after = prints(out)
    assert {name for name in after if after[name] != before[name]} == {ONE}
    said = captions(out)
    assert "rim lighting, warm light" in said[0] and "black background" in said[0]
    assert "warm" not in "".join(said[1:])
    manifest = json.loads((out / "final_dataset" / "manifest.json").read_text())
    assert manifest["coverage"]["settings"]["lighting"] == {"neutral_studio": 2, "rim": 2}
    assert [entry.get("relit", {}).get("temperature") for entry in manifest["pictures"]] == [3500, None, None, None]
    report = (out / "report.html").read_text()
    assert "Light adjusted: 3500 K." in report
    decided = yaml.safe_load((out / "relight.yaml").read_text())
    assert decided["shots"] == {ONE: {"lighting": "rim", "background": "black", "adjust": {"temperature": 3500}}}


def test_undo_gives_all_back_and_nothing_is_made_for_it(out: Path, machine: StandIn) -> None:
    before = set_of(out)
    assert relight(out, "--exposure", "1", "--background", "black") == 0
    assert machine.count() == (0, 3)
    assert set_of(out) != before
    assert relight(out, "--undo", "--only", "*_happy") == 0
    assert [name for name, row in rows(out).items() if "relit" in row] == [THREE, FOUR]
    assert relight(out, "--undo") == 0
    assert set_of(out) == before
    assert relight(out, "--exposure", "1", "--background", "black") == 0
    assert machine.count() == (0, 0)  # the prints rested


def test_another_background_alone_costs_no_print(out: Path, machine: StandIn) -> None:
    before = prints(out)
    assert relight(out, "--background", "black", "--only", ONE, TWO) == 0
    assert machine.count() == (0, 0)
    assert prints(out) == before
    assert ["black background" in text for text in captions(out)] == [True, True, False, False]


def test_a_lamp_that_was_not_lit_names_the_take_and_is_rendered_when_told_to(
    out: Path, machine: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, out, "--lighting", "rim")
    assert f"{THREE}, {FOUR}" in said and ONE not in said
    assert "rim" in said and "--render" in said
    assert machine.count() == (0, 0)
    assert relight(out, "--lighting", "rim", "--only", "*_sad", "--render") == 0
    assert machine.photographed == [("neutral_studio", "rim")]
    assert machine.count() == (1, 1)
    assert relight(out, "--lighting", "rim", "--temperature", "8000") == 0  # now it can be done without
    assert machine.count() == (0, 2)
    assert relight(out, "--undo") == 0
    assert machine.count() == (0, 0)


def test_decisions_stay_when_the_set_is_made_again(
    made: Path, out: Path, machine: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert relight(out, "--lighting", "rim", "--exposure", "-1", "--render") == 0
    machine.count()
    before = set_of(out)
    capsys.readouterr()
    asked = words(made)
    asked[asked.index("--out") + 1] = str(out)
    assert main(["make", *asked]) == 0
    said = capsys.readouterr().err
    assert machine.count() == (0, 0)
    assert set_of(out) == before
    assert "4 pictures as relit" in said and "--undo" in said


@pytest.mark.parametrize("harm", ["truncated", "foreign"])
def test_a_negative_that_is_not_sound_is_named_and_never_printed(
    out: Path, machine: StandIn, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    happy, sad = sorted((out / "negatives").iterdir(), key=lambda path: "rim" not in path.read_text())
    sad.write_bytes(b"cut" if harm == "truncated" else happy.read_bytes())
    before = prints(out)
    assert relight(out, "--exposure", "1", "--background", "black") == 1
    said = capsys.readouterr().err
    assert sad.name in said and THREE in said and "Traceback" not in said
    after = prints(out)
    # What could be done is done, the rest is as it was, and everything tells the truth of both.
    assert {name for name in after if after[name] != before[name]} == {ONE, TWO}
    assert {name: row.get("relit", {}).get("exposure") for name, row in rows(out).items()} == {
        **dict.fromkeys((ONE, TWO), 1),
        **dict.fromkeys((THREE, FOUR), None),
    }
    assert ["black background" in text for text in captions(out)] == [True, True, False, False]
    assert machine.count() == (0, 2)
    assert relight(out, "--exposure", "1", "--background", "black", "--render") == 0
    assert machine.count() == (1, 1)
    assert all(row["relit"]["exposure"] == 1 for row in rows(out).values())


def test_negatives_that_were_deleted(out: Path, machine: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (out / "negatives").iterdir():
        path.unlink()
    said = refused(capsys, out, "--exposure", "1")
    assert "0001-0004" in said and "negatives" in said and "--render" in said
    assert relight(out, "--background", "black") == 0  # that needs none
    assert relight(out, "--exposure", "1", "--only", "1", "--render") == 0
    assert machine.count() == (1, 1)


def test_a_blender_that_dies_over_a_negative_changes_nothing(out: Path, machine: StandIn) -> None:
    before = set_of(out)
    machine.dies = True
    assert relight(out, "--exposure", "1") == 1
    assert set_of(out) == before


@pytest.mark.parametrize("prints_made", [0, 1, 2])
def test_cut_off_and_gone_on(out: Path, machine: StandIn, prints_made: int) -> None:
    whole = shutil.copytree(out, out.parent / "whole" / out.name)
    asked = ("--exposure", "1", "--background", "black")
    assert relight(whole, *asked) == 0
    machine.count()
    machine.stopped_after = prints_made
    assert relight(out, *asked) == 1
    assert machine.count() == (0, prints_made)
    machine.stopped_after = None
    assert relight(out) == 0
    assert machine.count() == (0, 3 - prints_made)
    assert set_of(out) == set_of(whole)


def test_an_engine_without_groups_holds_whole_lightings(
    machine: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["make", *words(out, "--engine", "workbench")]) == 0
    machine.count()
    assert "single lamps" in refused(capsys, out, "--intensity", "key=2")
    assert THREE in refused(capsys, out, "--lighting", "rim")
    assert relight(out, "--intensity", "all=2", "--only", "2") == 0
    assert relight(out, "--lighting", "rim", "--exposure", "1", "--only", "1") == 0
    assert machine.count() == (0, 2)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--lighting", "rin"], "rim"),
        (["--background", "pink"], "black"),
        (["--background", "folder"], "--backgrounds"),
        (["--exposure", "bright"], "not a number"),
        (["--exposure", "inf"], "not a number"),
        (["--exposure", "40"], "10"),
        (["--temperature", "0"], "2000"),
        (["--intensity", "key"], "key=1.5"),
        (["--intensity", "=2"], "key=1.5"),
        (["--intensity", "key=x"], "not a number"),
        (["--intensity", "torch=2"], "fill"),
        (["--intensity", "key=2", "fill=-1"], "0 to 100"),
        (["--only", "9", "--exposure", "1"], ONE),
        (["--undo", "--lighting", "rim"], "--undo"),
        ([], "--lighting"),
    ],
)
def test_asked_wrongly(out: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said: str) -> None:
    assert said in refused(capsys, out, *asked)


def test_folders_that_hold_no_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "job.yaml" in refused(capsys, tmp_path, "--exposure", "1")
    assert "job.yaml" in refused(capsys, tmp_path / "nowhere", "--exposure", "1")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("relight.yaml", "shots: {0001_a_b: {lighting: [rim]}}", "relight.yaml"),
        ("raw_generated/plan.json", "{", "plan.json"),
        ("raw_generated/plan.json", "{}", "plan.json"),
        ("raw_generated/plan.json", '{"planned": 7}', "plan.json"),
        ("raw_generated/plan.json", "[]", "plan.json"),
        ("raw_generated/shots.jsonl", "nonsense\n", "shots.jsonl"),
    ],
)
def test_files_that_were_damaged(
    out: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, said: str
) -> None:
    (out / name).write_text(text)
    assert said in refused(capsys, out, "--exposure", "1")


def test_a_set_of_other_code_is_not_mixed_with_ours(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = yaml.safe_load((out / "job.yaml").read_text())
    (out / "job.yaml").write_text(yaml.safe_dump({**job, "code": "0" * 64}))
    assert "version" in refused(capsys, out, "--exposure", "1")


def test_a_set_that_was_only_rendered_gets_prints_and_no_dataset(machine: StandIn, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["render", *words(out)]) == 0
    assert relight(out, "--exposure", "1") == 0
    assert all(row["relit"]["exposure"] == 1 for row in rows(out).values())
    assert not (out / "final_dataset").exists()


def test_a_file_that_a_person_wrote_is_made_so(out: Path, machine: StandIn) -> None:
    (out / "relight.yaml").write_text(f"shots:\n  {TWO}: {{adjust: {{intensity: {{edge: 0.5}}}}}}\n")
    assert relight(out) == 0
    assert machine.developed == [TWO]
    assert rows(out)[TWO]["relit"]["intensity"] == {"edge": 0.5}


def test_pictures_that_became_the_same_are_told(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert relight(out, "--lighting", "rim", "--only", "1", "2") == 0
    assert f"{ONE} and {TWO} are the same picture now" in capsys.readouterr().err
