# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter's parameters give shapes and words, and complain in plain words. No Blender needed."""

from __future__ import annotations

import pytest
from modelsheet.common.errors import InputError
from modelsheet.sitter.parameters import allowed, colour, hair_words, resolve, shape_of, words


def test_defaults_are_allowed() -> None:
    chosen = resolve({})
    for name, values in allowed().items():
        assert chosen[name] in values


def test_unknown_name_tells_what_there_is() -> None:
    with pytest.raises(InputError, match=r"no parameter 'hat'.*hair_colour"):
        resolve({"hat": "red"})


@pytest.mark.parametrize("name", sorted(allowed()))
def test_unknown_value_tells_what_is_allowed(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} can't be 'plaid'") as caught:
        resolve({name: "plaid"})
    assert all(value in str(caught.value) for value in allowed()[name])
    assert "\n" not in str(caught.value)


def test_words_follow_the_parameters() -> None:
    said = words(
        {"class": "man", "age": "elder", "hair": "short", "hair_colour": "grey", "top": "mustard", "feature": "scar"}
    )
    assert said["class"] == "man"
    assert said["age"] == "elderly man"
    assert said["hair"] == "short grey hair"
    assert "mustard sweater" in said["clothing"]
    assert "scar" in said["feature"]
    assert words({"feature": "none"})["feature"] == ""


@pytest.mark.parametrize("style", allowed()["hair"])
def test_hair_words_are_lower_case_and_whole(style: str) -> None:
    text = hair_words(style, "auburn")
    assert text == text.lower().strip()
    assert ("auburn" in text) == (style != "bald")
    assert "{" not in text


def test_every_combination_of_shape_words_gives_sound_numbers() -> None:
    for kind in allowed()["class"]:
        for age in allowed()["age"]:
            for build in allowed()["build"]:
                shape = shape_of(resolve({"class": kind, "age": age, "build": build}))
                assert 0.03 < shape["eye"] < 0.04
                assert shape["lid_upper"] > 0.07
                assert shape["lid_lower"] < 0.0
                assert 0.03 < shape["neck"] < 0.06
                assert 0.9 < shape["height"] < 1.1


def test_colours_are_linear_and_within_range() -> None:
    for name in ("skin", "eyes", "hair_colour", "top", "trousers"):
        for value in allowed()[name]:
            assert all(0.0 <= channel <= 1.0 for channel in colour({name: value}, name))
    fair, deep = (sum(colour({"skin": tone}, "skin")) for tone in ("fair", "deep"))
    assert fair > 4 * deep
