# SPDX-License-Identifier: GPL-3.0-or-later
"""What a framing promises to show, as points of the character as it stands now. Never imports bpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..plan.facts import CharacterFacts
from .frames import axes, head_center

if TYPE_CHECKING:
    from ..character.loaded import Body

#: A head's hair counts as the head this far (in head heights) from its middle line: a cape of hair does not.
HAIR_REACH = 1.0
#: Where a landmark lies between chin and floor, for characters on which it was not found (adult proportions).
BETWEEN_CHIN_AND_FLOOR = {"waist": 0.30, "thighs": 0.55}


def promised(facts: CharacterFacts, body: Body, shows: str) -> np.ndarray:
    """(N, 3) points that must lie inside the picture. shows: "head", "all" or a landmark of the facts."""
    if shows == "all":
        return np.asarray(body.vertices, dtype=float)
    if shows == "head":
        return _head(facts, body)
    return _above(facts, body, shows)


def _head(facts: CharacterFacts, body: Body) -> np.ndarray:
    """Head and hair down to the chin, without what hangs or stands far from it."""
    facing, left, up = axes(facts)
    center, height = head_center(facts, body), facts.head.height
    ends = np.array([center + up * height / 2, center - up * height / 2])
    chin = np.array(body.points["chin"]) if "chin" in body.points else ends[1]
    part = np.asarray(body.vertices[body.parts.get("head", [])], dtype=float).reshape(-1, 3)
    away = part - center
    near = np.hypot(away @ facing, away @ left) < HAIR_REACH * height
    kept = part[near & ((part - chin) @ up > -0.02 * height)]
    return np.concatenate([kept, chin[None]]) if len(kept) else ends


def _above(facts: CharacterFacts, body: Body, landmark: str) -> np.ndarray:
    """All above a landmark, the landmark itself, and the hands where they hang near it."""
    up = axes(facts)[2]
    mark = _landmark(facts, body, landmark)
    vertices = np.asarray(body.vertices, dtype=float)
    parts = [vertices[(vertices - mark) @ up > 0], mark[None]]
    if landmark == "thighs":
        parts += [vertices[body.parts[name]] for name in ("left_hand", "right_hand") if name in body.parts]
    return np.concatenate(parts)


def _landmark(facts: CharacterFacts, body: Body, name: str) -> np.ndarray:
    if name in facts.landmarks:
        return np.array(facts.landmarks[name], dtype=float)
    up = axes(facts)[2]
    chin = head_center(facts, body) - up * facts.head.height / 2
    drop = float(((chin - body.vertices) @ up).max())
    return chin - up * max(drop, 0.0) * BETWEEN_CHIN_AND_FLOOR[name]
