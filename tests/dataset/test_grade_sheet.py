# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation sheet: what is found, what is measured, and that nothing in a picture can do harm."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from modelsheet.cli import main
from modelsheet.common.errors import InputError
from modelsheet.common.files import write_json
from modelsheet.dataset.grade import grade, write_sheet
from modelsheet.dataset.grade.read import read_made
from PIL import Image, ImageDraw, PngImagePlugin

HOSTILE = """"><script>alert('1')</script></style><img src=x onerror=alert(2)>"""
SIZE = 160


def figure(
    number: int, skin: tuple[int, int, int] = (224, 172, 140), ground: tuple[int, int, int] = (128, 128, 128)
) -> Image.Image:
    """Somebody of a few ellipses before a plain ground; numbers move and turn them."""
    rng = np.random.default_rng(number)
    picture = Image.new("RGB", (SIZE, SIZE), ground)
    draw = ImageDraw.Draw(picture)
    x, y, wide = 80 + int(rng.integers(-18, 18)), 62 + int(rng.integers(-12, 12)), 26 + int(rng.integers(0, 14))
    draw.ellipse([x - 50, y + 40, x + 50, 260], fill=(60, 70, 150))
    draw.ellipse([x - wide, y - 40, x + wide, y + 40], fill=skin)
    draw.pieslice([x - wide - 4, y - 46, x + wide + 4, y + 30], 180, 360, fill=(90, 50, 30))
    turn = int(rng.integers(-12, 12))
    for side in (-12, 12):
        draw.ellipse([x + side + turn - 4, y - 6, x + side + turn + 4, y + 2], fill=(40, 30, 30))
    draw.arc([x + turn - 12, y + 8, x + turn + 12, y + 24], 20, 160, fill=(150, 60, 60), width=2 + number % 4)
    return picture


def noisy(number: int) -> Image.Image:
    """The figure before something that is no plain ground."""
    noise = np.random.default_rng(number).integers(0, 255, (12, 12, 3), np.uint8)
    ground = Image.fromarray(noise).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    own = figure(number)
    ground.paste(own, mask=Image.fromarray(np.abs(np.asarray(own, np.int16) - 128).max(-1) > 4))
    return ground


PROMPTS = [
    {
        "id": "front",
        "group": "consistency",
        "text": "mara_syn, woman, front view, portrait",
        "expects": "likeness",
        "look": "x",
    },
    {"id": "cafe", "group": "context", "text": "mara_syn, woman, sitting in a coffee shop", "expects": "place"},
    {"id": "grey", "group": "flexibility", "text": "mara_syn, woman, black and white photograph", "expects": "grey"},
    {"id": "class", "group": "control", "text": "woman, front view, portrait", "expects": "unlike"},
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of ours in small: eight pictures, captions, a manifest and prompts."""
    folder = tmp_path_factory.mktemp("grade") / "set"
    (folder / "train").mkdir(parents=True)
    (folder / "prompts").mkdir()
    rows = []
    for number in range(8):
        figure(number).save(folder / "train" / f"mara_{number:04d}.png")
        side = "front view" if number % 3 else "profile view"
        (folder / "train" / f"mara_{number:04d}.txt").write_text(f"mara_syn, woman, {side}, portrait, 3d render\n")
        rows.append({"file": f"train/mara_{number:04d}.png", "caption": f"train/mara_{number:04d}.txt"})
    write_json(folder / "manifest.json", {"trigger": "mara_syn", "pictures": rows, "files": {}})
    (folder / "prompts" / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in PROMPTS))
    return folder


def save(folder: Path, name: str, picture: Image.Image, **texts: str) -> Path:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    folder.mkdir(parents=True, exist_ok=True)
    picture.save(folder / name, pnginfo=info)
    return folder / name


def sampled(number: int, index: int) -> str:
    return f"mara_e{number:06d}_{index:02d}_20261123001500_42.png"


def marks(dataset: Path, folder: Path) -> dict[str, list[str]]:
    return {one.path: one.marks for one in grade(folder, dataset).samples}


def test_what_can_be_measured_is_marked(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    copy = Image.open(dataset / "train" / "mara_0004.png").resize((120, 120)).resize((SIZE, SIZE))
    save(folder, sampled(1, 0), figure(40))
    save(folder, sampled(2, 0), copy)
    save(folder, sampled(3, 0), copy.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    save(folder, sampled(4, 0), figure(41, skin=(70, 160, 90)))
    save(folder, sampled(1, 1), noisy(42))
    save(folder, sampled(2, 1), figure(43))
    save(folder, sampled(1, 2), figure(44).convert("L").convert("RGB"))
    save(folder, sampled(2, 2), figure(45))
    save(folder, sampled(1, 3), figure(46))
    save(folder, sampled(2, 3), figure(47, skin=(70, 160, 90), ground=(20, 60, 90)))
    found = marks(dataset, folder)
    assert found[sampled(1, 0)] == ["like"]
    assert "copy" in found[sampled(2, 0)] and "copy" in found[sampled(3, 0)]
    assert found[sampled(4, 0)] == ["unlike"]
    assert found[sampled(1, 1)] == [] and found[sampled(2, 1)] == ["plain"]
    assert found[sampled(1, 2)] == [] and found[sampled(2, 2)] == ["coloured"]
    assert "leak" in found[sampled(1, 3)] and "leak" not in found[sampled(2, 3)]


def test_the_sheet_says_what_is_missing_and_what_to_do(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    for epoch in (2, 4):
        for index in range(4 if epoch == 2 else 2):
            save(folder, sampled(epoch, index), Image.open(dataset / "train" / f"mara_{index:04d}.png"))
    result = grade(folder, dataset)
    assert result.stages == ["epoch 2", "epoch 4"]
    assert len(result.missing) == 2 and all("lacks epoch 4" in line for line in result.missing)
    assert "by heart" in result.findings[0] and result.beside[0]
    assert "profile" not in result.trained[result.beside[0][0]].caption, "the front is laid beside the front"


def comfy(text: str) -> str:
    graph = {
        "3": {"class_type": "KSampler", "inputs": {"positive": ["9", 0], "negative": ["7", 0]}},
        "9": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["6", 0], "conditioning_2": ["3", 0]}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["8", 0]}},
        "8": {"class_type": "String", "inputs": {"string": text}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad hands"}},
    }
    return json.dumps(graph)


@pytest.mark.parametrize(
    ("name", "texts", "prompt", "index", "stage"),
    [
        (
            "a.png",
            {"parameters": "a cat,\nsmiling\nNegative prompt: dog\nSteps: 20, Seed: 1"},
            "a cat, smiling",
            None,
            "",
        ),
        ("a.png", {"parameters": "a cat\nSteps: 20, Seed: 1"}, "a cat", None, ""),
        ("a.png", {"prompt": comfy("a cat")}, "a cat", None, ""),
        ("a.png", {"Description": "a cat"}, "a cat", None, ""),
        ("a.png", {}, "", None, ""),
        ("mara_e000004_02_20261123001500_42.png", {}, "", 2, "epoch 4"),
        ("mara_000800_11_20261123001500.png", {}, "", 11, "step 800"),
        ("1700000000000__000000800_3.png", {}, "", 3, "step 800"),
        ("2 - a cat/2026-11-23_00-15-00-training-sample-800-4-0.png", {}, "a cat", 2, "step 800"),
        ("step_250_front_0_512x512.png", {}, "", None, "step 250"),
    ],
)
def test_prompts_are_found_where_tools_write_them(
    tmp_path: Path, name: str, texts: dict, prompt: str, index: int, stage: str
) -> None:
    path = tmp_path / name
    save(path.parent, path.name, Image.new("RGB", (8, 8)), **texts)
    made = read_made(path, tmp_path)
    assert (made.prompt, made.index, made.stage) == (prompt, index, stage)


def test_a_name_in_the_prompt_library_is_enough(dataset: Path, tmp_path: Path) -> None:
    save(tmp_path, "step_250_cafe_0_512x512.png", noisy(40))
    result = grade(tmp_path, dataset)
    assert result.prompts[result.samples[0].prompt].id == "cafe" and result.stages == ["step 250"]


def test_jpeg_metadata_and_a_text_beside_are_read(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "a cat\nSteps: 20".encode("utf-16-be")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    assert read_made(tmp_path / "a.jpg", tmp_path).prompt == "a cat"
    save(tmp_path, "b.png", Image.new("RGB", (8, 8)))
    (tmp_path / "b.txt").write_text("a dog\n")
    assert read_made(tmp_path / "b.png", tmp_path).prompt == "a dog"


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def test_hostile_metadata_is_bounded(tmp_path: Path) -> None:
    plain = save(tmp_path, "plain.png", Image.new("RGB", (8, 8))).read_bytes()
    head, rest = plain[:33], plain[33:]
    bomb = chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"a" * (64 << 20)))
    looped = json.dumps(
        {"1": {"inputs": {"positive": ["2", 0]}}, "2": {"inputs": {"text": ["2", 0], "conditioning": ["1", 0]}}}
    )
    texts = {
        "bomb": bomb,
        "deep": chunk(b"tEXt", b"prompt\0" + b'{"a":' * 50_000),
        "long": chunk(b"tEXt", b"parameters\0" + b"a " * 400_000),
        "loop": chunk(b"tEXt", b"prompt\0" + looped.encode()),
        "list": chunk(b"tEXt", b'prompt\0{"1": {"inputs": {"positive": [[["x"]]]}}, "2": 3, "3": {"inputs": []}}'),
    }
    for name, data in texts.items():
        (tmp_path / f"{name}.png").write_bytes(head + data + rest)
        made = read_made(tmp_path / f"{name}.png", tmp_path)
        assert len(made.prompt) <= 4000, name
    (tmp_path / "cut.png").write_bytes(plain[:40])
    assert read_made(tmp_path / "cut.png", tmp_path).prompt == ""


class Page(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def test_the_page_opens_from_disk_and_takes_no_markup(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "samples & more"
    save(folder / "a b", "one#1.png", figure(40), parameters=f"{HOSTILE}, woman\nSteps: 1")
    save(folder, sampled(1, 0), Image.open(dataset / "train" / "mara_0004.png"))
    page, data = write_sheet(grade(folder, dataset), folder)
    text = page.read_text(encoding="utf-8")
    elements = Page(text).elements
    assert not [tag for tag, _ in elements if tag in ("script", "iframe", "link", "form")]
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    for _tag, attributes in elements:
        for name in ("src", "href"):
            address = attributes.get(name, "")
            assert not address.startswith(("http", "//", "javascript")), address
    links = [attributes["href"] for tag, attributes in elements if tag == "a" and "href" in attributes]
    assert "a%20b/one%231.png" in links
    said = json.loads(data.read_text(encoding="utf-8"))
    assert {one["path"] for one in said["samples"]} == {"a b/one#1.png", sampled(1, 0)}
    assert said["samples"][1]["prompt"] == "front" and "copy" in said["samples"][1]["marks"]


def test_any_folder_will_do_as_a_dataset(tmp_path: Path) -> None:
    for number in range(5):
        save(tmp_path / "theirs", f"{number}.png", figure(number))
    save(tmp_path / "samples", "x.png", figure(40), parameters="a woman in a park\nSteps: 1")
    result = grade(tmp_path / "samples", tmp_path / "theirs")
    assert [asked.text for asked in result.prompts] == ["a woman in a park"] and len(result.trained) == 5


def test_another_list_of_prompts(dataset: Path, tmp_path: Path) -> None:
    listed = tmp_path / "prompts.txt"
    listed.write_text("# mine\na cat --n dog --w 512\n\na horse\n", encoding="utf-8")
    save(tmp_path / "samples", sampled(1, 1), figure(40))
    result = grade(tmp_path / "samples", dataset, listed)
    assert result.prompts[result.samples[0].prompt].text == "a horse"
    assert result.missing == ["No sample of “a cat”."]


def wrong(tmp_path: Path, dataset: Path) -> dict[str, list[str]]:
    empty, some = tmp_path / "empty", tmp_path / "some"
    empty.mkdir()
    save(some, "a.png", figure(40))
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "manifest.json").write_text('{"pictures": [{"file": 3}]}')
    return {
        "no samples": [str(empty), "--against", str(dataset)],
        "no folder": [str(tmp_path / "nonesuch"), "--against", str(dataset)],
        "no dataset": [str(some), "--against", str(empty)],
        "no dataset folder": [str(some), "--against", str(tmp_path / "nonesuch")],
        "itself": [str(dataset), "--against", str(dataset)],
        "only broken": [str(broken), "--against", str(dataset)],
        "bad manifest": [str(some), "--against", str(bad)],
        "bad prompts": [str(some), "--against", str(dataset), "--prompts", str(some / "a.png")],
        "out is a file": [str(some), "--against", str(dataset), "--out", str(some / "a.png")],
        "no words": [],
    }


def test_wrong_input_is_told_in_a_line(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, words in wrong(tmp_path, dataset).items():
        assert main(["grade", *words]) == 2, name
        said = capsys.readouterr().err.strip()
        assert said.startswith("modelsheet: ") and "\n" not in said and "Traceback" not in said, name


def test_the_command_writes_both_and_speaks_json(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "samples", sampled(1, 0), figure(40))
    assert (
        main(["grade", str(tmp_path / "samples"), "--against", str(dataset), "--out", str(tmp_path / "o"), "--json"])
        == 0
    )
    last = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert last["event"] == "graded" and Path(last["page"]).is_file() and Path(last["data"]).is_file()
    assert main(["grade", str(tmp_path / "samples"), "--against", str(dataset)]) == 0
    assert (tmp_path / "samples" / "grade.html").is_file() and "Sheet:" in capsys.readouterr().out


def test_a_manifest_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    save(tmp_path, "secret.png", figure(1))
    (tmp_path / "secret.txt").write_text("secret words")
    folder = tmp_path / "set"
    save(folder, "a.png", figure(2))
    rows: list[dict[str, Any]] = [
        {"file": "../secret.png", "caption": "../secret.txt"},
        {"file": "a.png", "caption": "../secret.txt", "mask": "../secret.png"},
    ]
    write_json(folder / "manifest.json", {"pictures": rows})
    save(tmp_path / "samples", "b.png", figure(3))
    with pytest.raises(InputError, match="none of its pictures"):
        grade(tmp_path / "samples", folder)


def test_progress_is_told(dataset: Path, tmp_path: Path) -> None:
    save(tmp_path / "samples", "b.png", figure(3))
    told: list[tuple[int, int]] = []
    tell: Callable[[int, int], None] = lambda done, total: told.append((done, total))  # noqa: E731
    grade(tmp_path / "samples", dataset, tell=tell)
    assert told == [(number, 9) for number in range(1, 10)]
