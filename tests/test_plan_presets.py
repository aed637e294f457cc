# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets: the built-in ones are sound, one's own are found and merged, and every mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.plan.planner import make_plan
from modelsheet.plan.presets import Preset, list_presets, load_preset
from modelsheet.plan.rules import rules
from modelsheet.plan.schema import PARSERS
from modelsheet.plan.settings import axis_settings
from modelsheet.plan.shots import AXES, takes

#: Neither moods nor effects: what a set is lit with unless its preset says otherwise.
EVERYDAY_LIGHT = {"neutral_studio", "soft_diffused", "outdoor_natural", "dramatic_side", "rim"}
REQUIRED = {"essentials", "lora_40", "face_30", "full_body_60", "turnaround_8", "expressions"}


def written(folder: Path, text: str, name: str = "mine.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_promised_presets_are_there_and_described() -> None:
    presets = {preset.name: preset for preset in list_presets()}
    assert presets.keys() >= REQUIRED
    for preset in presets.values():
        assert preset.title and preset.description.endswith(".")
    assert [presets[name].budget for name in ("lora_40", "face_30", "full_body_60", "turnaround_8")] == [40, 30, 60, 8]


@pytest.mark.parametrize("preset", list_presets(), ids=lambda preset: preset.name)
def test_a_preset_survives_json(preset: Preset) -> None:
    again = Preset.from_json(preset.to_json())
    assert again.to_json() == preset.to_json()
    assert make_plan(again, None, None, None) == make_plan(preset, None, None, None)


@pytest.mark.parametrize("preset", list_presets(), ids=lambda preset: preset.name)
def test_a_preset_is_filled_and_shows_all_its_settings(preset: Preset) -> None:
    plan = make_plan(preset, None, None, None)
    assert len(plan.shots) == preset.budget
    assert plan.left_out == ()
    for axis, weights in preset.axes.items():
        assert all(plan.coverage["settings"][axis][name] for name in weights)


def test_essentials_has_what_no_set_should_lack() -> None:
    counts = make_plan(load_preset("essentials"), None, None, None).coverage["settings"]
    assert counts["angle"].keys() == axis_settings("angle").keys() - {"back"}
    assert counts["expression"].keys() == axis_settings("expression").keys()
    assert counts["lighting"].keys() == EVERYDAY_LIGHT


def test_lora_40_has_the_balance_a_character_lora_wants() -> None:
    counts = make_plan(load_preset("lora_40"), None, None, None).coverage["settings"]
    framing = counts["framing"]
    assert framing["close_up"] + framing["portrait"] + framing["upper_body"] >= 28
    assert framing["full_body"] >= 4
    assert len(counts["background"]) == 3
    assert counts["lighting"].keys() == EVERYDAY_LIGHT
    for axis in ("angle", "expression"):
        assert counts[axis].keys() == axis_settings(axis).keys()


def test_lights_48_is_eight_takes_each_under_six_lights() -> None:
    plan = make_plan(load_preset("lights_48"), None, None, None)
    assert [len(take.lightings) for take in takes(plan.shots)] == [6] * 8
    assert set(plan.coverage["settings"]["lighting"].values()) == {8}


def test_every_rule_says_why_and_names_what_exists() -> None:
    assert len(rules()) >= 8
    for rule in rules():
        assert rule.reason
        assert all(name in axis_settings(axis) for axis, names in rule.values.items() for name in names)


def test_names_are_set_against_built_in_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean `lora_40`"):
        load_preset("lora40")
    with pytest.raises(InputError, match="built-in preset"):
        load_preset("../shot_presets/lora_40")
    with pytest.raises(InputError, match="no such preset file"):
        load_preset(str(tmp_path / "missing.yaml"))
    with pytest.raises(InputError, match="built-in preset"):
        load_preset("")


def test_extends_merges_axis_by_axis(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "extends: lora_40\nbudget: 20\naxes:\n  background: {black: 3, white: 1}\nexclude:\n  - {angle: back}\n",
    )
    with pytest.raises(InputError, match=r"`back` can be in no shot .*mine\.yaml, line 6"):
        load_preset(path)
    path = written(tmp_path, "extends: lora_40\nbudget: 20\naxes:\n  background: {black: 3, white: 1}\n")
    preset, parent = load_preset(path), load_preset("lora_40")
    assert (preset.name, preset.title, preset.budget) == ("mine", parent.title, 20)
    assert list(preset.axes["background"]) == ["black", "white"]
    assert preset.axes["angle"] == parent.axes["angle"]


def test_extends_follows_paths_beside_the_file_and_adds_exclusions(tmp_path: Path) -> None:
    written(tmp_path, "extends: lora_40\nexclude:\n  - {angle: back, framing: portrait}\n", "parent.yaml")
    child = load_preset(written(tmp_path, "extends: parent.yaml\nexclude:\n  - {pose: waving, angle: front}\n"))
    assert len(child.exclude) == 2
    for shot in make_plan(child, None, None, None).shots:
        assert not (shot["angle"] == "back" and shot["framing"] == "portrait")
        assert not (shot["angle"] == "front" and shot["pose"] == "waving")


def test_listed_shots_are_multiplied_out_on_the_base(tmp_path: Path) -> None:
    preset = load_preset(
        written(
            tmp_path,
            "base: {framing: close_up}\nshots:\n  - {angle: [front, profile_left], expression: [sad, happy]}\n",
        )
    )
    assert preset.budget == 4
    assert [shot[:3] for shot in preset.shots] == [
        ("front", "close_up", "sad"),
        ("front", "close_up", "happy"),
        ("profile_left", "close_up", "sad"),
        ("profile_left", "close_up", "happy"),
    ]


def test_all_stands_for_everything_but_the_users_own_pictures(tmp_path: Path) -> None:
    preset = load_preset(written(tmp_path, "budget: 5\naxes:\n  background: all\n"))
    assert preset.axes["background"].keys() == axis_settings("background").keys() - {"folder"}
    assert [list(preset.axes[axis]) for axis in AXES[:5]] == [
        ["front"],
        ["portrait"],
        ["neutral"],
        ["relaxed_arms"],
        ["neutral_studio"],
    ]


MISTAKES = {
    "unknown key": ("budget: 3\naxis:\n  angle: all\n", 2, "`axis` is not a key of a preset. Did you mean `axes`"),
    "unknown axis": ("budget: 3\naxes:\n  angel: all\n", 3, "`angel` is not an axis. Did you mean `angle`"),
    "unknown setting": ("budget: 3\naxes:\n  angle: [front,\n    frontal]\n", 4, "`frontal` is not a setting of angle"),
    "unknown weighted setting": ("budget: 3\naxes:\n  angle:\n    front: 1\n    bakc: 1\n", 5, "Did you mean `back`"),
    "weight zero": ("budget: 3\naxes:\n  angle:\n    front: 1\n    back: 0\n", 5, "above 0"),
    "weight negative": ("budget: 3\naxes:\n  angle: {front: -1}\n", 3, "above 0"),
    "weight nan": ("budget: 3\naxes:\n  angle: {front: .nan}\n", 3, "above 0"),
    "weight infinite": ("budget: 3\naxes:\n  angle: {front: .inf}\n", 3, "above 0"),
    "weight true": ("budget: 3\naxes:\n  angle: {front: yes}\n", 3, "above 0"),
    "weight text": ("budget: 3\naxes:\n  angle: {front: many}\n", 3, "above 0"),
    "setting not a name": ("budget: 3\naxes:\n  angle: [1]\n", 3, "`1` is not a setting of angle"),
    "setting twice": ("budget: 3\naxes:\n  angle:\n    - front\n    - front\n", 5, "stands twice"),
    "key twice": ("budget: 3\nbudget: 4\n", 2, "stands twice"),
    "empty list": ("budget: 3\naxes:\n  angle: []\n", 3, "empty list"),
    "empty weights": ("budget: 3\naxes:\n  angle: {}\n", 3, "empty"),
    "axes not a mapping": ("budget: 3\naxes: [angle]\n", 2, "must hold"),
    "shots not a list": ("shots: {angle: front}\n", 1, "must be a list"),
    "shot not a mapping": ("shots:\n  - front\n", 2, "expected `axis: setting` pairs"),
    "shot with an unknown axis": ("shots:\n  - angle: front\n    mood: happy\n", 3, "`mood` is not an axis"),
    "shot with an unknown setting": ("shots:\n  - angle: front\n    pose: [wave]\n", 3, "Did you mean `waving`"),
    "base with a list": ("base: {angle: [front]}\nshots:\n  - {pose: waving}\n", 1, "not a setting of angle"),
    "budget zero": ("budget: 0\naxes:\n  angle: all\n", 1, "whole number from 1"),
    "budget huge": ("budget: 100000\naxes:\n  angle: all\n", 1, "to 9999"),
    "budget fraction": ("budget: 1.5\naxes:\n  angle: all\n", 1, "whole number"),
    "budget true": ("budget: true\naxes:\n  angle: all\n", 1, "whole number"),
    "seed negative": ("seed: -1\nbudget: 2\naxes:\n  angle: all\n", 1, "whole number from 0"),
    "title a number": ("title: 7\nbudget: 2\naxes:\n  angle: all\n", 1, "must be a text"),
    "prints zero": ("prints_per_take: 0\nbudget: 2\naxes:\n  angle: all\n", 1, "whole number from 1"),
    "no budget": ("axes:\n  angle: all\n", None, "how many pictures"),
    "nothing": ("title: Nothing\n", None, "nothing to photograph"),
    "budget below the list": ("budget: 1\nshots:\n  - {angle: [front, back]}\n", 1, "2 shots are listed"),
    "budget above the list": ("budget: 3\nshots:\n  - {angle: [front, back]}\n", 1, "from which to fill the rest"),
    "shot that can't be": (
        "shots:\n  - {angle: front}\n  - {angle: back, expression: happy}\n",
        3,
        "not seen from behind",
    ),
    "shot that is excluded": (
        "exclude:\n  - {angle: front}\nshots:\n  - {angle: [back, front]}\n",
        4,
        "angle front (excluded in",
    ),
    "shot twice": ("shots:\n  - {angle: front}\n  - {framing: portrait}\n", 3, "stands already in"),
    "too many prints of a take": ("shots:\n  - {angle: front}\n  - {lighting: rim}\n", 3, "`prints_per_take: 2`"),
    "everything excluded": (
        "budget: 3\naxes:\n  angle: all\nexclude:\n  - {angle: all}\n",
        2,
        "forbid every combination",
    ),
    "setting that can't be": (
        "budget: 3\naxes:\n  framing: [close_up]\n  pose:\n    - relaxed_arms\n    - waving\n",
        6,
        "the arms are outside the picture",
    ),
    "excluded setting": (
        "budget: 3\naxes:\n  angle: {front: 1, back: 2}\nexclude:\n  - {angle: back}\n",
        3,
        "angle `back` can be in no shot",
    ),
    "extends unknown": ("extends: lora_41\n", 1, "Did you mean `lora_40`"),
    "extends a missing file": ("extends: other.yaml\n", 1, "no such preset file"),
    "extends itself": ("extends: mine.yaml\n", 1, "goes round in a circle"),
    "not YAML": ("budget: 3\naxes: {angle: [front\n", None, "not valid YAML"),
    "a list": ("- front\n", None, "key: value"),
    "empty": ("", None, "nothing to photograph"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, mistake: str) -> None:
    text, line, message = MISTAKES[mistake]
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_preset(path)
    said = str(caught.value)
    assert message in said
    assert said.startswith(f"{path}, line {line}:" if line else path)
    assert "\n" not in said


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.sampled_from(list(PARSERS)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["all", "front", "lora_40", ""]),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*AXES, "front", 1]), inner),
            max_leaves=6,
        ),
    )
)
def test_no_nonsense_gets_further_than_a_plain_line(data: dict) -> None:
    try:
        preset = Preset.from_json(data)
    except InputError as error:
        assert str(error)
    else:
        assert preset.budget >= 1


def test_a_circle_of_files_is_seen(tmp_path: Path) -> None:
    written(tmp_path, "extends: mine.yaml\n", "other.yaml")
    with pytest.raises(InputError, match=r"other\.yaml, line 1: .* goes round in a circle"):
        load_preset(written(tmp_path, "extends: other.yaml\n"))
