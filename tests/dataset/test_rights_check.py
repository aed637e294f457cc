# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be packaged: the place, the file and the user's word joined; refusals with their mend."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.dataset.build import build
from modelsheet.dataset.packages import package
from modelsheet.dataset.process import process
from modelsheet.dataset.rights import check_asked, check_reason, check_rights, judge
from modelsheet.dataset.rights.table import VERDICTS, source_names

Make = Callable[..., Path]
REASON = "The author allowed it by mail on 2026-05-03."


def licence(name: str = "", forbids: tuple[str, ...] = (), asks: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "source": "VRM 1.0 meta",
        "fields": {},
        "name": name,
        "author": "Ada",
        "forbids": list(forbids),
        "asks": list(asks),
    }


@pytest.mark.parametrize(
    ("job", "stated", "publish", "private"),
    [
        ({"file": "sitter"}, None, "allowed", "allowed"),
        ({}, None, "unknown", "unknown"),
        ({}, licence("CC0"), "allowed", "allowed"),
        ({}, licence("CC_BY", asks=("naming the author",)), "allowed", "allowed"),
        ({}, licence("CC BY-NC"), "depends", "allowed"),
        ({}, licence("CC BY-ND"), "not_allowed", "depends"),
        ({}, licence("CC0", forbids=("training AI on it",)), "not_allowed", "not_allowed"),
        ({}, licence("some words"), "unknown", "unknown"),
        ({"source": "own"}, None, "allowed", "allowed"),
        ({"source": "own"}, licence(forbids=("commercial use", "use by anyone but the author")), "allowed", "allowed"),
        ({"source": "own"}, licence(forbids=("training AI on it",)), "not_allowed", "not_allowed"),
        ({"source": "metahuman"}, licence("CC0"), "not_allowed", "not_allowed"),
        ({"source": "vroid_hub"}, licence(forbids=("use by anyone but the author",)), "not_allowed", "not_allowed"),
        ({"source": "vroid_hub"}, licence("CC0"), "allowed", "allowed"),
        ({"source": "vroid_hub"}, licence(forbids=("violent use",)), "depends", "depends"),
        ({"source": "makehuman"}, None, "allowed", "allowed"),
        ({"source": "makehuman"}, licence(forbids=("redistribution",)), "depends", "allowed"),
        ({"source": "ffxiv"}, None, "unknown", "unknown"),
        ({"source": "permission"}, None, "depends", "allowed"),
    ],
)
def test_the_place_and_the_file_are_joined(job: dict, stated: dict | None, publish: str, private: str) -> None:
    judged = judge(job, {"licence": stated})
    assert judged.verdicts == {"publish": publish, "private": private}
    for use, verdict in judged.verdicts.items():
        assert bool(judged.because[use]) == (verdict != "allowed"), "a verdict below allowed says why"


def test_rows_of_the_truth_count_too() -> None:
    assert judge({"source": "own"}, {}, [licence(forbids=("training AI on it",))]).verdicts["publish"] == "not_allowed"


@given(
    st.sampled_from(["", *source_names()]),
    st.lists(st.sampled_from(["training AI on it", "commercial use", "redistribution", "x"])),
)
def test_a_forbidding_file_never_makes_it_better(source: str, forbids: list[str]) -> None:
    plain = judge({"source": source}, {}).verdicts
    said = judge({"source": source}, {"licence": licence(forbids=tuple(forbids))}).verdicts
    for use in ("publish", "private"):
        assert VERDICTS.index(said[use]) >= VERDICTS.index(plain[use])


def made(out: Make, facts: Callable[..., Any], **job: Any) -> Path:
    place = out(facts=facts(licence=None), **job)
    process(place)
    build(place)
    return place


@pytest.mark.parametrize("job", [{}, {"source": "metahuman"}, {"source": "mixamo"}, {"source": "permission"}])
def test_publication_is_refused_until_a_reason_is_written(out: Make, facts: Callable[..., Any], job: dict) -> None:
    place = out(facts=facts(licence=None), **job)
    assert check_rights(place, "kohya"), "private use is possible, with a word of warning"
    with pytest.raises(InputError, match="--reason") as caught:
        check_rights(place, "civitai")
    assert "\n" not in str(caught.value) and "civitai" in str(caught.value)
    for purpose in ("private", "publish"):
        (line, *_) = check_rights(out(facts=facts(licence=None), **job, purpose=purpose, reason=REASON), "civitai")
        assert REASON in line
    with pytest.raises(InputError, match="--reason"):
        check_rights(out(facts=facts(licence=None), **job, purpose="publish"), "kohya")


def test_what_is_clear_needs_no_word(out: Make, facts: Callable[..., Any]) -> None:
    for job in ({"source": "own"}, {"file": "sitter"}):
        assert check_rights(out(facts=facts(licence=None), **job, purpose="publish"), "civitai") == []


def test_the_author_is_named_where_that_is_asked(out: Make, facts: Callable[..., Any]) -> None:
    place = out(facts=facts(licence=licence("CC BY", asks=("naming the author",))))
    assert check_rights(place, "civitai") == ["The character's file asks for naming the author (Ada)."]


def test_a_rig_is_a_hint_and_no_verdict(out: Make, facts: Callable[..., Any]) -> None:
    (line,) = check_rights(out(facts=facts(licence=None, rig="daz")), "kohya")
    assert "--source daz" in line


def test_a_folder_of_somebody_elses_pictures_is_unknown(tmp_path: Path) -> None:
    assert check_rights(tmp_path, "kohya")
    with pytest.raises(InputError, match="--source"):
        check_rights(tmp_path, "huggingface")


def test_packages_are_refused_and_given(out: Make, facts: Callable[..., Any]) -> None:
    place = made(out, facts)
    with pytest.raises(InputError, match="--source"):
        package(place, ["civitai"])
    assert not list((place / "packages").glob("*civitai*"))
    manifest = json.loads(
        (made(out, facts, source="daz", reason=REASON) / "final_dataset" / "manifest.json").read_text()
    )
    assert manifest["rights"]["declared"] == {"source": "daz", "purpose": "private", "reason": REASON}
    assert package(place, ["civitai"]).files


def test_a_job_with_an_unknown_place_is_told(out: Make) -> None:
    with pytest.raises(InputError, match="--source"):
        check_rights(out(source="nonesuch"), "kohya")


@pytest.mark.parametrize(
    "asked",
    [
        ("metahuman", "publish", None, ()),
        ("metahuman", None, None, ("civitai",)),
        ("mixamo", "private", None, ("kohya", "huggingface")),
        (None, "publish", None, ()),
        ("nonesuch", "publish", None, ()),
        (None, "sell", None, ()),
        (None, "private", "ok", ()),
    ],
)
def test_what_would_be_refused_is_refused_before_rendering(asked: tuple) -> None:
    with pytest.raises(InputError):
        check_asked(*asked)


@pytest.mark.parametrize(
    "asked",
    [
        (None, None, None, ("kohya",)),
        ("metahuman", "private", None, ("kohya",)),
        ("metahuman", "publish", REASON, ("civitai",)),
        ("own", "publish", None, ("civitai",)),
        ("vroid_hub", "publish", None, ("civitai",)),  # the file may allow it
    ],
)
def test_what_may_be_allowed_is_begun(asked: tuple) -> None:
    check_asked(*asked)


def test_all_is_told_beforehand_what_it_will_leave_out() -> None:
    said = check_asked("metahuman", None, None, ("all",))
    assert len(said) == 1 and "civitai and huggingface: not made" in said[0] and "MetaHuman" in said[0]
    assert check_asked(None, "private", None, ("kohya", "all"))
    for clear in (("own", None, None), ("metahuman", None, REASON), ("vroid_hub", None, None)):
        assert check_asked(*clear, ("all",)) == []
    with pytest.raises(InputError):
        check_asked("metahuman", "publish", None, ("all",))


def test_the_sitter_is_never_refused() -> None:
    assert check_asked(None, None, None, ("all",), sitter=True) == []
    check_asked(None, "publish", None, ("civitai",), sitter=True)


@given(st.text(max_size=700))
def test_a_reason_is_one_printable_line_or_refused(text: str) -> None:
    try:
        said = check_reason(text)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert said is not None and said.isprintable() and "\n" not in said and 8 <= len(said) <= 500
