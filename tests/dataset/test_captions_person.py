# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person wrote or rejected: it stays through everything, and is told of where the truth has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from modelsheet.common.errors import InputError
from modelsheet.dataset.build import build
from modelsheet.dataset.process import process
from modelsheet.dataset.report import report
from modelsheet.dataset.review.store import Edit, Store
from modelsheet.dataset.spoken import shown_now

Made = Callable[..., Path]


class Set:
    """An OUT of two pictures, built as often as wanted; notes: what was told last."""

    def __init__(self, out: Made, row: Callable[..., Any]) -> None:
        self._out, self._row = out, row
        self.notes: list[str] = []

    def build(self, lighting: str = "rim", background: str = "white", relit: Any = None, **job: Any) -> Path:
        rows = [self._row(1, lighting=lighting, background=background), self._row(2)]
        if relit:
            rows[0]["relit"] = relit
        self.place = self._out(rows, **job)
        process(self.place)
        self.notes = []
        self.final = build(self.place, self.notes.append)
        return self.final

    def text(self, number: int = 1) -> str:
        """The caption file."""
        return next(self.final.glob(f"train/*/*_000{number}.txt")).read_text(encoding="utf-8")

    def write(self, data: bytes) -> None:
        """As a person writes into the first caption file."""
        next(self.final.glob("train/*/*_0001.txt")).write_bytes(data)

    def entry(self, number: int = 1) -> dict[str, Any]:
        """The manifest's."""
        pictures = json.loads((self.final / "manifest.json").read_text(encoding="utf-8"))["pictures"]
        return dict(pictures[number - 1])

    def id(self, number: int = 1) -> str:
        """Of a picture."""
        return str(self.entry(number)["id"])


@pytest.fixture
def made(out: Made, row: Callable[..., Any]) -> Set:
    """A set that was built once."""
    one = Set(out, row)
    one.build()
    return one


@pytest.mark.parametrize(
    ("change", "axes"),
    [
        ({"lighting": "soft_diffused"}, ["lighting"]),
        ({"background": "black"}, ["background"]),
        ({"relit": {"temperature": 3000}}, ["lighting"]),
        ({"lighting": "golden_hour", "background": "black"}, ["lighting", "background"]),
        ({"style": "natural"}, []),
        ({"class_word": "person"}, []),
    ],
)
def test_an_edit_stays_when_the_light_changes_and_that_is_told(
    change: dict[str, Any], axes: list[str], made: Set
) -> None:
    made.write(b"mara_syn, my very own words\n")
    for _again in range(2):
        made.build(**change)
        assert made.text() == "mara_syn, my very own words\n"
        assert made.entry().get("changed_since", []) == axes
        assert len(made.notes) == bool(axes) and all(axis in "".join(made.notes) for axis in axes)
    assert "changed_since" not in made.entry(2)
    if axes:
        made.write(b"mara_syn, other words, written now\n")
        made.build(**change)
        assert not made.notes, "they were written of the picture as it is"


def test_an_edit_keeps_to_a_new_trigger(made: Set) -> None:
    made.write(b"mara_syn, a Mara_Syn that waves\n")
    made.build(trigger="other_syn")
    assert made.text() == "other_syn, a other_syn that waves\n"
    assert made.text(2).startswith("other_syn, ")
    kept = [path.read_bytes() for path in (made.place / "backup").rglob("*.txt")]
    assert b"mara_syn, a Mara_Syn that waves\n" in kept


@pytest.mark.parametrize(
    ("data", "line", "told"),
    [
        (b"\xef\xbb\xbfmara_syn, by hand\r\n", "mara_syn, by hand\n", ""),
        (b"mara_syn,\nby\r\n\r\nhand", "mara_syn, by hand\n", ""),
        ("mara_syn, fröhlich".encode("cp1252"), "mara_syn, fröhlich\n", "was not UTF-8"),
        ("mara_syn, fröhlich".encode("utf-16"), "mara_syn, fröhlich\n", "was not UTF-8"),
        (b"mara_syn\x00\x01\x02 not a text at all", None, "is no text"),
        (b"x" * 100_000, None, "is no text"),
        (b"   \n", None, ""),
    ],
)
def test_a_caption_file_is_mended(data: bytes, line: str | None, told: str, made: Set) -> None:
    ours = made.text()
    made.write(data)
    made.build()
    assert made.text() == (line or ours)
    assert told in "".join(made.notes) and len(made.notes) == bool(told)
    assert data in [path.read_bytes() for path in (made.place / "backup").rglob("*.txt")]
    assert made.text(2).startswith("mara_syn, woman")
    made.build()
    assert not made.notes


def test_the_review_s_word_wins_until_it_is_taken_back(made: Set) -> None:
    ours = made.text()
    Store(made.place).change({made.id(): Edit(text="mara_syn, as reviewed")})
    for style in ("tags", "natural"):
        made.build(style=style)
        assert made.text() == "mara_syn, as reviewed\n"
        assert made.entry()["caption_edited"] and made.entry()["words"][1]["origin"] == "person"
    made.write(b"mara_syn, and later in the file\n")
    made.build()
    assert made.text() == "mara_syn, and later in the file\n"
    made.build()
    assert made.text() == "mara_syn, and later in the file\n"
    next(made.final.glob("train/*/*_0001.txt")).unlink()
    Store(made.place).change({made.id(): Edit(text=None)})
    made.build()
    assert made.text() == ours and not made.entry()["caption_edited"]


def test_rejected_pictures_leave_the_dataset(made: Set) -> None:
    first = made.id()
    Store(made.place).change({first: Edit(verdict="rejected")})
    made.build()
    assert [path.stem for path in made.final.glob("train/*/*.png")] == ["mara-syn_0002"]
    Store(made.place).change({first: Edit(verdict="accepted")})
    made.build()
    assert len(list(made.final.glob("train/*/*.png"))) == 2
    Store(made.place).change({made.id(number): Edit(verdict="rejected") for number in (1, 2)})
    with pytest.raises(InputError, match="every picture is rejected"):
        made.build()


def test_every_word_of_an_edited_caption_has_an_origin(made: Set) -> None:
    made.write(b"mara_syn, woman, happy expression, wearing my hat, rim lighting\n")
    made.build()
    words = [(word["text"], word["origin"]) for word in made.entry()["words"]]
    assert words == [
        ("mara_syn", "truth"),
        ("woman", "truth"),
        ("happy expression", "truth"),
        ("wearing my hat", "person"),
        ("rim lighting", "truth"),
    ]


def say(made: Set, text: str) -> None:
    """Have a stand-in captioner say the same of every picture."""
    path = made.place / "captions" / "models" / "blip.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"captioner": "blip", "family": "blip", "model": "stand-in", "speaks": "natural"}
    lines = [{"id": name, "seen": seen, "text": text} for name, seen in shown_now(made.place).items()]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in [head, *lines]), encoding="utf-8")


def test_a_model_s_words_are_joined_and_shown_in_the_report(made: Set) -> None:
    say(made, "a smiling man with <b>red</b> hair wearing a green jacket")
    made.build(captioner="blip")
    assert ", green jacket, " in made.text() and "man with" not in made.text()
    entry = made.entry()
    assert {"text": "green jacket", "origin": "model", "axis": "seen", "captioner": "blip"} in entry["words"]
    assert {"text": "smiling man", "because": "contradicts the truth: female", "axis": "class"} in entry["dropped"]
    page = report(made.place).read_text(encoding="utf-8")
    card = (made.final / "README.md").read_text(encoding="utf-8")
    assert (
        "Captions: a comma list in plain words (`tags`); what the model blip saw" in card and "is in 2 of them" in card
    )
    assert "blip said" in page and "contradicts the truth: female" in page and "<b>red" not in page
    made.build()
    assert "jacket" not in made.text() and "spoken" not in made.entry()


def test_a_captioner_that_has_not_looked_yet_is_told_of(made: Set) -> None:
    made.build(captioner="blip")
    assert made.text().startswith("mara_syn, woman, happy expression")
    (note,) = made.notes
    assert "no picture" in note and "--captioner blip" in note
