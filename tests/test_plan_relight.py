# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions after the render: what they come to, what they do to the plan, and the file that they stand in."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.plan.coverage import coverage
from modelsheet.plan.planner import make_plan
from modelsheet.plan.presets import load_preset
from modelsheet.plan.relight import (
    FILE,
    PLANNED,
    Relight,
    Wish,
    apply,
    chosen,
    doubles,
    plan_json,
    planned_of,
    read_relights,
    renderings,
    taken_back,
    wished,
    write_relights,
)
from modelsheet.plan.rigs import Adjust
from modelsheet.plan.settings import axis_settings
from modelsheet.plan.shots import AXES, Plan, Shot
from modelsheet.plan.space import Space

LIGHTINGS, BACKGROUNDS = (tuple(axis_settings(axis)) for axis in ("lighting", "background"))


def shot(number: int, **changed: str) -> Shot:
    settings = ("front", "portrait", "neutral", "relaxed_arms", "neutral_studio", "white")
    named = dict(zip(AXES, settings, strict=True)) | changed
    return Shot(number, tuple(named[axis] for axis in AXES))


def planned(*shots: Shot) -> Plan:
    space = Space({axis: tuple(dict.fromkeys(each[axis] for each in shots)) for axis in AXES}, ())
    return Plan("test", 1, shots, coverage(shots, space))


HAPPY, SAD, SAD_TOO = (
    shot(1, expression="happy"),
    shot(2, expression="sad", lighting="rim"),
    shot(3, expression="sad", background="black"),
)
PLAN = planned(HAPPY, SAD, SAD_TOO)


def test_a_decision_changes_only_what_it_names() -> None:
    relights = wished({}, [HAPPY], Wish(lighting="rim", exposure=0.5))
    assert relights == {HAPPY.id: Relight("rim", adjust=Adjust(exposure=0.5))}
    relights = wished(relights, [HAPPY], Wish(background="black", intensity={"edge": 2}))
    assert relights == {HAPPY.id: Relight("rim", "black", Adjust(exposure=0.5, intensity={"edge": 2}))}
    relit = apply(PLAN, relights).shots
    assert relit == (shot(1, expression="happy", lighting="rim", background="black"), SAD, SAD_TOO)
    assert relit[0].id == HAPPY.id


def test_what_comes_to_nothing_is_no_decision() -> None:
    relights = wished({}, [SAD], Wish(lighting="neutral_studio", temperature=4000, intensity={"key": 3, "all": 2}))
    assert dict(relights[SAD.id].adjust.intensity) == {"key": 3, "all": 2}
    # The rim has no key: what was said of it does not hold any more.
    relights = wished(relights, [SAD], Wish(lighting=PLANNED))
    assert relights == {SAD.id: Relight(adjust=Adjust(temperature=4000, intensity={"all": 2}))}
    assert wished(relights, [SAD], Wish(temperature=5600, intensity={"all": 1})) == {}


@pytest.mark.parametrize(
    ("only", "numbers"),
    [((), [1, 2, 3]), (("2",), [2]), (("0003",), [3]), (("*_sad",), [2, 3]), ((HAPPY.id, "*3_*"), [1, 3])],
)
def test_only_some(only: tuple[str, ...], numbers: list[int]) -> None:
    assert [each.number for each in chosen(PLAN.shots, only)] == numbers


@pytest.mark.parametrize("name", ["", "4", "9" * 50, "*" * 300, "happy", "*angry*", "²"])
def test_only_what_there_is(name: str) -> None:
    with pytest.raises(InputError, match=HAPPY.id):
        chosen(PLAN.shots, ["1", name])


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(lighting="rin"), "rim"),
        (Wish(background="pink"), "black"),
        (Wish(intensity={"keys": 1}), "Did you mean `key`"),
        (Wish(intensity={"sun": 2}), "fill"),
        (Wish(exposure=11), "10"),
        (Wish(exposure=float("nan")), "not a number"),
        (Wish(temperature=100), "2000"),
        (Wish(intensity={"key": -1}), "0 to 100"),
    ],
)
def test_wishes_that_cannot_be(wish: Wish, said: str) -> None:
    with pytest.raises(InputError, match=said):
        wished({}, PLAN.shots, wish)


def test_a_take_is_rendered_again_only_where_a_lamp_is_lacking() -> None:
    def lit(wish: Wish, groups: bool = True) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        relights = wished({}, PLAN.shots, wish)
        return [(each.lightings, each.lacked) for each in renderings(PLAN, relights, groups).values()]

    both = ("rim", "neutral_studio")
    assert lit(Wish()) == [(("neutral_studio",), ()), (both, ())]
    assert lit(Wish(exposure=1, temperature=3000, background="black")) == lit(Wish())
    # One of the two takes has the rim's lamps already, though for another of its pictures.
    assert lit(Wish(lighting="rim")) == [(("neutral_studio", "rim"), ("rim",)), (both, ())]
    assert lit(Wish(lighting="rim"), groups=False) == lit(Wish(lighting="rim"))
    assert [lacked for _, lacked in lit(Wish(lighting="outdoor_natural"))] == [("outdoor_natural",)] * 2


def test_a_lighting_of_the_same_lamps_needs_no_render(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"neutral_studio": {"key": "here", "edge": "there"}, "rim": {"edge": "there"}}
    monkeypatch.setattr(
        "modelsheet.plan.relight.lamps", lambda names: {key: lamp for name in names for key, lamp in few[name].items()}
    )
    relights = {HAPPY.id: Relight("rim")}
    with_groups, without = (next(iter(renderings(PLAN, relights, groups).values())) for groups in (True, False))
    assert (with_groups.lightings, with_groups.lacked) == (("neutral_studio",), ())
    assert (without.lightings, without.lacked) == (("neutral_studio", "rim"), ("rim",))
    few["rim"]["edge"] = "elsewhere"
    assert next(iter(renderings(PLAN, relights).values())).lacked == ("rim",)


def test_pictures_that_become_alike_are_found() -> None:
    relights = wished({}, PLAN.shots, Wish(lighting="rim", background="white"))
    assert doubles(apply(PLAN, relights).shots, relights) == [(SAD.id, SAD_TOO.id)]
    relights = wished(relights, [SAD], Wish(exposure=1))
    assert doubles(apply(PLAN, relights).shots, relights) == []


def test_a_setting_that_has_a_picture_now_is_not_left_out() -> None:
    plan = make_plan(load_preset("lora_40"), None, 3, 4)
    absent = [name for name, count in plan.coverage["settings"]["lighting"].items() if not count]
    sentence = next(line for line in plan.left_out if line.startswith(absent[0]))
    relit = apply(plan, wished({}, plan.shots[:1], Wish(lighting=absent[0])))
    assert sentence not in relit.left_out
    assert not any(line.startswith(f"{absent[0]},") or line.startswith(f"{absent[0]}:") for line in relit.left_out)
    assert all(any(name in line for line in relit.left_out) for name in absent[1:])
    assert [line for line in relit.left_out if line in plan.left_out] == [x for x in plan.left_out if x != sentence]


wishes = st.builds(
    Wish,
    lighting=st.sampled_from([None, PLANNED, *LIGHTINGS]),
    background=st.sampled_from([None, PLANNED, *BACKGROUNDS]),
    exposure=st.none() | st.floats(-10, 10),
    temperature=st.none() | st.floats(2000, 25000),
    intensity=st.dictionaries(st.sampled_from(["all", "world"]), st.floats(0, 100)),
)


@given(st.lists(st.tuples(wishes, st.integers(0, 7)), max_size=4), st.randoms(use_true_random=False))
def test_whatever_is_wished(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[Wish, int]], dice: random.Random
) -> None:
    """The file gives back what was decided; the coverage is that of the pictures; undoing all leaves the plan."""
    relights: dict[str, Relight] = {}
    for wish, some in asked:
        relights = wished(relights, [each for each in PLAN.shots if some >> each.number - 1 & 1], wish)
    folder = tmp_path_factory.mktemp("out")
    write_relights(folder, relights)
    assert read_relights(folder) == relights
    assert (folder / FILE).exists() == bool(relights)
    relit = apply(PLAN, relights)
    data = json.loads(json.dumps(plan_json(PLAN, relit)))
    assert planned_of(data) == PLAN
    for axis in AXES:
        counts = {name: count for name, count in data["coverage"]["settings"][axis].items() if count}
        assert counts == {each[axis]: sum(other[axis] == each[axis] for other in relit.shots) for each in relit.shots}
    pairs = relit.coverage["pairs"]
    assert pairs["possible"] == pairs["covered"] + len(relit.coverage["uncovered"])
    first = dice.choice(PLAN.shots)
    assert first in apply(PLAN, taken_back(relights, [first])).shots
    assert apply(PLAN, taken_back(relights, PLAN.shots)) == PLAN


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shots: [1]", "shots:"),
        ("pictures: {}", "shots:"),
        ("shots: {../x: {lighting: rim}}", "not the name of a picture"),
        ("shots: {7: {lighting: rim}}", "not the name of a picture"),
        ("shots:\n  0001_a_b_c: rim", "line 2"),
        ("shots:\n  0001_a_b_c: {light: rim}", "lighting"),
        ("shots:\n  0001_a_b_c: {lighting: sunny}", "rim"),
        ("shots:\n  0001_a_b_c: {background: planned}", "black"),
        ("shots:\n  0001_a_b_c: {lighting: {}}", "rim"),
        ("shots:\n  0001_a_b_c: {adjust: 2}", "adjust"),
        ("shots:\n  0001_a_b_c: {adjust: {exposure: bright}}", "line 2.*exposure"),
        ("shots:\n  0001_a_b_c: {adjust: {exposure: .inf}}", "exposure"),
        ("shots:\n  0001_a_b_c: {adjust: {intensity: {torch: 1}}}", "torch"),
        ("shots: &a {0001_a_b_c: *a}", "aliases"),
        ("shots: !!python/object/apply:os.getcwd []", "relight.yaml"),
        ("shots: {0001_a_b_c: {lighting: rim", "YAML"),
        ("\x00", "relight.yaml"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(InputError, match=said) as complaint:
        read_relights(tmp_path)
    assert FILE in str(complaint.value)
