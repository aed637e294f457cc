# SPDX-License-Identifier: GPL-3.0-or-later
"""The dataset's card and provenance: Hugging Face's form, everything stated, nobody's words taken for markup."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from modelsheet.dataset.build import build
from modelsheet.dataset.mitigations import SetFacts, medium, mitigations
from modelsheet.dataset.packages import package
from modelsheet.dataset.process import process

HOSTILE = "<script>alert(1)</script> | `x` [a](javascript:b) *c* _d_ # e\nnew line"


def built(place: Path) -> Path:
    process(place)
    return build(place)


def card(place: Path) -> tuple[dict[str, Any], str]:
    """The front matter and the text below it."""
    text = (built(place) / "README.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), body


@pytest.mark.parametrize(
    ("job", "name", "said"),
    [
        ({}, None, "unknown"),
        ({}, "CC0", "cc0-1.0"),
        ({}, "CC BY 4.0", "cc"),
        ({"source": "metahuman"}, "CC0", "unknown"),
        ({"source": "own"}, None, "other"),
        ({"file": "sitter"}, None, "other"),
        ({"source": "makehuman"}, None, "cc0-1.0"),
    ],
)
def test_the_front_matter_is_hugging_faces(
    out: Callable[..., Path], facts: Any, job: dict, name: str, said: str
) -> None:
    licence = name and {"source": "x", "fields": {}, "name": name, "forbids": [], "asks": []}
    front, _body = card(out(facts=facts(licence=licence), **job))
    assert front["license"] == said and ("license_name" in front) == (said == "other")
    assert front["task_categories"] == ["text-to-image"] and front["size_categories"] == ["n<1K"]
    assert {"lora", "synthetic", "3d-render"} <= set(front["tags"]) and "5 pictures" in front["pretty_name"]


def test_the_card_says_where_it_comes_from_and_why_it_may(out: Callable[..., Path], facts: Any) -> None:
    reason = "Epic's lawyer allowed it by mail on 2026-05-03."
    _front, body = card(out(facts=facts(licence=None), source="metahuman", purpose="publish", reason=reason))
    for words in ("MetaHuman", "not allowed", reason, "not legal advice", "looked at on 2026", "states no licence"):
        assert words in body
    assert "publication, says whoever made the set" in body


def test_nobodys_words_become_markup(out: Callable[..., Path], facts: Any) -> None:
    licence = {
        "source": HOSTILE,
        "fields": {"a|b": HOSTILE},
        "author": HOSTILE,
        "forbids": [HOSTILE],
        "asks": [HOSTILE],
    }
    place = out(facts=facts(licence=licence, name=HOSTILE), reason=HOSTILE, file=f"/x/{HOSTILE.replace('/', '')}.glb")
    _front, body = card(place)
    assert "<script" not in body and "[a](" not in body and not re.search(r"(?<!\\)`x`", body)
    for line in body.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 3, "a row of two cells, whatever stands in them"


def test_the_same_set_gives_the_same_card_and_provenance(out: Callable[..., Path]) -> None:
    place = out(source="own")
    before = [(built(place) / name).read_bytes() for name in ("README.md", "provenance.json")]
    assert [(built(place) / name).read_bytes() for name in ("README.md", "provenance.json")] == before


def test_provenance_states_hashes_settings_and_rights(out: Callable[..., Path]) -> None:
    place = out(source="daz", reason="The shop allowed it in writing.", preset="quick", sha256="ab" * 32)
    final = built(place)
    data = json.loads((final / "provenance.json").read_text(encoding="utf-8"))
    assert data["character"]["sha256"] == "ab" * 32 and data["settings"]["preset"] == "quick"
    assert data["rights"]["terms"]["source"] == "daz" and data["rights"]["terms"]["read"]
    assert data["rights"]["declared"]["reason"] == "The shop allowed it in writing."
    assert "not legal advice" in data["notice"] and data["software"]["prints"][0]["engine"] == "cycles"
    assert "/x/y" not in (final / "provenance.json").read_text(), "paths of somebody's computer stay there"
    for entry in data["pictures"]:
        assert hashlib.sha256((final / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["print"]["sha256"]


def test_card_and_provenance_are_in_every_package(out: Callable[..., Path]) -> None:
    place = out(source="own")
    built(place)
    for path in package(place, ["all"]).files:
        with zipfile.ZipFile(path) as archive:
            names = [Path(name).name for name in archive.namelist()]
        flat = not any(name.endswith(".json") for name in names)
        assert flat or "provenance.json" in names, path.name
        assert flat or {"DATASET.md", "README.md"} & set(names), path.name


def texts(facts: SetFacts) -> dict[str, str]:
    return dict(mitigations(facts))


def test_mitigations_say_what_holds_and_what_does_not() -> None:
    settings = [{"background": name, "lighting": "rim", "pose": "a", "angle": "b", "expression": "c"} for name in "xyz"]
    good = texts(SetFacts(["t, woman, 3d render"] * 3, settings, 3, {"pose": 2}))
    assert "“3d render”" in good["The medium"] and good["Backgrounds"].startswith("3 backgrounds")
    assert good["Light"].startswith("Much alike: 3 of 3") and "2 pictures of the pose" in good["Control pictures"]
    bad = texts(SetFacts(["t, woman"] * 3, settings[:1] * 3, 0, {}))
    assert "--style-notes" in bad["The medium"] and not bad["Masks"] and not bad["Control pictures"]
    assert mitigations(SetFacts([], [], 0, {})) == []


@pytest.mark.parametrize(
    ("captions", "word"),
    [
        (["a, 3d render"] * 3, "3d render"),
        (["A woman. Style: 3D render."], "3d render"),
        (["1girl, 3d"], "3d"),
        (["a"], ""),
    ],
)
def test_the_medium_is_found_in_every_style(captions: list[str], word: str) -> None:
    assert medium(captions) == word
