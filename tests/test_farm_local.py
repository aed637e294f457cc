# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes on this machine: a crash costs one try, what has a negative is not photographed, and the others go on.

A script stands in Blender's place: it writes what it is asked for, and falls over where a test wants it to.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from modelsheet.farm.keys import exposures, print_keys, rendered
from modelsheet.farm.ledger import Ledger
from modelsheet.farm.local import Studio, photograph
from modelsheet.farm.session import Session
from modelsheet.plan.rigs import Adjust
from modelsheet.plan.samples import samples_for
from modelsheet.plan.shots import Shot, takes

WORKER = """
import hashlib, json, os, pathlib, sys
diary = open({diary!r}, "a")
print('{{"event": "ready", "blender": "5.2.2"}}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    shots = [shot["settings"]["expression"] for shot in asked.get("shots", [])]
    diary.write(json.dumps({{"do": asked["do"], "shots": shots, "pid": os.getpid(), **{{
        key: asked.get(key) for key in ("lightings", "options")}}}}) + "\\n")
    diary.flush()
    if asked["do"] == "load":
        print('{{"event": "loaded", "facts": {{}}, "warnings": [], "seconds": 1.5}}', flush=True)
        continue
    negative = asked["negative"] and pathlib.Path(asked["negative"]["path"])
    if "angry" in shots:
        sys.exit("segmentation fault")
    if "sad" in shots and not os.path.exists({once!r}):
        open({once!r}, "w").close()
        sys.exit("segmentation fault")
    if asked["do"] == "develop" and negative.read_bytes() != asked["negative"]["key"].encode():
        print('{{"event": "error", "status": 1, "message": "damaged", "fatal": false}}', flush=True)
        continue
    if asked["do"] == "take" and negative:
        negative.parent.mkdir(exist_ok=True)
        negative.write_bytes(asked["negative"]["key"].encode())
    for index, order in enumerate(asked["orders"]):
        data = json.dumps(order).encode()
        pathlib.Path(order["file"]).write_bytes(data)
        print(json.dumps({{"event": "print", "index": index, "truth": {{"size": [1, 1]}},
                          "sha256": hashlib.sha256(data).hexdigest()}}), flush=True)
    print(json.dumps({{"event": "taken", "spent": {{"render": 2.0}}, "rendered": asked["do"] == "take"}}), flush=True)
"""
SUBJECT = {"sha256": "5" * 64, "overrides": {}, "sitter": {}}
OPTIONS = {"engine": "cycles", "resolution": 64, "samples": 8, "device": "cpu"}


class Place:
    """An output folder with a plan, photographed by the script."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.diary = folder / "diary.jsonl"
        self.script = WORKER.format(diary=str(self.diary), once=str(folder / "once"))

    def run(self, shots: list[Shot], keep: bool = True) -> list[dict[str, Any]]:
        """Photograph a plan; its events."""
        exposed = exposures({rendered(take.shots[0]): take.lightings for take in takes(shots)}, SUBJECT, OPTIONS)
        ledger = Ledger(self.out, print_keys(shots, exposed, lambda _shot: Adjust()))
        ledger.open()
        ledger.raw.mkdir(parents=True, exist_ok=True)
        with Session("someone.glb", {}, {}) as session:
            return list(photograph(Studio(session, ledger, exposed, lambda _shot: Adjust(), OPTIONS, keep), {}))

    def asked(self) -> list[dict[str, Any]]:
        """What the workers were asked since the last time."""
        rows = [json.loads(line) for line in self.diary.read_text().splitlines()] if self.diary.exists() else []
        self.diary.unlink(missing_ok=True)
        return rows


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = Place(tmp_path)
    monkeypatch.setattr("modelsheet.farm.child.worker_command", lambda: [sys.executable, "-c", made.script])
    return made


def shot(number: int, expression: str, lighting: str = "rim", background: str = "white") -> Shot:
    return Shot(number, ("front", "portrait", expression, "relaxed_arms", lighting, background))


def test_a_take_is_asked_for_once_with_all_its_lightings(place: Place) -> None:
    shots = [
        shot(1, "happy", "rim"), shot(2, "neutral"), shot(3, "happy", "neutral_studio"),
        shot(4, "happy", "rim", "black"),
    ]  # fmt: skip
    events = place.run(shots)
    asked = place.asked()
    assert [row["do"] for row in asked] == ["load", "take", "take"]
    assert asked[1]["lightings"] == ["rim", "neutral_studio"]
    assert asked[1]["options"]["samples"] == samples_for(8, 2) > asked[2]["options"]["samples"] == 8
    done = [(event["shot"].number, event["shared"]) for event in events if event["event"] == "shot"]
    assert sorted(done) == [(1, False), (2, False), (3, False), (4, True)]
    assert len(list((place.out / "negatives").iterdir())) == 2


def test_what_has_a_negative_is_developed_without_loading_the_character(place: Place) -> None:
    shots = [shot(1, "happy", "rim"), shot(2, "happy", "neutral_studio"), shot(3, "neutral")]
    place.run(shots)
    place.asked()
    (place.out / "raw_generated" / f"{shots[1].id}.png").unlink()
    events = place.run(shots)
    assert [row["do"] for row in place.asked()] == ["develop"]
    assert [event["rendered"] for event in events if event["event"] == "taken"] == [False]


def test_a_damaged_negative_is_photographed_anew(place: Place) -> None:
    shots = [shot(1, "happy"), shot(2, "neutral")]
    place.run(shots)
    place.asked()
    for path in (place.out / "negatives").iterdir():
        path.write_bytes(b"half of it")
    (place.out / "raw_generated" / f"{shots[0].id}.png").unlink()
    events = place.run(shots)
    assert [row["do"] for row in place.asked()] == ["develop", "load", "take"]
    assert [event["event"] for event in events] == ["shot", "taken"]


def test_negatives_are_kept_only_where_wanted(place: Place) -> None:
    place.run([shot(1, "happy")], keep=False)
    assert not (place.out / "negatives").exists()


def test_a_take_that_brings_blender_down_is_tried_once_more_in_a_fresh_process(place: Place) -> None:
    events = place.run([shot(1, "happy"), shot(2, "sad"), shot(3, "neutral")])
    asked = place.asked()
    assert [row["do"] for row in asked] == ["load", "take", "take", "load", "take", "take"]
    assert asked[2]["shots"] == asked[4]["shots"] == ["sad"]
    assert asked[2]["pid"] != asked[4]["pid"] == asked[5]["pid"]
    assert not [event for event in events if event["event"] == "failed"]


def test_one_that_does_so_again_is_reported_with_its_log_and_the_others_go_on(place: Place) -> None:
    events = place.run([shot(1, "happy"), shot(2, "angry"), shot(3, "neutral")])
    (failed,) = (event for event in events if event["event"] == "failed")
    assert [one.number for one in failed["shots"]] == [2]
    assert sorted(event["shot"].number for event in events if event["event"] == "shot") == [1, 3]
    log = Path(failed["message"].rpartition(" in ")[2].rstrip("."))
    assert "segmentation fault" in log.read_text(encoding="utf-8")
    assert len([row for row in place.asked() if row["shots"] == ["angry"]]) == 2


def test_where_the_time_went_is_added_up(place: Place) -> None:
    shots = [shot(1, "happy"), shot(2, "neutral")]
    exposed = exposures({rendered(one): ("rim",) for one in shots}, SUBJECT, OPTIONS)
    ledger = Ledger(place.out, print_keys(shots, exposed, lambda _shot: Adjust()))
    ledger.raw.mkdir(parents=True)
    with Session("someone.glb", {}, {}) as session:
        list(photograph(Studio(session, ledger, exposed, lambda _shot: Adjust(), OPTIONS, True), {}))
        assert session.spent == {"load": 1.5, "render": 4.0}
