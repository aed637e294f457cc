# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of places and their terms: whole, honest, and found by the names that people use."""

from __future__ import annotations

import re

import pytest
from modelsheet.common.errors import InputError
from modelsheet.dataset.packages import trainers
from modelsheet.dataset.rights import check_source, grade_words, notice, source_names
from modelsheet.dataset.rights.table import VERDICTS, sources, table

PLACES = sorted(key for key in sources() if key)


def test_it_says_itself_that_it_is_no_legal_advice() -> None:
    assert "not legal advice" in notice().lower()


@pytest.mark.parametrize("key", PLACES)
def test_every_row_is_whole(key: str) -> None:
    row = sources()[key]
    assert row.publish in VERDICTS and row.private in VERDICTS and grade_words(row.grade)
    assert VERDICTS.index(row.private) <= VERDICTS.index(row.publish), "private use is never forbidden more"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row.read) and row.says and row.name
    for address in (row.url, row.clause_at):
        assert address is None or re.fullmatch(r"https://\S+", address)
    assert row.clause is None or row.clause_at, "words of somebody's terms have a place where they were read"


@pytest.mark.parametrize("key", PLACES)
def test_allowed_and_not_allowed_need_evidence(key: str) -> None:
    """Nothing found is `unknown`: neither a yes nor a no comes from nowhere."""
    row = sources()[key]
    if row.grade == "none":
        assert row.publish != "allowed" and row.clause is None
    if row.publish == "not_allowed" and row.key != "real_person":
        assert row.clause


def test_the_places_that_the_issue_names_are_there() -> None:
    for name in ("metahuman", "vroid", "mixamo", "daz", "second_life", "sims", "ffxiv", "own"):
        assert check_source(name) == name
    assert sources()["metahuman"].publish == "not_allowed" and sources()["own"].publish == "allowed"
    assert sources()["mixamo"].publish == "unknown" and sources()[""].publish == "unknown"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("MetaHuman", "metahuman"),
        ("Second Life", "second_life"),
        ("daz3d", "daz"),
        ("Daz 3D", "daz"),
        ("SecondLife", "second_life"),
        ("CC4", "reallusion"),
        ("vrm", "vroid_hub"),
    ],
)
def test_other_names_are_understood(said: str, meant: str) -> None:
    assert check_source(said) == meant


@pytest.mark.parametrize("said", ["metahumn", "", "x" * 500, "../../etc"])
def test_unknown_names_are_refused_in_a_line(said: str) -> None:
    with pytest.raises(InputError, match="other") as caught:
        check_source(said)
    assert len(str(caught.value)) < 700 and "\n" not in str(caught.value)


def test_names_lead_to_one_row() -> None:
    names = [name for row in sources().values() if row.key for name in (row.key, *row.aliases)]
    assert len(names) == len(set(names)) and "sitter" not in source_names()


def test_packages_for_publication_exist() -> None:
    assert set(table()["publication"]) <= set(trainers())


def test_addresses_that_nobody_opened_say_so() -> None:
    unseen = [row for row in sources().values() if not row.url_seen]
    assert unseen and all(row.url and "not opened" in row.address and not row.to_json()["url_seen"] for row in unseen)
    assert not sources()["makehuman"].address
