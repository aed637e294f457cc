# SPDX-License-Identifier: GPL-3.0-or-later
"""The person's word: kept through kills, shared by several writers, taken back, never passed over."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.dataset.review import journal
from modelsheet.dataset.review.store import FILE, FOLDER, LOG, Edit, Review, Stale, Store, read_review

NAMES = ("0001_front", "0002_back", "sub/picture.png")


def words(review: Review) -> dict[str, tuple[str | None, str | None]]:
    """What holds, without what holds nothing."""
    found = {name: (review.text(name), review.verdict(name)) for name in review.entries}
    return {name: pair for name, pair in found.items() if pair != (None, None)}


def test_nothing_said(tmp_path: Path) -> None:
    assert read_review(tmp_path) == Review()
    assert Store(tmp_path).undo() is None
    assert not list(tmp_path.rglob("*.json*"))


def test_a_word_is_kept_and_tidied(tmp_path: Path) -> None:
    Store(tmp_path).change({"a": Edit("\ufeff mara_syn,\n smile \x00", "accepted", print="p1")})
    review = read_review(tmp_path)
    assert (review.text("a"), review.verdict("a"), review.revision) == ("mara_syn, smile", "accepted", 1)
    assert review.verdict("a", "p1") == "accepted" and review.verdict("a", "p2") is None
    assert Store(tmp_path).change({"a": Edit(text=" \n")}).text("a") is None


@pytest.mark.parametrize("edits", [{"a": Edit("x" * 4001)}, {"a": Edit(verdict="great")}, {"": Edit("x")}])
def test_what_may_not_be_said(tmp_path: Path, edits: dict[str, Edit]) -> None:
    with pytest.raises(InputError):
        Store(tmp_path).change({"good": Edit("y"), **edits})
    assert read_review(tmp_path) == Review()


def test_disjoint_edits_merge_and_others_are_told(tmp_path: Path) -> None:
    one, other = Store(tmp_path), Store(tmp_path)
    start = one.get().revision
    one.change({"a": Edit("from one")}, start)
    assert words(other.change({"b": Edit("from other"), "a": Edit(verdict="rejected")}, start)) == {
        "a": ("from one", "rejected"),
        "b": ("from other", None),
    }
    with pytest.raises(Stale) as stale:
        other.change({"a": Edit("from other"), "c": Edit("too")}, start)
    assert stale.value.ids == ("a",) and stale.value.review.text("a") == "from one"
    assert read_review(tmp_path).text("c") is None
    assert other.change({"a": Edit("from one")}, start).revision == 2  # the same word is no conflict


def test_each_takes_their_own_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.change({"a": Edit("1")}, by="x")
    store.change({"b": Edit("2")}, by="y")
    store.change({"a": Edit("12")}, by="x", step="typing")
    store.change({"a": Edit("123")}, by="x", step="typing")
    assert words(store.undo("x") or Review()) == {"a": ("1", None), "b": ("2", None)}
    assert words(store.redo("x") or Review()) == {"a": ("123", None), "b": ("2", None)}
    assert words(store.undo("y") or Review()) == {"a": ("123", None)}
    assert store.can("y") == (False, True)
    store.change({"b": Edit("3")}, by="y")
    assert store.redo("y") is None


def test_what_others_changed_since_is_not_taken_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.change({"a": Edit("x1"), "b": Edit("x1")}, by="x")
    store.change({"a": Edit("y")}, by="y")
    with pytest.raises(Stale) as stale:
        store.undo("x")
    assert stale.value.ids == ("a",) and words(read_review(tmp_path)) == {"a": ("y", None)}
    assert store.undo("x") is None


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"format": 9}', '{"format": 1, "revision": 1, "pictures": {"a": {"text": 5, "verdict": null}}}'],
)
def test_a_strange_file_is_not_passed_over(tmp_path: Path, text: str) -> None:
    place = tmp_path / FOLDER / FILE
    place.parent.mkdir()
    place.write_text(text)
    for act in (lambda: read_review(tmp_path), lambda: Store(tmp_path).change({"a": Edit("x")})):
        with pytest.raises(InputError, match="not a review of ours"):
            act()
    assert place.read_text() == text


STEPS = st.lists(
    st.tuples(
        st.sampled_from("xy"),
        st.sampled_from(["change", "undo", "redo", "kill before", "kill half", "reopen"]),
        st.dictionaries(
            st.sampled_from(NAMES),
            st.tuples(st.sampled_from([None, "one", "two"]), st.sampled_from([None, "accepted", "rejected"])),
            min_size=1,
        ),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_interleaved_and_killed_writers_lose_nothing(steps: list) -> None:
    """A model with a plain dict: what was acknowledged is there, after any kill, for every reader."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        stores = {"x": Store(out), "y": Store(out)}
        known: dict[str, tuple[str | None, str | None]] = {}
        for who, act, edits in steps:
            before = (out / FOLDER / FILE).read_bytes() if (out / FOLDER / FILE).is_file() else None
            if act in ("undo", "redo"):
                try:
                    getattr(stores[who], act)(who)
                except Stale as stale:
                    assert set(stale.ids) <= set(NAMES)
                known = words(read_review(out))
            elif act == "reopen":
                stores[who] = Store(out)
            else:
                revision = stores[who].get().revision
                changed = stores[who].change({name: Edit(*pair) for name, pair in edits.items()}, by=who)
                if changed.revision == revision:
                    continue
                if act == "kill half":  # the line of the log torn: never acknowledged
                    whole = (out / FOLDER / LOG).read_bytes()
                    (out / FOLDER / LOG).write_bytes(whole[: -len(whole.splitlines()[-1]) // 2])
                if act in ("kill before", "kill half"):  # the review's own file not yet moved into place
                    (out / FOLDER / FILE).unlink(missing_ok=True)
                    if before is not None:
                        (out / FOLDER / FILE).write_bytes(before)
                if act != "kill half":
                    known = {**known, **edits}
            known = {name: pair for name, pair in known.items() if pair != (None, None)}
            assert words(read_review(out)) == known == words(stores[who].get())


def test_threads_and_processes_take_turns(tmp_path: Path) -> None:
    """Every writer's edits are there, and the log tells of each once; a process killed among them stops nobody."""
    code = (
        "import itertools, sys, pathlib, time; from modelsheet.dataset.review.store import Edit, Store\n"
        "for n in itertools.count():\n"
        "    Store(pathlib.Path(sys.argv[1])).change({f'p{n}': Edit(f'word {n}')})\n"
        "    print(n, flush=True)\n"
        "    time.sleep(0.005)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child:
        child.stdout.readline()
        workers = [threading.Thread(target=_writer, args=(tmp_path, name)) for name in "abcd"]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        child.kill()
        told = ["0", *child.stdout.read().split()]
    review = read_review(tmp_path)
    assert all(review.text(f"p{number}") == f"word {number}" for number in told)
    assert all(review.text(f"{name}{number}") == f"word {number}" for name in "abcd" for number in range(10))
    assert review.revision == len(words(review)) == len(journal.read_lines(tmp_path / FOLDER / LOG))


def _writer(out: Path, who: str) -> None:
    for number in range(10):
        Store(out).change({f"{who}{number}": Edit(f"word {number}")}, 0, who)


def test_a_long_log_is_shortened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_BYTES", 4000)
    store = Store(tmp_path)
    for number in range(60):
        store.change({"a": Edit(f"word {number}")})
    assert (tmp_path / FOLDER / LOG).stat().st_size < 6000
    assert read_review(tmp_path).revision == 60
    undone = store.undo()
    assert undone is not None and undone.text("a") == "word 58"


def test_the_file_is_plain(tmp_path: Path) -> None:
    Store(tmp_path).change({"a": Edit("x")})
    data = json.loads((tmp_path / FOLDER / FILE).read_text())
    assert data["format"] == 1 and data["pictures"]["a"]["text"] == "x" and data["pictures"]["a"]["verdict"] is None
