# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences in a narrow sidebar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.ui.lines import wrap


@given(st.text(alphabet="ab /_.", max_size=80), st.integers(min_value=1, max_value=30))
def test_every_line_fits_and_no_letter_is_lost(text: str, limit: int) -> None:
    lines = wrap(text, limit, len)
    assert lines
    assert all(len(line) <= limit for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("Found Mara: full body", ["Found Mara:", "full body"]),
        ("Goes to /home/mara/Modelsheet/x", ["Goes to", "/home/mara/", "Modelsheet/x"]),
        ("abcdefghijklmnop", ["abcdefghijkl", "mnop"]),
    ],
)
def test_words_stay_whole_and_paths_are_cut_at_their_joints(text: str, lines: list[str]) -> None:
    assert wrap(text, 12, len) == lines
