# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check on a stranger's folder: spoiled pictures are caught, good ones are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset import spoil
from dataset.figures import figure
from modelsheet.cli import main
from PIL import Image

GOOD, NEXT = 20, 28
GREY, WHITE = (128, 128, 128), (255, 255, 255)
#: (spoiler, strength, the check that must catch it): the weakest fault that is bad, and a gross one.
FAULTS = (
    ("blur", 2.2, "blur"),
    ("blur", 4, "blur"),
    ("motion", 8, "blur"),
    ("motion", 14, "blur"),
    ("enlarged", 5, "blur"),
    ("noise", 9, "noise"),
    ("noise", 20, "noise"),
    ("fireflies", 20, "fireflies"),
    ("fireflies", 60, "fireflies"),
    ("exposed", -2.8, "darker"),
    ("exposed", -5, "dark"),
    ("exposed", 4, "bright"),
    ("exposed", 7, "empty"),
    ("dimmed", 0.2, "backdrop"),
    ("empty", 1, "empty"),
    ("tiny", 0.25, "tiny"),
    ("tiny", 0.12, "tiny"),
    ("moved", 0.12, "cut"),
    ("moved", 0.3, "cut"),
    ("closer", 1.6, "cut"),
    ("closer", 1.4, "cut"),
    ("magenta", 0.1, "magenta"),
    ("magenta", 0.6, "magenta"),
)
#: Copies of good pictures with a slight change: (spoiler, strength).
SLIGHT = (("trimmed", 1.04), ("recompressed", 60), ("dimmed", 0.9), ("blur", 0.8), ("turned", 1.0), ("enlarged", 1.5))


def on(ground: tuple[int, int, int], print_: Image.Image) -> Image.Image:
    """A print on a colour."""
    picture = Image.new("RGB", print_.size, ground)
    picture.paste(print_, mask=print_.getchannel("A"))
    return picture


def made(number: int) -> tuple[Image.Image, Image.Image, str]:
    """A good picture, its mask and its caption; every fourth shows the whole figure, every other is on white."""
    whole, white = number % 4 == 3, number % 2 == 1
    print_ = figure(number, whole=whole)
    framing = "full body shot" if whole else "head and shoulders portrait"
    light, ground = "soft diffused lighting", f"plain {'white' if white else 'grey'} background"
    words = f"mara_syn, woman, front view, {framing}, {light}, {ground}"
    return on(WHITE if white else GREY, print_), print_.getchannel("A"), words


def put(folder: Path, name: str, picture: Image.Image | bytes, caption: str | None) -> None:
    path = folder / f"{name}.png"
    path.write_bytes(picture) if isinstance(picture, bytes) else picture.save(path)
    if caption is not None:
        path.with_suffix(".txt").write_text(caption, encoding="utf-8")


def spoiled(folder: Path) -> dict[str, str]:
    """Write every fault into a folder; name -> the check that must catch it."""
    wanted = {}
    for number, (name, strength, check) in enumerate(FAULTS, start=NEXT):
        picture, mask, words = made(number)
        put(folder, f"{number}-{name}-{strength}", getattr(spoil, name)(picture, mask, strength), words)
        wanted[f"{number}-{name}-{strength}.png"] = check
    for number, (name, strength) in enumerate(SLIGHT):
        picture, mask, words = made(4 * number % GOOD)
        put(folder, f"z{number}-{name}", getattr(spoil, name)(picture, mask, strength), words)
        wanted[f"z{number}-{name}.png"] = "duplicate"
    picture, _mask, words = made(NEXT + 28)
    print_ = figure(NEXT + 28)
    burnt, mask, burnt_words = made(NEXT + 29)
    files: dict[str, tuple[Image.Image | bytes, str | None, str]] = {
        "halo-wide": (spoil.fringed(print_, 4), words, "wide_edge"),
        "halo-white": (spoil.matted(print_, 255), words, "halo"),
        "halo-black": (spoil.matted(print_, 0), words, "halo"),
        "burnt": (spoil.exposed(burnt, mask, 3), burnt_words, "melting"),
        "damaged": (b"\x89PNG\r\n\x1a\n" + bytes(400), words, "unreadable"),
        "text": (b"hello", words, "unreadable"),
        "small": (picture.resize((96, 96)), words, "small"),
        "long": (picture.crop((100, 0, 150, 256)), words, "shape"),
        "grey": (picture.convert("L"), words, "grey"),
        "palette": (picture.convert("P"), words, "mode"),
        "no-caption": (picture, None, "caption_missing"),
        "empty-caption": (picture, " \n", "caption_missing"),
        "no-trigger": (picture, words.partition(", ")[2], "caption_trigger"),
        "torn": (picture, f"{words}, back view", "caption_torn"),
        "backdrop": (picture, words.replace("grey", "black").replace("white", "black"), "backdrop"),
    }
    for name, (content, caption, check) in files.items():
        put(folder, name, content, caption)
        wanted[f"{name}.png"] = check
    return wanted


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, list[dict[str, Any]]], Path]:
    """(what must be caught, what was found by file, the folder)."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(GOOD):
        picture, _mask, words = made(number)
        put(folder, f"good-{number:02d}", picture, words)
    wanted = spoiled(folder)
    assert main(["check", str(folder)]) == 1
    data = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    return wanted, {entry["file"]: entry["findings"] for entry in data["pictures"]}, folder


def test_every_spoiled_picture_is_bad(looked: tuple[dict, dict, Path]) -> None:
    wanted, found, _folder = looked
    assert len(wanted) >= 40
    missed = [name for name in wanted if not any(row["severity"] == "bad" for row in found[name])]
    assert not missed


def test_each_fault_is_told_by_its_own_check(looked: tuple[dict, dict, Path]) -> None:
    wanted, found, _folder = looked
    told = {name: {row["check"] for row in found[name]} for name in wanted}
    assert {name: checks for name, checks in told.items() if wanted[name] not in checks} == {}


def test_good_pictures_are_kept(looked: tuple[dict, dict, Path]) -> None:
    _wanted, found, _folder = looked
    flagged = {name: rows for name, rows in found.items() if name.startswith("good") and rows}
    assert not flagged


def test_sentences_are_whole_and_say_what_to_do(looked: tuple[dict, dict, Path]) -> None:
    _wanted, found, _folder = looked
    for rows in found.values():
        for row in rows:
            assert "{" not in row["sentence"] and row["sentence"].endswith(".") and row["sentence"].count(".") >= 2


def test_a_strangers_files_are_not_touched(looked: tuple[dict, dict, Path]) -> None:
    wanted, _found, folder = looked
    others = {path.name for path in folder.iterdir() if path.suffix not in (".png", ".txt")}
    assert others == {"checks.json"}
    assert (folder / "text.png").read_bytes() == b"hello"
    assert len(list(folder.glob("*.png"))) == GOOD + len(wanted)


def test_two_expressions_are_two_pictures(tmp_path: Path) -> None:
    for mouth in range(4):  # the same turn of the head, four mouths
        put(tmp_path, f"mouth-{mouth}", on(GREY, figure(3, mouth=mouth)), f"mara_syn, picture {mouth}")
    assert main(["check", str(tmp_path)]) == 0


def test_dark_light_is_no_fault_where_all_have_it(tmp_path: Path) -> None:
    for number in range(6):
        put(tmp_path, f"{number}", on((0, 0, 0), figure(number, light=0.35)), "mara_syn, plain black background")
    assert main(["check", str(tmp_path)]) == 0


def test_one_picture_in_the_dark_stands_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(6):
        light = 0.3 if number == 4 else 1.0
        put(tmp_path, f"{number}", on(WHITE, figure(number, light=light)), "mara_syn, plain white background")
    assert main(["check", str(tmp_path), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in answer["pictures"] if row["findings"]] == ["4.png"]
    assert answer["pictures"][4]["findings"][0]["check"] in ("dark", "darker")


@pytest.mark.parametrize("content", [np.zeros((1, 1, 3), np.uint8), np.zeros((3, 400, 3), np.uint8)])
def test_the_smallest_pictures_do_no_harm(tmp_path: Path, content: np.ndarray) -> None:
    put(tmp_path, "tiny", Image.fromarray(content), "x")
    assert main(["check", str(tmp_path)]) == 1


def test_nothing_to_check_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert main(["check", str(tmp_path / "absent")]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "one", on(GREY, figure(1)), "x")
    (tmp_path / "checks.json").write_text('{"mine": 1}')
    assert main(["check", str(tmp_path)]) == 2
    assert (tmp_path / "checks.json").read_text() == '{"mine": 1}'
