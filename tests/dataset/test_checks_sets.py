# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of a set made here: against its truth, its prints and its plan; what is dropped, kept and told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataset import spoil
from dataset.figures import figure
from modelsheet.cli import main
from modelsheet.common.files import read_jsonl, write_jsonl
from modelsheet.dataset.build import build
from modelsheet.dataset.process import process
from modelsheet.dataset.report import report
from PIL import Image

Change = Callable[[Path, dict[str, Any]], None]
#: Sides in pixels, and how many pictures.
SIDE, PICTURES = 192, 6


@pytest.fixture
def made(out: Callable[..., Path], row: Callable[..., dict[str, Any]]) -> Path:
    """A finished OUT of good figures; the third is a full body."""
    rows = [
        row(
            number,
            background="white" if number % 2 else "neutral_grey",
            framing="full_body" if number == 3 else "portrait",
        )
        for number in range(1, PICTURES + 1)
    ]
    folder = out(rows)
    for entry in rows:
        path = folder / "raw_generated" / entry["file"]
        figure(entry["number"], SIDE, whole=entry["number"] == 3).save(path)
        points = {name: {"x": 90, "y": 40, "in_frame": True, "visible": True} for name in ("left_eye", "right_eye")}
        entry.update(size=[SIDE, SIDE], points=points, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    write_jsonl(folder / "raw_generated" / "shots.jsonl", rows)
    finish(folder)
    return folder


def finish(folder: Path) -> None:
    process(folder)
    build(folder)


def found(folder: Path) -> dict[int, dict[str, str]]:
    """Number of the picture -> {check: severity} for those with findings, from checks.json."""
    data = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    return {
        int(entry["id"][:4]): {row["check"]: row["severity"] for row in entry["findings"]}
        for entry in data["pictures"]
        if entry["findings"]
    }


def training(folder: Path, number: int, suffix: str = ".png") -> Path:
    return next(folder.glob(f"final_dataset/train/*/*_{number:04d}{suffix}"))


def test_a_good_set_is_good(made: Path) -> None:
    assert main(["check", str(made)]) == 0
    assert found(made) == {}


def _print(change: Callable[[Image.Image], Image.Image]) -> Change:
    """A change of the print, from which everything is then made anew."""

    def apply(folder: Path, row: dict[str, Any]) -> None:
        path = folder / "raw_generated" / row["file"]
        with Image.open(path) as print_:
            spoiled = change(print_.copy())
        spoiled.save(path)
        finish(folder)

    return apply


def _moved(print_: Image.Image) -> Image.Image:
    return print_.transform(print_.size, Image.Transform.AFFINE, (1, 0, 0, 0, 1, -30))


def _small(print_: Image.Image) -> Image.Image:
    canvas = Image.new("RGBA", print_.size)
    canvas.paste(print_.resize((SIDE // 5, SIDE // 5)), (70, 70))
    return canvas


def _truth(**change: Any) -> Change:
    def apply(folder: Path, row: dict[str, Any]) -> None:
        path = folder / "raw_generated" / "shots.jsonl"
        write_jsonl(path, [{**one, **(change if one["id"] == row["id"] else {})} for one in read_jsonl(path)])

    return apply


def _caption(text: bytes) -> Change:
    return lambda folder, row: training(folder, row["number"], ".txt").write_bytes(text) and None


def _picture(change: Callable[[Image.Image], Image.Image]) -> Change:
    def apply(folder: Path, row: dict[str, Any]) -> None:
        path = training(folder, row["number"])
        with Image.open(path) as opened:
            spoiled = change(opened.convert("RGB"))
        spoiled.save(path)

    return apply


#: What is done to the third picture (a full body), and what must be said of it.
CASES: dict[str, tuple[Change, str]] = {
    "print cut by the lower edge": (_print(_moved), "cut"),
    "print of a tiny figure": (_print(_small), "tiny"),
    "print of nothing": (_print(lambda print_: Image.new("RGBA", print_.size)), "empty"),
    "print with a white fringe": (_print(lambda print_: spoil.fringed(print_, 4)), "wide_edge"),
    "print with white in its edges": (_print(lambda print_: spoil.matted(print_, 255)), "halo"),
    "picture blurred": (_picture(lambda picture: spoil.blur(picture, picture, 2.5)), "blur"),
    "picture of another size": (_picture(lambda picture: picture.resize((150, 150))), "size"),
    "picture mirrored and moved": (_picture(lambda p: spoil.moved(p, p, 0.45)), "cut"),
    "picture emptied": (_picture(lambda picture: spoil.empty(picture, picture, 1)), "empty"),
    "face hidden": (_truth(visible={"face": False, "eyes": 0, "hands": 2}), "face_hidden"),
    "caption of another angle": (_caption(b"mara_syn, woman, back view, full body shot"), "caption_false"),
    "caption of another expression": (_caption(b"mara_syn, a sad woman, full body"), "caption_false"),
    "caption without trigger": (_caption(b"a woman, front view"), "caption_trigger"),
    "caption emptied": (_caption(b"\n"), "caption_missing"),
    "caption in another encoding": (_caption("mara_syn, fröhlich".encode("latin-1")), "caption_unreadable"),
    "caption gone": (lambda folder, row: training(folder, row["number"], ".txt").unlink(), "caption_missing"),
    "picture gone": (lambda folder, row: training(folder, row["number"]).unlink(), "unreadable"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_with_one_picture(made: Path, name: str) -> None:
    change, check = CASES[name]
    change(made, read_jsonl(made / "raw_generated" / "shots.jsonl")[2])
    assert main(["check", str(made)]) == 1
    assert list(found(made)) == [3]
    assert found(made)[3].get(check) == "bad"


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfmara_syn, a happy woman with red hair, front view\r\n",
        b"mara_syn, smiling woman, seen from the front, full body, on a white background",
        b"mara_syn",
    ],
)
def test_a_persons_true_caption_is_left_alone(made: Path, text: bytes) -> None:
    training(made, 3, ".txt").write_bytes(text)
    assert main(["check", str(made)]) == 0
    assert found(made) == {}


def test_dropped_pictures_leave_the_dataset_and_come_back(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    CASES["picture blurred"][0](made, {"number": 3})
    assert main(["check", str(made), "--drop"]) == 1
    assert "left out" in capsys.readouterr().out
    assert len(list(made.glob("final_dataset/train/*/*.png"))) == PICTURES - 1
    assert len(list(made.glob("raw_generated/*.png"))) == PICTURES
    assert "left out" in (made / "report.html").read_text(encoding="utf-8")
    name = next(iter(json.loads((made / "dropped.json").read_text())["dropped"]))
    finish(made)  # whatever is run later
    assert len(list(made.glob("final_dataset/train/*/*.png"))) == PICTURES - 1
    assert main(["check", str(made)]) == 0
    assert main(["check", str(made), "--keep", name]) == 0
    assert len(list(made.glob("final_dataset/train/*/*.png"))) == PICTURES
    assert json.loads((made / "dropped.json").read_text()) == {"format": 1, "dropped": {}, "kept": [name]}


def test_a_drop_ends_with_its_print(made: Path) -> None:
    CASES["picture blurred"][0](made, {"number": 3})
    main(["check", str(made), "--drop"])
    _truth(sha256="of a new print")(made, read_jsonl(made / "raw_generated" / "shots.jsonl")[2])
    finish(made)
    assert len(list(made.glob("final_dataset/train/*/*.png"))) == PICTURES


def test_the_last_picture_is_never_dropped(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(1, PICTURES + 1):
        CASES["picture emptied"][0](made, {"number": number})
    assert main(["check", str(made), "--drop"]) == 2
    assert "none would be left" in capsys.readouterr().err
    assert not (made / "dropped.json").exists()


def test_an_unknown_picture_can_t_be_kept(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(made), "--keep", "0999"]) == 2
    assert "--keep 0999" in capsys.readouterr().err


def test_the_report_marks_what_was_found_and_hides_nothing(made: Path) -> None:
    CASES["picture blurred"][0](made, {"number": 3})
    main(["check", str(made)])
    data = json.loads((made / "checks.json").read_text())
    data["pictures"][0]["findings"] = [{"severity": "bad", "sentence": "<script>alert(1)</script>"}]
    (made / "checks.json").write_text(json.dumps(data))
    text = report(made).read_text(encoding="utf-8")
    assert text.count('class="card bad"') == 2
    assert "The picture is blurred" in text
    assert "<script>alert" not in text


def test_a_folder_of_the_finished_dataset_stands_for_its_set(made: Path) -> None:
    assert main(["check", str(training(made, 1).parent)]) == 0
    assert (made / "checks.json").is_file()
    assert not (training(made, 1).parent / "checks.json").exists()


def test_json_is_one_object_with_figures(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    CASES["picture blurred"][0](made, {"number": 3})
    capsys.readouterr()
    assert main(["check", str(made), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["event"] == "checked" and len(answer["pictures"]) == PICTURES
    finding = answer["pictures"][2]["findings"][0]
    assert set(finding) == {"check", "value", "threshold", "severity", "sentence"}
    assert finding["value"] > finding["threshold"]
    assert [row["check"] for row in answer["set"]] == ["too_few"]


@pytest.mark.parametrize("text", ["{", "[]", '{"pictures": 3}', '{"pictures": [{"id": 1, "findings": [7]}], "set": 5}'])
def test_a_damaged_record_of_checks_is_passed_over(made: Path, text: str) -> None:
    (made / "checks.json").write_text(text)
    assert "Contact sheet" in report(made).read_text(encoding="utf-8")
    assert main(["check", str(made)]) == 0
