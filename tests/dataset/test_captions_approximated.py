# SPDX-License-Identifier: GPL-3.0-or-later
"""An approximated expression is photographed, but no caption claims it."""

from __future__ import annotations

from typing import Any

import pytest
from modelsheet.dataset.seen import seen


def row(exact: bool) -> dict[str, Any]:
    settings = {"angle": "front", "framing": "portrait", "expression": "happy", "pose": "relaxed_arms"}
    made = {"method": "vrm", "exact": exact, "weights": {"joy": 1.0}, "missing": []}
    return {
        "settings": {**settings, "lighting": "neutral_studio", "background": "white"},
        "made": {"expression": made, "pose": {**made, "method": "bones"}},
        "visible": {"face": True, "eyes": 2, "hands": 0},
        "software": {"engine": "cycles"},
    }


@pytest.mark.parametrize("exact", [True, False])
def test_only_an_exact_expression_is_named(exact: bool) -> None:
    assert ("expression" in seen(row(exact))) == exact
