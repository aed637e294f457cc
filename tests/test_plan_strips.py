# SPDX-License-Identifier: GPL-3.0-or-later
"""Strips of lamps and samples of a take: powers of two, and most for what makes most of the light."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.plan.rigs import lamps
from modelsheet.plan.samples import samples_for
from modelsheet.plan.settings import axis_settings
from modelsheet.plan.strips import MOST, strips

RIGS = sorted(axis_settings("lighting"))


@given(st.lists(st.sampled_from(RIGS), min_size=1, max_size=8, unique=True))
def test_lights_are_a_power_of_two_and_every_lamp_is_one(names: list[str]) -> None:
    cut = strips(names)
    assert cut.keys() == lamps(names).keys()
    assert all(1 <= number <= MOST for number in cut.values())
    total = sum(cut.values()) + 1
    assert total & (total - 1) == 0 or set(cut.values()) == {MOST}
    assert total >= 16 or set(cut.values()) == {MOST}
    assert strips(names[::-1]) == cut


@pytest.mark.parametrize(
    ("rig", "main"), [("outdoor_natural", "sun"), ("dramatic_side", "hard"), ("neutral_studio", "key")]
)
def test_the_main_lamp_has_most_strips(rig: str, main: str) -> None:
    cut = strips([rig])
    assert cut[main] == max(cut.values()) == MOST


def test_more_lightings_get_more_samples_and_fewer_each() -> None:
    counts = [samples_for(16, number) for number in range(1, 12)]
    assert counts[0] == 16
    assert counts == sorted(counts)
    assert counts[3] == 32
    assert counts[7] == counts[-1] == 48
    assert [samples_for(1, number) for number in (1, 2, 8)] == [1, 2, 3]
