# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet inspect`: its JSON, its table, its picture, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from box_file import boxes
from modelsheet import job, photography
from modelsheet.cli import main
from modelsheet.common.errors import InputError
from modelsheet.findings import describe_licence, findings
from modelsheet.plan.facts import SURE, Ability, CharacterFacts, Head
from modelsheet.render.portrait_sheet import ALARM, EDGE, EYES, FACING, HEAD, SIZE, TOP, View, draw
from modelsheet.request import Request
from modelsheet.sidecar import SUFFIX
from modelsheet.sitter.rights import LICENCE
from PIL import Image, ImageColor

KEYS = {"file", "format", "characters", "warnings"}
CHARACTER = {"name", "kind", "body", "facing", "up", "height", "head", "eyes", "face", "rig", "expressions", "licence"}
CHARACTER |= {"evidence", "confidence"}


def inspect(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "modelsheet", "inspect", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=200, check=False)


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a file that is corrected by one beside it, and whose picture is asked for."""
    folder = tmp_path_factory.mktemp("inspect")
    file = boxes(folder / "boxes.gltf", copyright="Ada, CC BY-NC 4.0")
    (folder / f"boxes.gltf{SUFFIX}").write_text("head: lid\n")
    (folder / "LICENSE.txt").write_text("see there")
    done = inspect(str(file), "--json", "--picture", str(folder / "look.png"))
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == [
        "LICENSE.txt",
        "boxes.gltf",
        f"boxes.gltf{SUFFIX}",
        "look.png",
    ]
    return json.loads(done.stdout)


@pytest.mark.render
def test_json_has_every_key_and_knows_what_was_corrected(inspected: dict[str, Any]) -> None:
    assert inspected.keys() >= KEYS
    facts = inspected["characters"][0]
    assert facts.keys() >= CHARACTER
    assert facts["confidence"]["head"] == 1.0
    assert "lid" in facts["evidence"]["head"]
    assert facts["head"]["height"] < 1.0  # the upper box is 0.8 high, the lower one 2.0
    assert inspected["sidecar"].endswith(f"boxes.gltf{SUFFIX}")
    assert facts["licence"]["forbids"] == ["commercial use"]
    assert "LICENSE.txt" in facts["evidence"]["licence"]
    assert {"trunk", "lid"} <= set(inspected["parts"])


@pytest.mark.render
def test_a_doubt_names_the_option_that_mends_it(inspected: dict[str, Any]) -> None:
    assert inspected["characters"][0]["confidence"]["facing"] < SURE
    assert any("--facing" in warning for warning in inspected["warnings"])
    assert not any("--head" in warning for warning in inspected["warnings"])


@pytest.mark.render
def test_the_picture_shows_the_marks_over_the_character(inspected: dict[str, Any]) -> None:
    with Image.open(inspected["picture"]) as image:
        assert (image.format, image.size) == ("PNG", SIZE)
        colours = {colour for count, colour in image.getcolors(SIZE[0] * SIZE[1]) if count > 20}
        # the character itself, between its ground and the captions
        middle = image.crop((24, 200, 1000, 500))
        assert len({colour for _count, colour in middle.getcolors(SIZE[0] * SIZE[1])}) > 50
    assert {ImageColor.getrgb(HEAD), ImageColor.getrgb(FACING), ImageColor.getrgb(ALARM)} <= colours


@pytest.mark.render
def test_a_name_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    done = inspect(str(boxes(tmp_path / "boxes.gltf")), "--character", "Nobody")
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "--character Nobody" in line
    assert "trunk" in line
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--picture", "nowhere/look.png"], "nowhere"),
        (["--picture", "."], "PNG"),
        (["--picture", "folder.png"], "a folder"),
        (["--picture", "look.jpg"], "PNG"),
        (["--facing", "up"], "--facing up"),
        (["--facing", "-Z"], "--facing -Z"),
    ],
)
def test_asked_wrongly_before_blender_starts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(job, "Session", None)  # nothing of this may get so far
    file = boxes(tmp_path / "boxes.gltf")
    (tmp_path / "folder.png").mkdir()
    assert main(["inspect", str(file), *arguments]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert named in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["boxes.gltf", "folder.png"]


def test_a_wrong_file_beside_it_is_refused_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = boxes(tmp_path / "boxes.gltf")
    (tmp_path / f"boxes.gltf{SUFFIX}").write_text("facing: -Y\nhaed: lid\n")
    assert main(["inspect", str(file)]) == 2
    assert f"boxes.gltf{SUFFIX}, line 2: `haed`" in capsys.readouterr().err


def test_the_file_beside_it_decides_what_is_photographed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str | None]] = []

    class Stopped:
        def __init__(self, _file: str, overrides: dict[str, str | None], _sitter: dict[str, str]) -> None:
            asked.append(overrides)

        def __enter__(self) -> None:
            raise InputError("far enough")

        def __exit__(self, *_error: object) -> None:
            pass

    monkeypatch.setattr(photography, "Session", Stopped)
    file = boxes(tmp_path / "boxes.gltf")
    (tmp_path / f"boxes.gltf{SUFFIX}").write_text("facing: -X\nhead: lid\n")
    for given in ({}, {"facing": "+Y"}):
        with pytest.raises(InputError, match="far enough"):
            photography.render(Request(str(file), overrides=given), tmp_path / "out", lambda _event: None)
    assert [(row["facing"], row["head"]) for row in asked] == [("-X", "lid"), ("+Y", "lid")]


def facts(**changes: Any) -> CharacterFacts:
    values: dict[str, Any] = {
        "name": "Ada",
        "kind": "humanoid",
        "body": "full",
        "facing": (0.0, -1.0, 0.0),
        "up": (0.0, 0.0, 1.0),
        "height": 1.7,
        "head": Head((0.0, 0.0, 1.6), 0.2),
        "eyes": ((0.03, -0.1, 1.6), (-0.03, -0.1, 1.6)),
        "face": True,
        "rig": "mixamo",
        "expressions": {
            "happy": Ability("shape_keys", True),
            "sad": Ability("head_only", False),
            "smirk": Ability("none", False),
        },
        "poses": {"waving": Ability("bones", True)},
        "landmarks": {},
        "evidence": {"facing": "eyes " * 60, "head": "bone Head", "licence": "the file says nothing"},
        "confidence": {"facing": 0.24, "head": 0.97, "eyes": 0.8},
    }
    return CharacterFacts(**{**values, **changes})


def test_the_table_says_what_and_how_sure_within_its_width() -> None:
    licence = {"source": "VRM 1.0 meta", "fields": {}, "author": "Bo", "forbids": ["commercial use"], "asks": []}
    other = facts(name="初音", kind="other", body="head", eyes=None, licence=licence, words={"hair": "red"})
    answer = {
        "file": "/far/away/ada.vrm",
        "format": "vrm",
        "characters": [facts().to_json(), other.to_json()],
        "warnings": ["the front is a guess. " * 8 + "Mend it with --facing."],
        "sidecar": "/far/away/ada.vrm.modelsheet.yaml",
        "picture": None,
    }
    for width in (20, 80, 400):
        lines = list(findings(answer, width))
        assert max(map(len, lines)) <= 100
        text = " ".join("\n".join(lines).split())
        for words in (
            "ada.vrm: vrm, 2 characters",
            "Corrected by ada.vrm.modelsheet.yaml",
            "Ada (photographed)",
            "facing -Y NOT sure, 24 %",
            "head 0.2 m high sure, 97 %",
            "eyes found fairly sure, 80 %",
            "expressions = happy ~ sad (by head only) - smirk",
            "初音 (--character '初音')",
            "not a humanoid, photographed as it is, head only",
            "licence none stated",
            "licence author: Bo forbids: commercial use",
            "hair: red",
            "Mend it with --facing.",
        ):
            assert words in text


@pytest.mark.parametrize(
    ("licence", "line"),
    [
        (None, "no licence"),
        (LICENCE, "its pictures are yours (Modelsheet)."),
        ({"source": "FBX", "author": "Ada", "forbids": [], "asks": []}, "Licence: stated by Ada (FBX)."),
        (
            {
                "source": "VRM 0.x meta",
                "name": "CC_BY_NC",
                "forbids": ["commercial use"],
                "asks": ["naming the author"],
            },
            "Licence: CC_BY_NC (VRM 0.x meta); forbids commercial use; asks for naming the author.",
        ),
    ],
)
def test_a_licence_in_one_line(licence: dict[str, Any] | None, line: str) -> None:
    assert line in describe_licence(licence)
    assert "\n" not in describe_licence(licence)


def view(name: str, head: tuple[float, float, float, float], eyes: tuple[tuple[float, float], ...]) -> View:
    image = Image.new("RGBA", (488, 470), "#00000000")
    return View(name, image, head, eyes, ((240.0, 200.0),), ((240.0, 60.0), (240.0 - 60 * (name == "left"), 60.0)))


@pytest.mark.parametrize("name", ["Ada", "初音ミク", "x" * 300, "\u202e🙂"])
def test_the_picture_is_drawn_without_blenders_fonts_too(name: str) -> None:
    views = [
        view("front", (200, 20, 280, 100), ((220, 60), (260, 60))),
        view("left", (200, 20, 280, 100), ((210, 60),)),
    ]
    sheet = draw(facts(name=name), views, None)
    assert (sheet.size, sheet.mode) == (SIZE, "RGB")
    colours = {colour for count, colour in sheet.getcolors(SIZE[0] * SIZE[1]) if count > 20}
    for colour in (HEAD, EYES, FACING, ALARM):  # the facing is not sure
        assert ImageColor.getrgb(colour) in colours
    row = [sheet.getpixel((x, TOP + 90)) for x in range(EDGE, EDGE + 488)]
    blue = [x for x, (red, _green, blue) in enumerate(row) if blue - red > 120]
    assert {round(x, -1) for x in blue} == {200, 280}


def test_a_flat_character_still_has_its_picture() -> None:
    flat = [view("front", (200, 20, 280, 20), ()), view("left", (240, 20, 240, 100), ())]
    assert draw(facts(eyes=None, facing=(0.6, 0.8, 0.0)), flat, None).size == SIZE
