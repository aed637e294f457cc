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
#: A bust ends this far on the way from chin to waist: at the armpits, also of a character that is mostly head.
BUST = 0.42
#: Where a landmark lies between chin and floor, for characters on which it was not found (adult proportions).
BETWEEN_CHIN_AND_FLOOR = {"waist": 0.30, "thighs": 0.55}
#: Where the waist of a bust or head would lie: this many head heights below the chin.
WAIST_BELOW_CHIN = 1.9
#: How far from the middle of the head a cut-off neck or chest is followed to its end, in head heights.
NECK_REACH = 0.25
#: The picture ends this much above the cut (head heights), because a cut is seldom level.
CUT = 0.06


def promised(facts: CharacterFacts, body: Body, shows: str) -> np.ndarray:
    """(N, 3) points that must lie inside the picture. shows: "head", "bust", "all" or a landmark's name."""
    if shows == "all":
        return np.asarray(body.vertices, dtype=float)
    if shows == "head":
        return _head(facts, body)
    if shows == "bust":
        chin = _chin(facts, body)
        return np.concatenate([_head(facts, body), [chin + BUST * (_landmark(facts, body, "waist") - chin)]])
    return _above(facts, body, shows)


def _head(facts: CharacterFacts, body: Body) -> np.ndarray:
    """Head and hair down to the chin, without what hangs or stands far from it."""
    facing, left, up = axes(facts)
    center, height = head_center(facts, body), facts.head.height
    ends = np.array([center + up * height / 2, center - up * height / 2])
    chin = _chin(facts, body)
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


def _chin(facts: CharacterFacts, body: Body) -> np.ndarray:
    if "chin" in body.points:
        return np.array(body.points["chin"], dtype=float)
    return head_center(facts, body) - axes(facts)[2] * facts.head.height / 2


def _landmark(facts: CharacterFacts, body: Body, name: str) -> np.ndarray:
    if name in facts.landmarks:
        return np.array(facts.landmarks[name], dtype=float)
    up, chin = axes(facts)[2], _chin(facts, body)
    if facts.body != "full":
        return chin - up * WAIST_BELOW_CHIN * facts.head.height
    drop = float(((chin - body.vertices) @ up).max())
    return chin - up * max(drop, 0.0) * BETWEEN_CHIN_AND_FLOOR[name]


def stump(facts: CharacterFacts, body: Body, rotation: np.ndarray) -> np.ndarray | None:
    """The point on the middle line at which a head or bust ends, as a camera with these axes sees it.

    rotation: columns right, up, back. A picture that reaches no lower shows no floating neck. None where nothing
    hangs below the chin.
    """
    center, chin = head_center(facts, body), _chin(facts, body)
    x, y, _ = (np.asarray(body.vertices, dtype=float) @ rotation).T
    aside = (x - center @ rotation[:, 0]) / (NECK_REACH * facts.head.height)
    columns = [y[(aside >= low) & (aside < low + 0.5)] for low in (-1.0, -0.5, 0.0, 0.5)]
    end = max((float(column.min()) for column in columns if len(column)), default=np.inf)
    below = float(chin @ rotation[:, 1]) - end - CUT * facts.head.height
    return chin - rotation[:, 1] * below if below > 0 else None
