# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether there is a subject, how large it is, and whether the picture cuts off what its framing promises whole."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import numpy as np

from ...common.tables import read_table
from .filters import box_of, counted
from .finding import Finding, judge
from .sample import Sample

PROMISES = MappingProxyType(read_table(Path(__file__).with_name("promises.yaml")).data)
#: The upper part of a close-up or portrait: what lies above this share of the subject's height. Shoulders are below.
UPPER = 0.3


def presence(sample: Sample, masks: list[np.ndarray]) -> list[Finding]:
    """Nothing there, no subject, or a tiny one. masks: the subject by alpha and by the picture itself, as known."""
    found = judge("empty", _spread(counted(sample.light)))
    if found or not masks:
        return found
    found = judge("no_subject", min(np.count_nonzero(mask) / mask.size for mask in masks))
    return found or judge("tiny", min(map(size, masks)))


def _spread(numbers: np.ndarray) -> float:
    """The standard deviation of codes that occur so often."""
    share, codes = numbers / numbers.sum(), np.arange(256)
    mean = (share * codes).sum()
    return float(np.sqrt((share * (codes - mean) ** 2).sum()))


def size(mask: np.ndarray) -> float:
    """The larger of the subject's width and height, as a share of the picture's; 0 without a subject."""
    box = box_of(mask)
    if box is None:
        return 0.0
    left, top, right, bottom = box
    return max((right - left) / mask.shape[1], (bottom - top) / mask.shape[0])


def cut_off(mask: np.ndarray, framing: str | None, trimmed: bool = False) -> list[Finding]:
    """Sides on which a mask is cut that its framing promises whole: the worst of them.

    trimmed: the picture is a part of its print, cut narrower on purpose: only the head must be whole then.
    """
    promise = PROMISES.get(framing or "")
    box = box_of(mask)
    if promise is None or box is None:
        return []
    touched = _touched(mask, promise["sides"] if not trimmed or framing == "full_body" else ["top"])
    if "upper_sides" in promise and not trimmed:
        upper = mask[: box[1] + max(1, round(UPPER * (box[3] - box[1])))]
        touched |= _touched(upper, promise["upper_sides"], max(mask.shape))
    side = max(touched, key=lambda name: touched[name])
    return judge("cut", touched[side], side=side, framing=(framing or "").replace("_", " "))


def _touched(mask: np.ndarray, sides: list[str], longer: int | None = None) -> dict[str, float]:
    """How much of each side a mask lies on, as a share of the picture's longer edge."""
    edges = {"left": mask[:, 0], "top": mask[0], "right": mask[:, -1], "bottom": mask[-1]}
    return {side: float(edges[side].sum()) / (longer or max(mask.shape)) for side in sides}
