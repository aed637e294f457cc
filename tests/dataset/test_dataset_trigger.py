# SPDX-License-Identifier: GPL-3.0-or-later
"""Trigger and class words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.dataset.trigger import check_class, check_trigger, suggest


@pytest.mark.parametrize("word", ["mara_syn", "ohwx", "a1", "mara-syn", "7of9"])
def test_good_words_pass(word: str) -> None:
    assert check_trigger(word) == word


def test_upper_case_is_lowered() -> None:
    assert check_trigger("MaraSyn") == "marasyn"


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("Mara Syn", "mara_syn"),
        ("a/b", "a_b"),
        ("../etc", "etc"),
        ("..", "my_character"),
        ("mara\nsyn", "mara_syn"),
        ("mara😀", "mara"),
        ("", "my_character"),
        ("  ", "my_character"),
        ("Zoë", "zoe"),
        ("nul", "nul_syn"),
        ("CON", "con_syn"),
        ("happy", "happy_syn"),
        ("woman", "woman_syn"),
        ("123", "123_syn"),
        ("-x", "x"),
        ("mara,syn", "mara_syn"),
        ("m" * 80, "m" * 40),
        ("mara\u202esyn", "marasyn"),
    ],
)
def test_bad_words_are_refused_with_a_mend(text: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        check_trigger(text)
    assert str(caught.value).endswith(f"such as {mend}.")
    assert "\n" not in str(caught.value)
    assert check_trigger(mend) == mend


@given(st.text(max_size=80))
def test_any_text_is_taken_or_refused_with_a_word_that_is_taken(text: str) -> None:
    assert check_trigger(suggest(text)) == suggest(text)
    try:
        assert set(check_trigger(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    except InputError as error:
        assert error.exit_status == 2


def test_class_words_are_safe_in_folder_names() -> None:
    assert check_class(" Old  Man ") == "old man"
    for text in ("../x", "", "wo/man", "woman\u0000", "w" * 50):
        with pytest.raises(InputError):
            check_class(text)
