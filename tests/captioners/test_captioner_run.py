# SPDX-License-Identifier: GPL-3.0-or-later
"""Captioning a set with a stand-in for the model's process: what is said is kept, what goes wrong costs little."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from captioners.sets import safetensors
from modelsheet.captioners import environment, run
from modelsheet.captioners.options import Options
from modelsheet.captioners.run import caption_pictures, check_ready
from modelsheet.common.errors import InputError, ModelsheetError, WorkError
from modelsheet.dataset.layout import read_rows
from modelsheet.dataset.spoken import read_spoken, spoken_path

STAND_IN = Path(__file__).with_name("stand_in_captioner.py")


class Set:
    """An OUT with a stand-in captioner that misbehaves as told."""

    def __init__(self, out: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.out = out
        self.model = model
        self.ids = [row["id"] for row in read_rows(out)]
        self.events: list[dict[str, Any]] = []
        self._monkeypatch = monkeypatch
        standing = environment.Standing(model, environment.READY, {})
        monkeypatch.setattr(run, "ready", lambda _folder: standing)

    def caption(self, how: dict[str, Any] | None = None, tell: Any = None, **options: Any) -> None:
        """One run; its events are in `events`."""
        self.events = []
        command = [sys.executable, "-I", str(STAND_IN), json.dumps(how or {})]
        self._monkeypatch.setattr(run, "command", lambda _python: command)
        caption_pictures(self.out, "blip", Options(model=str(self.model), **options), tell or self.events.append)

    def refusal(self, kind: type[ModelsheetError], how: dict[str, Any], **options: Any) -> str:
        """The line with which a run ends."""
        with pytest.raises(kind) as caught:
            self.caption(how, **options)
        return str(caught.value)

    @property
    def texts(self) -> dict[str, str]:
        """What was said of each picture."""
        found = read_spoken(self.out)
        return found["blip"].texts if found else {}

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Events of a kind."""
        return [event for event in self.events if event["event"] == kind]


@pytest.fixture
def pictures(rendered: Callable[..., Path], model: Path, monkeypatch: pytest.MonkeyPatch) -> Set:
    """Five pictures."""
    return Set(rendered(5), model, monkeypatch)


def test_what_is_said_is_kept_in_the_sets_order_with_who_said_it(pictures: Set) -> None:
    pictures.caption()
    assert pictures.texts == {name: f"says {name}" for name in pictures.ids}
    lines = spoken_path(pictures.out, "blip").read_text(encoding="utf-8").splitlines()
    head = json.loads(lines[0])
    assert (head["captioner"], head["family"], head["speaks"]) == ("blip", "blip", "natural")
    assert (head["model"], head["device"], head["dtype"]) == (str(pictures.model), "cpu", "float32")
    assert [json.loads(line)["id"] for line in lines[1:]] == pictures.ids


def test_progress_names_device_and_batch_and_the_time_left(pictures: Set) -> None:
    pictures.caption()
    loading, loaded = pictures.of("captioner")
    assert loading["device"] is None
    assert (loaded["device"], loaded["dtype"], loaded["batch"], loaded["total"]) == ("cpu", "float32", 4, 5)
    progress = pictures.of("captioned")
    assert [event["done"] for event in progress] == [1, 2, 3, 4, 5]
    assert progress[0]["seconds_left"] is None and progress[-1]["seconds_left"] == 0


def test_a_second_run_asks_nothing_and_changes_nothing(pictures: Set) -> None:
    pictures.caption()
    before = spoken_path(pictures.out, "blip").read_bytes()
    pictures.caption({"early": "die"})
    assert spoken_path(pictures.out, "blip").read_bytes() == before
    assert pictures.events == [
        {"event": "captioned", "captioner": "blip", "id": None, "done": 5, "total": 5, "seconds_left": 0}
    ]


def test_a_stopped_run_goes_on_where_it_was(pictures: Set) -> None:
    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "captioned" and event["done"] == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pictures.caption(tell=stop)
    assert len(pictures.texts) == 3
    pictures.caption()
    assert [event["id"] for event in pictures.of("captioned")] == pictures.ids[3:]
    assert len(pictures.texts) == 5


def test_a_line_that_was_cut_off_is_said_again(pictures: Set) -> None:
    pictures.caption()
    path = spoken_path(pictures.out, "blip")
    path.write_bytes(path.read_bytes()[:-20])
    assert len(pictures.texts) == 4
    pictures.caption()
    assert [event["id"] for event in pictures.of("captioned")] == pictures.ids[-1:]
    assert pictures.texts == {name: f"says {name}" for name in pictures.ids}


def test_a_print_made_anew_is_looked_at_again_alone(pictures: Set) -> None:
    pictures.caption()
    shots = pictures.out / "raw_generated" / "shots.jsonl"
    rows = [json.loads(line) for line in shots.read_text(encoding="utf-8").splitlines()]
    rows[2]["sha256"] = "0" * 64
    shots.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    pictures.caption()
    assert [event["id"] for event in pictures.of("captioned")] == [pictures.ids[2]]


def test_another_model_says_all_anew_once_it_has_been_loaded(pictures: Set) -> None:
    pictures.caption()
    (pictures.model / "model.safetensors").write_bytes(safetensors(16))
    with pytest.raises(WorkError):
        pictures.caption({"early": "die"})
    assert len(pictures.texts) == 5
    pictures.caption()
    assert len(pictures.of("captioned")) == 5


def test_a_dropped_picture_is_not_looked_at(pictures: Set) -> None:
    row = {"why": "bad", "print": None}
    text = json.dumps({"format": 1, "dropped": {pictures.ids[0]: row}, "kept": []})
    (pictures.out / "dropped.json").write_text(text, encoding="utf-8")
    pictures.caption()
    assert list(pictures.texts) == pictures.ids[1:]


def test_scores_are_kept_and_what_a_model_says_is_one_plain_line(pictures: Set) -> None:
    pictures.caption({"more": {"text": "two\nlines\x00 and more ", "scores": {"smile": 0.5}}})
    assert set(pictures.texts.values()) == {"two lines and more"}
    assert read_spoken(pictures.out)["blip"].scores[pictures.ids[0]] == {"smile": 0.5}


def test_unread_pictures_are_named_and_the_others_go_on(pictures: Set) -> None:
    pictures.caption({"unread": pictures.ids[1:2]})
    (fault,) = pictures.of("uncaptioned")
    assert fault["id"] == pictures.ids[1] and "damaged" in fault["message"]
    assert len(pictures.texts) == 4


def test_where_no_picture_can_be_read_the_run_fails(pictures: Set) -> None:
    assert "no picture could be captioned" in pictures.refusal(WorkError, {"unread": pictures.ids})
    assert not spoken_path(pictures.out, "blip").exists() or not pictures.texts


def test_a_captioner_that_dies_of_one_picture_leaves_that_one_out(pictures: Set) -> None:
    pictures.caption({"die": pictures.ids[1:2], "words": "Fatal Python error: Segmentation fault"})
    (fault,) = pictures.of("uncaptioned")
    assert fault["id"] == pictures.ids[1]
    assert "stopped unexpectedly" in fault["message"] and "Segmentation fault" in fault["message"]
    assert list(pictures.texts) == [name for name in pictures.ids if name != pictures.ids[1]]


def test_a_captioner_that_died_for_want_of_memory_goes_on_in_smaller_batches(pictures: Set, tmp_path: Path) -> None:
    once = str(tmp_path / "once")
    pictures.caption({"die": pictures.ids[:1], "once": once, "words": "MemoryError"})
    assert len(pictures.texts) == 5 and not pictures.of("uncaptioned")
    assert [event["batch"] for event in pictures.of("captioner") if event["device"]] == [4, 2]


def test_a_captioner_that_dies_on_every_picture_is_given_up(pictures: Set) -> None:
    words = pictures.refusal(WorkError, {"die": pictures.ids, "batch": 1})
    assert "stopped on 3 pictures running" in words
    assert len(pictures.of("uncaptioned")) == 3


def test_a_captioner_that_hangs_is_ended_and_the_others_go_on(pictures: Set) -> None:
    pictures.caption({"hang": pictures.ids[:1]}, silent=4.0, batch=1)
    assert "hung" in pictures.of("uncaptioned")[0]["message"]
    assert len(pictures.texts) == 4


@pytest.mark.parametrize("early", ["die", "hang"])
def test_a_captioner_that_never_loads_is_one_plain_line(pictures: Set, early: str) -> None:
    words = pictures.refusal(WorkError, {"early": early, "words": "bad_alloc"}, silent=4.0)
    assert words.startswith("blip: the captioner")
    assert ("want of memory" in words) == (early == "die")
    assert not spoken_path(pictures.out, "blip").exists()


def test_what_the_child_refuses_is_said_in_its_words(pictures: Set) -> None:
    assert pictures.refusal(InputError, {"early": "error"}) == "a plain line of the child's."


def test_a_file_that_cannot_be_written_is_one_plain_line(pictures: Set) -> None:
    (pictures.out / "captions").write_text("in the way", encoding="utf-8")
    assert "a file stands where a folder is needed" in pictures.refusal(WorkError, {})


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the administrator may write anywhere")
def test_a_folder_that_may_not_be_written_is_one_plain_line(pictures: Set) -> None:
    (pictures.out / "captions").mkdir(mode=0o500)
    assert "can't be written" in pictures.refusal(WorkError, {})


def test_readiness_is_told_before_anything_is_begun(
    pictures: Set, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    check_ready("blip", Options(model=str(pictures.model)))
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(InputError, match="not on this computer"):
        check_ready("blip", Options())
    check_ready("blip", Options(online=True))
    monkeypatch.undo()
    with pytest.raises(InputError, match="setup captioning"):
        check_ready("blip", Options(environment=tmp_path / "nothing"))
