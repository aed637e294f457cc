# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a job will take: by a table, then by what jobs took here; a thread's answers; damaged files do no harm."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from modelsheet.ui import pace
from modelsheet.ui.later import Later
from modelsheet.ui.pace import Stopwatch, Way, estimate, way_of

WAY = Way("cycles", 1024, 16, "cpu")
WORDS = ["make", "sitter", "--engine", "cycles", "--samples", "16", "--device", "cpu", "--resolution", "1024"]


def test_more_takes_longer() -> None:
    base = estimate(WAY, 40, 40, {}).seconds
    assert 60 < base < 7200
    for slower in (Way("cycles", 2048, 16, "cpu"), Way("cycles", 1024, 64, "cpu")):
        assert estimate(slower, 40, 40, {}).seconds > base
    assert estimate(Way("workbench", 1024, 16, "cpu"), 40, 40, {}).seconds < base
    assert estimate(WAY, 8, 40, {}).seconds < base  # renders shared by five lights each


def test_what_was_measured_counts_before_the_table() -> None:
    exact = estimate(WAY, 10, 10, {WAY.key: [3.0, 5.0]})
    assert exact.seconds == pytest.approx(10 * 4 + pace.TABLE["cycles"]["start"])
    other = estimate(Way("cycles", 512, 16, "cpu"), 10, 10, {WAY.key: [4.0]})
    assert other.seconds < exact.seconds
    assert len({exact.basis, other.basis, estimate(WAY, 10, 10, {}).basis}) == 3


def test_jobs_are_measured_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new" / "paces.json"
    now = [100.0]
    monkeypatch.setattr("modelsheet.ui.pace.time.monotonic", lambda: now[0])
    for _job in range(7):
        watch = Stopwatch(file)
        watch.begin(way_of(WORDS))
        watch.take({"event": "progress"})
        for _picture in range(4):
            now[0] += 2.0
            watch.take({"event": "shot"})
        watch.take({"event": "done", "exposed": 4})
    assert Stopwatch(file).measured == {WAY.key: [2.0] * 5}
    watch.begin(None)  # a preview is none
    watch.take({"event": "progress"})
    watch.take({"event": "done", "exposed": 40})
    assert Stopwatch(file).measured == {WAY.key: [2.0] * 5}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cycles-1024-16-cpu": ["x", -1, 1e99]}', '{"a": 1}', "\x00"])
def test_a_damaged_file_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "paces.json").write_text(text)
    assert Stopwatch(tmp_path / "paces.json").measured == {}
    strange = {"cycles-x-y-z": [1.0], "cycles-1-2-3-4": [1.0]}
    assert estimate(Way("cycles", 64, 1, "cpu"), 4, 4, strange).seconds > 0


def test_words_that_render_nothing_are_not_measured() -> None:
    assert way_of(WORDS) == WAY
    for words in (["render", *WORDS[1:]], WORDS[:5], [], ["make", "x", "--engine", "paint", *WORDS[4:]]):
        assert way_of(words) is None


def test_an_answer_comes_later_and_the_newest_question_first() -> None:
    go, asked = threading.Event(), []

    def work(question: int) -> int:
        asked.append(question)
        assert go.wait(10)
        return question * 2

    later = Later(work)
    assert later.ask(1) is None and later.busy
    while not asked:
        pass
    assert later.ask(2) is None
    assert later.ask(3) is None  # 2 is asked by nobody any more
    go.set()
    assert later.wait(3) == 6
    assert 2 not in asked and later.known(2) is None and not later.busy
    later.close()
    assert later.ask(9) is None and not later.busy
