# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet caption`: what is asked is noted, a captioner looks first, and what doesn't change is not done again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from modelsheet import job
from modelsheet.captioners import run as captioners
from modelsheet.captioners.options import Options
from modelsheet.cli import main
from modelsheet.common.errors import InputError
from modelsheet.dataset.checks import picture
from modelsheet.dataset.spoken import shown_now, spoken_path

Made = Callable[..., Path]


def noted(place: Path) -> dict[str, Any]:
    """job.yaml."""
    return dict(yaml.safe_load((place / "job.yaml").read_text(encoding="utf-8")))


def first(place: Path) -> str:
    """The first caption."""
    return min(place.glob("final_dataset/train/*/*.txt")).read_text(encoding="utf-8").strip()


@pytest.fixture
def place(out: Made, row: Callable[..., Any]) -> Path:
    """A set to caption."""
    return out([row(1), row(2, lighting="rim")], preset="essentials", file="sitter", style=None, **{"for": []})


def test_what_was_chosen_is_told_and_noted(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caption", str(place), "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (chosen,) = [event for event in told if event["event"] == "captions"]
    assert chosen["style"] == "tags" and noted(place)["captions"]["because"] == chosen["because"]
    assert main(["caption", str(place), "--style", "e621"]) == 0
    assert noted(place)["captions"] == {"style": "e621", "because": "it was asked for"}
    assert first(place).startswith("mara_syn, human, female, solo")
    assert main(["caption", str(place), "--style", "auto"]) == 0
    assert noted(place)["style"] is None and first(place).startswith("mara_syn, woman")


@pytest.mark.parametrize("line", [{"environment": "/somebody/elses"}, {"batch": "many"}, {"wings": 2}])
def test_a_folder_of_somebody_elses_names_no_program_to_run(
    place: Path, line: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    words = noted(place) | {"captioner": "blip", "captioner_options": line}
    (place / "job.yaml").write_text(yaml.safe_dump(words), encoding="utf-8")
    assert main(["caption", str(place), "--captioner", "blip"]) == 2
    told = capsys.readouterr().err
    assert next(iter(line)) in told and "Take the line out" in told and told.count("\n") == 1


def test_parts_and_templates_are_remembered_and_taken_back(place: Path) -> None:
    assert main(["caption", str(place), "--parts", "expression,angle"]) == 0
    assert first(place) == "mara_syn, happy expression, front view"
    assert main(["caption", str(place), "--template", "{trigger}, {framing}, {ethnicity}"]) == 0
    assert first(place) == "mara_syn, head and shoulders portrait" and noted(place)["parts"] is None
    assert main(["caption", str(place), "--template", ""]) == 0
    assert first(place).startswith("mara_syn, woman, happy expression")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--parts", "mood"], "is no part of captions. The parts: trigger, person, class"),
        (["--template", "{trigger}, {mood}"], "is no part of captions"),
        (["--template", "{expression"], "is alone"),
        (["--captioner", "nobody"], "captioner 'nobody': not known"),
        (["--captioner", "blip", "--captioner-dtype", "int3"], "dtype 'int3': not known"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_changed(
    words: list[str], says: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (place / "job.yaml").read_bytes()
    assert main(["caption", str(place), *words]) == 2
    assert says in capsys.readouterr().err
    assert (place / "job.yaml").read_bytes() == before and not (place / "final_dataset").exists()


def test_a_captioner_looks_first_and_stays_the_set_s(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Options]] = []

    def looks(out: Path, name: str, options: Options, tell: Any) -> None:
        asked.append((name, options))
        head = {"captioner": name, "family": "blip", "model": "stand-in", "speaks": "natural"}
        lines = [
            head,
            *(
                {"id": one, "seen": seen, "text": "a smiling cat with a red scarf"}
                for one, seen in shown_now(out).items()
            ),
        ]
        path = spoken_path(out, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")

    monkeypatch.setattr(captioners, "caption_pictures", looks)
    assert main(["caption", str(place), "--captioner", "blip", "--captioner-batch", "4", "--yes", "--identity"]) == 0
    assert asked == [("blip", Options(batch=4, online=True))]
    assert "red scarf" in first(place)
    assert noted(place)["captioner"] == "blip" and noted(place)["captioner_options"] == {"batch": 4}
    assert main(["caption", str(place), "--style", "natural"]) == 0
    assert len(asked) == 1 and "wearing a red scarf" in first(place)
    assert main(["caption", str(place), "--captioner", "truth"]) == 0
    assert len(asked) == 1 and "scarf" not in first(place)


def test_a_captioner_that_can_t_run_leaves_all_as_it_was(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_given: Any) -> None:
        raise InputError("captioning: not set up. Run `modelsheet setup captioning`.")

    before = (place / "job.yaml").read_bytes()
    monkeypatch.setattr(captioners, "caption_pictures", refuses)
    assert main(["caption", str(place), "--captioner", "blip"]) == 2
    assert (place / "job.yaml").read_bytes() == before and not (place / "final_dataset").exists()


def test_what_does_not_change_is_not_done_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["caption", str(place)]) == 0
    pictures = {path: path.stat().st_mtime_ns for path in place.glob("final_dataset/**/*.png")}
    found = json.loads((place / "checks.json").read_text(encoding="utf-8"))["pictures"]

    def not_again(*_given: Any) -> None:
        raise AssertionError("a picture is looked at again")

    monkeypatch.setattr(picture, "open_picture", not_again)
    monkeypatch.setattr("modelsheet.dataset.pictures.open_picture", not_again)
    assert main(["caption", str(place), "--style", "natural"]) == 0
    assert {path: path.stat().st_mtime_ns for path in place.glob("final_dataset/**/*.png")} == pictures
    again = json.loads((place / "checks.json").read_text(encoding="utf-8"))["pictures"]
    assert [row["findings"] for row in again] == [row["findings"] for row in found]
    text = min(place.glob("final_dataset/train/*/*.txt"))
    text.write_text("no trigger, in profile\n", encoding="utf-8")
    assert job.finish(place, (), lambda event: None).report
    first_row = json.loads((place / "checks.json").read_text(encoding="utf-8"))["pictures"][0]
    assert {"caption_trigger", "caption_false"} <= {finding["check"] for finding in first_row["findings"]}
    monkeypatch.undo()
    next(place.glob("processed/*.png")).write_bytes(b"")
    assert main(["caption", str(place)]) == 1
