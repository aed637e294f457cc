# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's own backgrounds join a preset's, or are refused where the preset leaves no room for them."""

from __future__ import annotations

import pytest
from modelsheet.common.errors import InputError
from modelsheet.plan.planner import make_plan
from modelsheet.plan.presets import load_preset


def test_own_backgrounds_come_as_often_as_another() -> None:
    plan = make_plan(load_preset("lora_40").with_folder(), None, None, None)
    counts = plan.coverage["settings"]["background"]
    assert set(counts) == {"neutral_grey", "white", "gradient", "folder"}
    assert 8 <= counts["folder"] <= 12


def test_a_preset_of_listed_shots_has_no_room_for_them() -> None:
    with pytest.raises(InputError, match="one by one"):
        load_preset("turnaround_8").with_folder()
