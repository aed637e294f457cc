# SPDX-License-Identifier: GPL-3.0-or-later
"""The person's word in the dataset: put in as a whole, taken out again, and whole after a kill."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from dataset.conftest import make_row
from modelsheet.common.errors import InputError
from modelsheet.common.lock import alone_in
from modelsheet.dataset.build import build
from modelsheet.dataset.checks.drops import Drops, read_drops, write_drops
from modelsheet.dataset.process import process
from modelsheet.dataset.review.store import Edit, Store
from modelsheet.review.album import Album
from modelsheet.review.apply import Applying, apply


@pytest.fixture
def made(out: Callable[..., Path]) -> Path:
    """An OUT of three pictures with its dataset."""
    names = ("neutral_grey", "white", "black")
    folder = out([make_row(number, background=name) for number, name in enumerate(names, 1)])
    process(folder)
    build(folder)
    return folder


def said(folder: Path) -> dict[str, str]:
    """Caption by picture, after a look whether the dataset is in keeping with itself."""
    final = folder / "final_dataset"
    for line in (final / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _space, name = line.partition("  ")
        assert sha256((final / name).read_bytes()).hexdigest() == digest, name
    manifest = json.loads((final / "manifest.json").read_text(encoding="utf-8"))
    texts = {row["id"]: (final / row["caption"]).read_text(encoding="utf-8").strip() for row in manifest["pictures"]}
    lines = [json.loads(line) for line in (final / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["shot"]: line["text"] for line in lines} == texts
    assert len(list(final.glob("train/*/*.txt"))) == len(texts)
    return texts


def change(album: Album, **words: Edit) -> None:
    """Edits by the picture's number: p1=Edit(…)."""
    names = list(album.cards)
    edits = {names[int(key[1:]) - 1]: edit for key, edit in words.items()}
    album.change(edits, album.store.get().revision, "tab", "")


def nothing(_event: object) -> None:
    """Nobody listens."""


def test_words_and_verdicts_go_in_and_come_out_again(made: Path) -> None:
    before, album = said(made), Album(made)
    first, second, _third = before
    change(album, p1=Edit("mara_syn, my own words"), p2=Edit(verdict="rejected"), p3=Edit(verdict="accepted"))
    assert album.pending(album.store.get()) == 2 and said(made) == before
    apply(album, nothing)
    after = {name: text for name, text in before.items() if name != second}
    assert said(made) == {**after, first: "mara_syn, my own words"}
    assert album.pending(album.store.get()) == 0 and list(read_drops(made).dropped) == [second]
    change(album, p1=Edit(text=None), p2=Edit(verdict=None))
    assert album.pending(album.store.get()) == 2
    apply(album, nothing)
    assert said(made) == before and not read_drops(made).dropped and album.pending(album.store.get()) == 0


def test_our_own_words_are_no_edit(made: Path) -> None:
    album = Album(made)
    card = next(iter(album.cards.values()))
    change(album, p1=Edit(f"  {card.own} "))
    assert album.store.get().text(card.entry.id) is None and album.pending(album.store.get()) == 0


def test_a_caption_edited_in_its_file_is_the_persons_too(made: Path) -> None:
    before = said(made)
    first = next(iter(before))
    path = next((made / "final_dataset").glob("train/*/*_0001.txt"))
    path.write_text("from an editor\n", encoding="utf-8")
    album = Album(made)
    assert album.store.get().text(first) == "from an editor"
    apply(album, nothing)
    assert said(made)[first] == "from an editor"
    path.write_text("from an editor, later\n", encoding="utf-8")
    album.refresh()
    assert album.store.get().text(first) == "from an editor, later"
    change(album, p1=Edit("here again"))
    album.refresh()
    assert album.store.get().text(first) == "here again"  # the file is older now
    apply(album, nothing)
    assert said(made)[first] == "here again"
    change(album, p1=Edit(text=None))
    apply(album, nothing)
    assert said(made) == before and album.pending(album.store.get()) == 0


def test_an_edit_taken_back_before_it_was_ever_applied(made: Path) -> None:
    before = said(made)
    path = next((made / "final_dataset").glob("train/*/*_0001.txt"))
    path.write_text("from an editor\n", encoding="utf-8")
    album = Album(made)
    change(album, p1=Edit(text=None))
    assert album.pending(album.store.get()) == 1
    apply(album, nothing)
    assert said(made) == before and album.pending(album.store.get()) == 0


def test_the_sidebars_word_is_later_than_the_file(made: Path) -> None:
    first = next(iter(said(made)))
    path = next((made / "final_dataset").glob("train/*/*_0001.txt"))
    path.write_text("from an editor\n", encoding="utf-8")
    Store(made).change({first: Edit("from the sidebar")})
    album = Album(made)
    apply(album, nothing)
    assert said(made)[first] == "from the sidebar" and album.pending(album.store.get()) == 0


def test_accepting_takes_back_in_what_the_checks_left_out(made: Path) -> None:
    second = list(said(made))[1]
    write_drops(made, Drops({second: {"why": "Out of focus.", "print": None}}))
    build(made)
    assert second not in said(made)
    album = Album(made)
    assert album.cards[second].out_why == "Out of focus." and album.pending(album.store.get()) == 0
    change(album, p2=Edit(verdict="accepted"))
    assert album.pending(album.store.get()) == 1
    apply(album, nothing)
    assert second in said(made) and read_drops(made).kept == (second,)


def test_what_can_not_be_applied_is_said_and_changes_nothing(made: Path) -> None:
    before, album = said(made), Album(made)
    change(album, **{f"p{number}": Edit(verdict="rejected") for number in (1, 2, 3)})
    with pytest.raises(InputError, match="Every picture is rejected"):
        apply(album, nothing)
    change(album, p1=Edit(verdict=None))
    applying = Applying(album)
    with alone_in(made):
        applying.start()
        assert applying.wait(20)
    assert "another Modelsheet job" in applying.state["error"] and said(made) == before
    applying.start()
    applying.start()  # twice is once
    assert applying.wait(60) and applying.state["error"] is None and applying.state["number"] == 2
    assert list(said(made)) == [next(iter(before))]


def test_what_is_said_while_it_is_written_waits_for_the_next_time(made: Path) -> None:
    album = Album(made)
    change(album, p1=Edit("first"))
    begun, go = threading.Event(), threading.Event()

    def tell(_event: object) -> None:
        begun.set()
        go.wait(20)

    worker = threading.Thread(target=apply, args=(album, tell))
    worker.start()
    assert begun.wait(20)
    change(album, p2=Edit("second"))
    go.set()
    worker.join()
    review = album.store.get()
    assert review.text(list(album.cards)[1]) == "second"
    apply(album, nothing)
    assert list(said(made).values())[:2] == ["first", "second"] and album.pending(album.store.get()) == 0
