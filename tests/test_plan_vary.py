# SPDX-License-Identifier: GPL-3.0-or-later
"""A preset with some of its settings switched off, added or weighted: the panel's switches and `--axis`."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.cli import main
from modelsheet.common.errors import InputError
from modelsheet.plan.names import all_settings
from modelsheet.plan.planner import make_plan
from modelsheet.plan.presets import list_presets, load_preset
from modelsheet.plan.shots import AXES
from modelsheet.plan.vary import parse_axis, vary

PRESETS = {preset.name: preset for preset in list_presets()}


def shown(preset: str, axes: dict[str, dict[str, int | float]], budget: int | None = None) -> dict[str, Counter[str]]:
    """How many pictures have each setting."""
    plan = make_plan(vary(PRESETS[preset], axes, None, budget), None, None, budget)
    return {axis: Counter(shot[axis] for shot in plan.shots) for axis in AXES}


def test_an_axis_with_one_setting_stands_still_and_the_number_stays() -> None:
    assert shown("lora_40", {"expression": {"neutral": 1}})["expression"] == {"neutral": 40}
    assert shown("turnaround_8", {"lighting": {"rim": 1}})["lighting"] == {"rim": 8}
    # Listed expressions become one and the same picture, which is made once.
    assert shown("essentials", {"expression": {"neutral": 1}})["expression"] == {"neutral": 13}


def test_settings_are_left_out_added_and_weighted() -> None:
    assert shown("lora_40", {"background": {"black": 1, "white": 3}}, 20)["background"] == {"black": 5, "white": 15}
    # A list that shows none of them is filled anew, to its own number.
    assert shown("essentials", {"background": {"black": 1, "white": 3}})["background"] == {"black": 6, "white": 18}
    kept = shown("turnaround_8", {"angle": {"front": 1, "back": 1}})["angle"]
    assert kept == {"front": 1, "back": 1}
    assert sum(shown("essentials", {}, 30)["angle"].values()) == 30  # more than its list has


def test_nothing_said_is_the_preset_itself() -> None:
    for preset in PRESETS.values():
        assert vary(preset, {}) is preset


def test_more_lights_of_one_render() -> None:
    preset = vary(load_preset("lora_40"), {}, prints_per_take=4)
    rendered = {shot.settings[:4] for shot in make_plan(preset, None, None, None).shots}
    assert len(rendered) < 30 < len(make_plan(load_preset("lora_40"), None, None, None).shots)


@pytest.mark.parametrize(
    ("axes", "complaint"),
    [
        ({"expression": {}}, "expression: every setting is switched off"),
        ({"mood": {"neutral": 1}}, "`mood` is not an axis"),
        ({"expression": {"hapy": 1}}, "Did you mean `happy`"),
        ({"pose": {"looking_over_shoulder": 1}, "angle": {"from_above": 1}}, "can't be shown together"),
    ],
)
def test_what_cannot_be_is_refused(axes: dict[str, dict[str, int | float]], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        vary(load_preset("lora_40"), axes)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("expression=neutral,happy:3", ("expression", {"neutral": 1, "happy": 3})),
        ("lighting = rim : 0.5", ("lighting", {"rim": 0.5})),
        ("expression", "no setting is left"),
        ("expression=", "no setting is left"),
        ("expression=happy:-1", "must be a number above 0"),
        ("expression=happy:nan", "must be a number above 0"),
        ("expression=happy:1e300", "must be a number above 0"),
        ("colour=red", "is not an axis"),
    ],
)
def test_the_words_of_the_command_line(text: str, result: object) -> None:
    if isinstance(result, str):
        with pytest.raises(InputError, match=result):
            parse_axis(text)
    else:
        assert parse_axis(text) == result


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_is_switched_only_that_is_shown(data: st.DataObject) -> None:
    preset = data.draw(st.sampled_from(["essentials", "quick", "turnaround_8", "lights_48"]))
    axis = data.draw(st.sampled_from(AXES))
    names = data.draw(st.lists(st.sampled_from(all_settings(axis)), min_size=1, unique=True))
    try:
        varied = vary(PRESETS[preset], {axis: dict.fromkeys(names, 1)})
    except InputError as error:
        assert str(error)
        return
    plan = make_plan(varied, None, None, None)
    assert plan.shots
    assert {shot[axis] for shot in plan.shots} <= set(names)


def test_the_command_plans_with_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "quick", "--json", "--axis", "lighting=rim", "--axis", "expression=happy,sad:2"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert {shot["settings"]["lighting"] for shot in plan["shots"]} == {"rim"}
    assert main(["plan", "quick", "--axis", "lighting=dark"]) == 2
    assert "dark" in capsys.readouterr().err
    assert main(["plan", "quick", "--prints-per-take", "500"]) == 2
    assert "1 to 100" in capsys.readouterr().err
