# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions of pictures whose light was changed after the render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modelsheet.dataset.caption_options import CaptionOptions
from modelsheet.dataset.captions import caption


@pytest.mark.parametrize(
    ("lighting", "relit", "says"),
    [
        ("rim", None, "rim lighting"),
        ("rim", {"temperature": 3500}, "rim lighting, warm light"),
        ("neutral_studio", {"temperature": 8000, "exposure": 1}, "neutral studio lighting, cool light"),
        ("neutral_studio", {"temperature": 5200}, "neutral studio lighting"),
        ("rim", {"temperature": 4800}, "rim lighting"),  # its own cool lamps keep it from being warm
        ("rim", {"intensity": {"rim": 2, "all": 9}}, "rim lighting"),
        ("rim", {"intensity": {"rim": 0}, "temperature": 3500}, ""),
        ("rim", {"intensity": {"key": 0}}, "rim lighting"),  # a lamp that it does not have
    ],
)
def test_the_light_is_called_what_it_became(
    row: Callable[..., Any], facts: Callable[..., Any], lighting: str, relit: dict[str, Any] | None, says: str
) -> None:
    truth = row(1, lighting=lighting) | ({} if relit is None else {"relit": relit})
    captions = caption(truth, facts(), CaptionOptions.from_job({"trigger": "mara_syn", "style": "tags"}))
    light = [chunk for chunk in captions["tags"].split(", ") if chunk.endswith((" light", " lighting"))]
    assert ", ".join(light) == says
    assert ("in warm light" in captions["natural"]) == ("warm" in says)
    assert ("backlighting" in captions["danbooru"]) == (says.startswith("rim"))
