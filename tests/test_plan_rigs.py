# SPDX-License-Identifier: GPL-3.0-or-later
"""Light rigs as numbers: one lamp table for all, what a print mixes of them, and every mistake in a file named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.common.colour import KELVINS, kelvin_color, linear, luminance
from modelsheet.common.errors import InputError
from modelsheet.common.tables import parse_table
from modelsheet.farm.keys import exposures
from modelsheet.plan import lamps as lamp_tables
from modelsheet.plan import rigs
from modelsheet.plan import settings as setting_tables
from modelsheet.plan.lamps import rig_row, shared_lamps
from modelsheet.plan.rigs import WORLD, Adjust, Lamp, lamps, mix, units
from modelsheet.plan.settings import axis_settings, setting
from modelsheet.plan.shots import RENDERED

RIGS = list(axis_settings("lighting"))
PRESENT = {"neutral_studio", "soft_diffused", "outdoor_natural", "dramatic_side", "rim"}
OWN = """
tag: spot
world: {tint: "#FFFFFF", strength: 0.1}
lights:
  key: {light: 1.5, kelvin: 5600}
  spot: {azimuth: 10, elevation: 60, distance: 2, size: 0.2, light: 2, colour: "#ff0000", follows: character}
  back: {azimuth: 180, elevation: 5, distance: 2, size: 0.2, light: 1, kelvin: 3000}
"""


FEW = settings(max_examples=30, deadline=None, derandomize=True)


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """A folder of settings that a test may change: what a user who adds a rig does. Call it to have it read again."""
    folder = tmp_path / "settings"
    shutil.copytree(setting_tables.FOLDER, folder)
    monkeypatch.setattr(setting_tables, "FOLDER", folder)
    monkeypatch.setattr(lamp_tables, "PATH", folder / "lamps.yaml")
    caches = (axis_settings, shared_lamps, lamp_tables.world_profile, rigs.adjustable)

    def again():
        for each in caches:
            each.cache_clear()
        return folder

    yield again
    monkeypatch.undo()
    again()


def test_the_present_rigs_are_there_and_share_lamps() -> None:
    assert set(RIGS) >= PRESENT
    asked = sum(len(setting("lighting", name).geometry["lights"]) for name in PRESENT)
    assert len(lamps(PRESENT)) < asked
    assert len(lamps(RIGS)) <= len(shared_lamps()) <= 14


@pytest.mark.parametrize("name", RIGS)
def test_a_rig_has_words_and_light(name: str) -> None:
    rig = setting("lighting", name)
    assert re.fullmatch(r"[a-z ]+", rig.tag) and re.match(r"(under|with|in|by) ", rig.phrase)
    assert all(re.fullmatch(r"[a-z_]+", tag) for tag in rig.danbooru)
    given = mix(name)
    assert list(given) == [*lamps([name]), WORLD]
    assert all(channel >= 0 for light in given.values() for channel in light)
    assert all(luminance(light) > 0 for light in given.values())


def test_lamps_come_in_the_order_of_their_table_whoever_asks() -> None:
    order = list(shared_lamps())
    assert list(lamps(RIGS)) == list(lamps(reversed(RIGS))) == [name for name in order if name in lamps(RIGS)]
    assert lamps([]) == {} and units([]) == {}
    assert lamps(iter(RIGS)) == lamps(RIGS) and units(iter(RIGS)) == units(RIGS)
    assert WORLD not in lamps(RIGS)
    key = shared_lamps()["key"]
    assert lamps(["neutral_studio"])["key"] == Lamp("key", **key)


@FEW
@given(st.lists(st.sampled_from(RIGS), min_size=1))
def test_a_unit_is_the_most_that_is_asked(names: list[str]) -> None:
    lit = units(names)
    assert lit.keys() == {*lamps(names), WORLD}
    for lamp, unit in lit.items():
        asked = [luminance(mix(name)[lamp]) for name in names if lamp in mix(name)]
        assert unit == max(asked) > 0


@pytest.mark.parametrize("door", [lambda name: lamps([name]), lambda name: units([name]), mix])
def test_an_unknown_lighting_is_named(door) -> None:
    with pytest.raises(InputError, match=r"candle_light: not a setting of lighting. Choose one of .*rim"):
        door("candle_light")


ADJUSTS = st.builds(
    Adjust,
    exposure=st.floats(-10, 10),
    temperature=st.none() | st.floats(*KELVINS),
    intensity=st.dictionaries(st.sampled_from(rigs.adjustable()), st.floats(0, 100)),
)


@FEW
@given(st.sampled_from(RIGS), ADJUSTS)
def test_light_is_multiplied_and_nothing_else(name: str, adjust: Adjust) -> None:
    plain, changed, chosen = mix(name), mix(name, adjust), dict(adjust.intensity)
    tone = (1, 1, 1) if adjust.temperature is None else kelvin_color(adjust.temperature)
    assert list(changed) == list(plain)
    for lamp, light in plain.items():
        times = 2**adjust.exposure * chosen.get("all", 1) * chosen.get(lamp, 1)
        wanted = [channel * by * times for channel, by in zip(light, tone, strict=True)]
        assert changed[lamp] == pytest.approx(wanted)


@FEW
@given(ADJUSTS)
def test_an_adjustment_survives_json_and_is_one_value(adjust: Adjust) -> None:
    again = Adjust.from_json(adjust.to_json())
    assert again == adjust and hash(again) == hash(adjust)
    assert Adjust(intensity=adjust.intensity).intensity == adjust.intensity


def test_what_changes_nothing() -> None:
    for name in RIGS:
        assert mix(name, Adjust()) == mix(name) == mix(name, Adjust.from_json({}))
        for lamp, light in mix(name, Adjust(temperature=5600)).items():
            assert light == pytest.approx(mix(name)[lamp])


def test_lower_kelvin_is_warmer_and_no_brighter() -> None:
    warm, cool = (mix("neutral_studio", Adjust(temperature=kelvin))["key"] for kelvin in (3200, 9000))
    assert warm[0] > warm[1] > warm[2] and cool[0] < cool[1] < cool[2]
    assert luminance(warm) == pytest.approx(luminance(cool)) == pytest.approx(luminance(mix("neutral_studio")["key"]))


WRONG = {
    "too bright": ({"exposure": 11}, "exposure 11: out of reach. Choose from -10 to 10 stops"),
    "not a number": ({"exposure": "much"}, "exposure much: not a number"),
    "nan": ({"exposure": float("nan")}, "exposure nan: not a number"),
    "true": ({"exposure": True}, "exposure True: not a number"),
    "infrared": ({"temperature": 500}, "temperature 500: out of reach. Choose from 2000 to 25000 kelvin"),
    "negative light": ({"intensity": {"key": -1}}, "intensity key -1: out of reach. Choose from 0 to 100 times"),
    "no such lamp": ({"intensity": {"kye": 1}}, "intensity kye: not a lamp. Choose one of all, world, key"),
    "lamp not text": ({"intensity": {3: 1}}, "intensity 3: not a lamp"),
    "not a mapping": ({"intensity": [1]}, "intensity: must hold lamps"),
    "unknown": ({"contrast": 1}, "contrast: not a way to adjust light. Choose from exposure"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_adjustment_is_named(wrong: str) -> None:
    data, message = WRONG[wrong]
    with pytest.raises(InputError) as caught:
        Adjust.from_json(data)
    assert message in str(caught.value)


NONSENSE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@FEW
@given(
    st.dictionaries(
        st.sampled_from(["exposure", "temperature", "intensity", "x"]),
        NONSENSE | st.lists(NONSENSE) | st.dictionaries(st.sampled_from(["key", "all", ""]), NONSENSE),
    )
)
def test_no_nonsense_gets_further_than_a_plain_line(data: dict) -> None:
    try:
        adjust = Adjust.from_json(data)
    except InputError as error:
        assert str(error)
    else:
        assert all(channel >= 0 for light in mix("rim", adjust).values() for channel in light)


def test_a_rig_of_ones_own_may_bring_lamps(tables) -> None:
    folder = tables()
    (folder / "lighting" / "mine.yaml").write_text(OWN, encoding="utf-8")
    tables()
    both = lamps(["mine", "rim"])
    assert list(both) == ["key", "front", "rim", "edge", "mine-back", "mine-spot"]
    assert both["mine-spot"] == Lamp("mine-spot", "character", 10, 60, 2, 0.2)
    assert mix("mine")["mine-spot"] == pytest.approx((2 / 0.2126, 0, 0))
    assert mix("mine")["mine-back"][0] > mix("mine")["mine-back"][2]
    assert mix("mine")[WORLD] == pytest.approx((0.1, 0.1, 0.1))
    assert mix("mine", Adjust(intensity={"mine-spot": 0}))["mine-spot"] == (0, 0, 0)


def test_a_changed_lamp_table_changes_the_keys_of_its_rigs_alone(tables) -> None:
    take = tuple(next(iter(axis_settings(axis))) for axis in RENDERED)

    def keys():
        return {name: exposures({take: (name,)}, {}, {"engine": "cycles", "samples": 8})[take].key for name in RIGS}

    folder = tables()
    before = keys()
    table = folder / "lamps.yaml"
    table.write_text(table.read_text(encoding="utf-8").replace("hard: {azimuth: 60", "hard: {azimuth: 61"), "utf-8")
    tables()
    after = keys()
    assert {name for name in RIGS if before[name] != after[name]} == {name for name in RIGS if "hard" in lamps([name])}
    text = table.read_text(encoding="utf-8")
    table.write_text(re.sub(r"ground: \"#\w+\"", 'ground: "#123456"', text), "utf-8")
    tables()
    assert not set(keys().values()) & set(after.values())


MISTAKES = {
    "unknown key": ("follows: camera\n" + OWN.lstrip(), 1, "`follows` is not a key here. Choose from tag, phrase"),
    "no lights": (OWN[: OWN.index("lights:")], None, "needs `lights:`"),
    "no world": (OWN.replace("world:", "phrase: x #"), None, "needs `world:`"),
    "unknown lamp": (OWN.replace("key:", "kei:"), 5, "`kei` is not a lamp. Choose one of key, window"),
    "half a place": (OWN.replace(" distance: 2, size: 0.2, light: 2,", " light: 2,"), 6, "`distance` is missing"),
    "no light": (OWN.replace("light: 1.5, ", ""), 5, "`light` is missing. Give a number from 0.001 to 1000"),
    "light off": (OWN.replace("light: 1.5", "light: 0"), 5, "`light` is 0"),
    "light nan": (OWN.replace("light: 1.5", "light: .nan"), 5, "`light` is nan"),
    "light true": (OWN.replace("light: 1.5", "light: yes"), 5, "`light` is True"),
    "no colour": (OWN.replace(", kelvin: 5600", ""), 5, "`key` needs either `kelvin` or `colour`"),
    "two colours": (OWN.replace("kelvin: 5600", 'kelvin: 5600, colour: "#ffffff"'), 5, "needs either"),
    "kelvin low": (OWN.replace("5600", "560"), 5, "`kelvin` is 560. Give a number from 2000 to 25000"),
    "colour name": (OWN.replace('"#ff0000"', "red"), 6, '`colour` is red. Give a colour like "#ff8800"'),
    "black": (OWN.replace("#ff0000", "#000000"), 6, "`colour` is black"),
    "tint unquoted": (OWN.replace('"#FFFFFF", strength: 0.1}', "#FFFFFF\n  }"), 3, "`tint` is missing"),
    "world wrong": (OWN.replace("strength:", "power:"), 3, "`power` is not a key here. Choose from tint, strength"),
    "row wrong": (OWN.replace("follows: character", "follow: character"), 6, "`follow` is not a key here"),
    "follows wrong": (OWN.replace("follows: character", "follows: me"), 6, "Choose camera or character"),
    "row a number": (OWN.replace("{light: 1.5, kelvin: 5600}", "3"), 5, "`key` must hold"),
    "named all": (OWN.replace("spot:", "all:"), 6, "`all` can't be a lamp's name"),
    "named oddly": (OWN.replace("spot:", "../spot:"), 6, "can't be a lamp's name"),
    "tag a list": (OWN.replace("tag: spot", "tag: [spot]"), 2, "`tag` must be text"),
    "danbooru text": (OWN.replace("tag: spot", "danbooru: spot"), 2, "must be a list of tags"),
    "in the body": (OWN.replace("distance: 2", "distance: 0", 1), 6, "`distance` is 0. Give a number from 0.5 to 100"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_rig_is_named_with_its_line(mistake: str) -> None:
    text, line, message = MISTAKES[mistake]
    with pytest.raises(InputError) as caught:
        rig_row(parse_table(text, Path("mine.yaml")))
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"mine.yaml, line {line}:" if line else "mine.yaml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["Mine.yaml", "my.rig.yaml", "a-b.yaml", "x" * 25 + ".yaml"])
def test_a_rig_that_can_be_no_setting_is_named(name: str) -> None:
    with pytest.raises(InputError, match="can't be the name of a light rig"):
        rig_row(parse_table(OWN, Path(name)))


def test_colours() -> None:
    assert kelvin_color(5600) == pytest.approx((1, 1, 1))
    assert kelvin_color(3200)[0] > 1 > kelvin_color(3200)[2]
    assert kelvin_color(9000)[0] < 1 < kelvin_color(9000)[2]
    assert linear("#ffffff") == (1.0, 1.0, 1.0)
    assert linear("#808080") == pytest.approx((0.2158605,) * 3)


@FEW
@given(st.floats(*KELVINS))
def test_a_black_body_has_all_three_colours_at_brightness_one(kelvin: float) -> None:
    assert min(kelvin_color(kelvin)) > 0
    assert luminance(kelvin_color(kelvin)) == pytest.approx(1)
