# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions: true, in good English, in the guide's form."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.dataset.caption_options import STYLES, CaptionOptions
from modelsheet.dataset.captions import caption
from modelsheet.dataset.tokens import estimate, estimate_name
from modelsheet.plan.settings import axis_settings
from modelsheet.plan.shots import AXES

TRIGGER = "mara_syn"
PLAIN = CaptionOptions(TRIGGER)
RICH = CaptionOptions(TRIGGER, age="34", ethnicity="East Asian", style_notes="oil painting, 35mm", identity=True)


def check_form(captions: dict[str, str], trigger: str = TRIGGER) -> None:
    """What holds for every caption whatever it says."""
    assert set(captions) == set(STYLES)
    for style, text in captions.items():
        assert text.split(",")[0] == trigger
        assert len(re.findall(rf"(?<![\w-]){re.escape(trigger)}(?![\w-])", text, re.IGNORECASE)) == 1
        assert text == " ".join(text.split()) and "\ufeff" not in text
        assert not re.search(r",\s*[,.]|^,|,$|\s,|\(\)", text), text
        assert estimate_name(trigger) + estimate(text.removeprefix(trigger)) <= 75
        if style in ("tags", "danbooru"):
            chunks = text.split(", ")
            assert len(chunks) == len(set(chunks)), text
            assert text == text.lower()
    sentence = captions["natural"]
    assert sentence.endswith(".")
    assert " is shown in a" in sentence


def check_english(text: str) -> None:
    """No doubled words, no wrong article."""
    assert not re.search(r"\b(\w+) \1\b", text, re.IGNORECASE), text
    assert not re.search(r"\ba [aeio]", text, re.IGNORECASE), text
    assert not re.search(r"\ban [^aeiou81]", text, re.IGNORECASE), text


def test_every_combination_of_settings_reads_well(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    """All angles, framings, expressions and poses with each other, and with every pair of light and background."""
    person = facts()
    rest = itertools.cycle(itertools.product(axis_settings("lighting"), axis_settings("background")))
    options = itertools.cycle([PLAIN, RICH, PLAIN])
    for chosen in itertools.product(*(axis_settings(axis) for axis in AXES[:4])):
        picture = row(1, **dict(zip(AXES, (*chosen, *next(rest)), strict=True)))
        captions = caption(picture, person, next(options))
        check_form(captions)
        check_english(captions["natural"])


def test_guide_form(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    picture = row(1, framing="upper_body", angle="three_quarter_left", pose="arms_crossed", lighting="dramatic_side")
    options = CaptionOptions(TRIGGER, age="young", ethnicity="Norwegian")
    captions = caption(picture, facts(), options)
    assert captions["tags"] == (
        "mara_syn, young woman, norwegian, happy expression, arms crossed, three-quarter view facing left, "
        "upper body shot, dramatic side lighting, plain grey background, 3d render"
    )
    assert captions["natural"].startswith("mara_syn, a young Norwegian woman, is shown in a waist-up shot, in three-")
    assert captions["danbooru"].startswith("mara_syn, 1girl, solo, smile, crossed arms")
    assert captions["trigger"] == "mara_syn"


def test_constant_looks_are_named_only_when_asked(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    assert "red hair" not in str(caption(row(), facts(), PLAIN))
    assert "young" not in str(caption(row(), facts(), PLAIN))
    named = caption(row(), facts(), CaptionOptions(TRIGGER, identity=True))
    assert "a young woman with short red hair and green eyes" in named["natural"]
    assert "short red hair, green eyes" in named["tags"]


@pytest.mark.parametrize("method", ["none", "head_only"])
def test_an_expression_that_was_not_made_is_not_named(
    method: str, row: Callable[..., Any], facts: Callable[..., Any]
) -> None:
    picture = row(expression="angry")
    picture["made"] = {**picture["made"], "expression": {"method": method}}
    assert "angry" not in str(caption(picture, facts(), PLAIN))


def test_what_is_not_seen_is_not_named(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    behind = row(angle="back", expression="sad")
    behind["visible"] = {"face": False, "eyes": 0, "hands": 2}
    assert "sad" not in str(caption(behind, facts(), PLAIN))

    close = row(framing="close_up", pose="hands_on_hips")
    assert "hips" not in str(caption(close, facts(), PLAIN))

    half = caption(row(framing="upper_body"), facts(), PLAIN)["danbooru"]
    assert "arms at sides" in half and "standing" not in half

    hidden = row(framing="upper_body", pose="waving")
    hidden["visible"] = {"face": True, "eyes": 2, "hands": 0}
    assert "waving" not in str(caption(hidden, facts(), PLAIN))

    stiff = row(framing="full_body", pose="arms_crossed")
    stiff["made"] = {**stiff["made"], "pose": {"method": "none"}}
    assert "crossed" not in str(caption(stiff, facts(), PLAIN))

    preview = row(lighting="rim")
    preview["software"] = {**preview["software"], "engine": "workbench"}
    assert "rim light" not in str(caption(preview, facts(), PLAIN))


def test_a_clear_background_is_named_as_it_is_trained(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    captions = caption(row(background="transparent"), facts(), PLAIN)
    assert "plain white background" in captions["tags"]
    assert "transparent" not in str(captions)


def test_left_and_right(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    for side, other in (("left", "right"), ("right", "left")):
        for angle in (f"three_quarter_{side}", f"profile_{side}"):
            captions = caption(row(angle=angle), facts(), PLAIN)
            for style in ("tags", "natural"):
                assert f"facing {side}" in captions[style] and other not in captions[style]


@pytest.mark.parametrize(
    ("age", "words"),
    [
        ("", "a woman"),
        ("young", "a young woman"),
        ("young woman", "a young woman"),
        ("young lady", "a young lady"),
        ("34", "a 34-year-old woman"),
        ("18 years old", "an 18-year-old woman"),
        ("80yo", "an 80-year-old woman"),
        ("elderly", "an elderly woman"),
        ("teenager", "a teenager"),
        ("in her thirties", "a woman in her thirties"),
        ("young adult", "a young adult woman"),
    ],
)
def test_ages(age: str, words: str, row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    text = caption(row(), facts(), CaptionOptions(TRIGGER, age=age))["natural"]
    assert text.startswith(f"mara_syn, {words}, is shown")


@pytest.mark.parametrize(
    ("ethnicity", "start"),
    [("European", "a European"), ("Ukrainian", "a Ukrainian"), ("Asian", "an Asian"), ("Ugandan", "a Ugandan")],
)
def test_articles(ethnicity: str, start: str, row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    text = caption(row(), facts(), CaptionOptions(TRIGGER, ethnicity=ethnicity))["natural"]
    assert text.startswith(f"mara_syn, {start} woman")


def test_style_notes(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    assert caption(row(), facts(), PLAIN)["tags"].endswith(", 3d render")
    emptied = caption(row(), facts(), CaptionOptions(TRIGGER, style_notes=""))
    assert "3d" not in str(emptied).lower() and "Style" not in emptied["natural"]
    own = caption(row(), facts(), CaptionOptions(TRIGGER, style_notes="clay render, Mara_Syn, film grain"))
    assert own["tags"].endswith(", clay render, film grain")


def test_what_does_not_fit_is_left_out_constant_things_first(
    row: Callable[..., Any], facts: Callable[..., Any]
) -> None:
    many = facts(words={"class": "woman", **{f"part{n}": f"extraordinary feature number {n}" for n in range(9)}})
    captions = caption(row(), many, CaptionOptions(TRIGGER, identity=True))
    check_form(captions)
    assert "happy expression" in captions["tags"] and "3d render" in captions["tags"]
    assert "number 0" in captions["tags"] and "number 8" not in captions["tags"]


words = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(age=words, ethnicity=words, notes=st.none() | words, identity=st.booleans(), data=st.data())
def test_whatever_is_written_into_the_fields(
    age: str,
    ethnicity: str,
    notes: str | None,
    identity: bool,
    data: st.DataObject,
    row: Callable[..., Any],
    facts: Callable[..., Any],
) -> None:
    chosen = {axis: data.draw(st.sampled_from(sorted(axis_settings(axis)))) for axis in AXES}
    try:
        options = CaptionOptions(TRIGGER, age=age, ethnicity=ethnicity, style_notes=notes, identity=identity)
    except InputError:
        return
    for text in caption(row(1, **chosen), facts(), options).values():
        assert text.split(",")[0] == TRIGGER
        assert len(text.splitlines()) == 1 and text == text.strip()
        assert "\ufeff" not in text and text.encode()
        assert len(re.findall(rf"(?<![\w-]){TRIGGER}(?![\w-])", text, re.IGNORECASE)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"style": "poem"}, {"age": "x" * 100}, {"class_word": "a/b"}, {"trigger": "a b"}, {"class_word": "mara_syn x"}],
)
def test_wrong_options_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        CaptionOptions(**{"trigger": TRIGGER, **wrong})
