# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones of a hand are fingers, and how they are laid: straightened, fanned and curled, whatever their number."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mathutils import Quaternion, Vector

from .skeleton import Skeleton

#: A finger's first bone is one of the palm's when it begins within this share of the way from wrist to its second.
METACARPAL = 0.45
#: Without a name, a thumb is the chain that begins clearly nearer to the wrist, or points clearly elsewhere.
NEARER, ELSEWHERE = 0.8, math.radians(32.0)
THUMB_NAMES = ("thumb", "finger0", "pollex", "親指")
#: What hangs on a hand or beside it ends no farther back than this share of the forearm.
AT_HAND = 0.8
#: A resting thumb lies so far off the fingers' line (degrees), and so far towards the palm's side.
THUMB_OFF, THUMB_IN = 24.0, 14.0

Chain = tuple[str, ...]


def finger_chains(skeleton: Skeleton, lower: str, end: str, forearm: Vector) -> tuple[Chain, ...]:
    """Runs of two bones or more that hang on the hand (on the forearm, where there is none), on to the fingertips."""
    roots = [name for name in skeleton.children(end) if name in skeleton.live]
    if not skeleton.is_bone(end):
        roots = _beside(skeleton, lower, end)
    return _on_the_hand(skeleton, roots, lower, end, forearm)


def gather_fingers(skeleton: Skeleton, lower: str, end: str) -> None:
    """Let the hand carry finger roots that hang beside it: some rigs have a bone for each of them on the forearm."""
    roots = [name for name in skeleton.children(end) if name in skeleton.live]
    forearm = (skeleton.head(end) - skeleton.head(lower)).normalized()
    if len(roots) > 1 or forearm.length < 0.5:
        return
    for run in _on_the_hand(skeleton, _beside(skeleton, lower, end), lower, end, forearm):
        if skeleton.carrier(run[0]) == lower:
            skeleton.carry(run[0], end)


def _beside(skeleton: Skeleton, lower: str, end: str) -> list[str]:
    arm = {end, *skeleton.above(end)}
    return [name for name in skeleton.children(lower) if name in skeleton.live and name not in arm]


def _on_the_hand(skeleton: Skeleton, roots: list[str], lower: str, end: str, forearm: Vector) -> tuple[Chain, ...]:
    elbow = skeleton.head(lower)
    reach = (skeleton.head(end) - elbow).dot(forearm)
    found = [run for root in roots for run in _runs(skeleton, root, forearm)]
    near = AT_HAND * reach
    return tuple(run for run in found if len(run) > 1 and (skeleton.head(run[-1]) - elbow).dot(forearm) > near)


def _runs(skeleton: Skeleton, name: str, forearm: Vector) -> list[Chain]:
    """The runs from a bone to the tips below it: where they part, the one that reaches farthest goes on.

    A bone without skin may end a run, to tell its direction.
    """
    children = skeleton.children(name)
    live = [child for child in children if child in skeleton.live]
    if not live:
        return [(name, *children[:1])]
    runs = [run for child in live for run in _runs(skeleton, child, forearm)]
    on = max(runs, key=lambda run: skeleton.head(run[-1]).dot(forearm))
    return [(name, *on), *(run for run in runs if run is not on)]


def find_thumb(skeleton: Skeleton, chains: Sequence[Chain], wrist: Vector) -> int | None:
    """The index of the thumb's chain, by name, by where it begins or by where it points."""
    if len(chains) < 2:
        return None
    for index, chain in enumerate(chains):
        if any(name in chain[0].lower().replace(" ", "") for name in THUMB_NAMES):
            return index
    starts = [(skeleton.head(chain[0]) - wrist).length for chain in chains]
    order = sorted(range(len(chains)), key=lambda index: starts[index])
    if starts[order[0]] < NEARER * starts[order[1]]:
        return order[0]
    ways = [(skeleton.head(chain[-1]) - skeleton.head(chain[0])).normalized() for chain in chains]
    total = sum(ways, Vector())
    odd = max(range(len(chains)), key=lambda index: _angle(ways[index], total - ways[index]))
    return odd if _angle(ways[odd], total - ways[odd]) > ELSEWHERE else None


def _angle(one: Vector, other: Vector) -> float:
    return one.angle(other, 0.0)


def without_palm(skeleton: Skeleton, chain: Chain, wrist: Vector) -> Chain:
    """A finger's chain from its knuckle on."""
    if len(chain) < 3:
        return chain
    first, second = (skeleton.head(name) - wrist for name in chain[:2])
    return chain[1:] if first.length < METACARPAL * second.length else chain


def lay_finger(skeleton: Skeleton, chain: Chain, direction: Vector, palm: Vector, curl: float) -> None:
    """Point a finger along `direction` and curl each of its joints by `curl` degrees towards the palm."""
    axis = direction.cross(palm).normalized()
    bend = 0.0
    for name, following in zip(chain, (*chain[1:], None), strict=True):
        bend += math.radians(curl)
        if following is not None:
            skeleton.aim(name, following, Quaternion(axis, bend) @ direction)
    skeleton.turn(chain[-1], Quaternion(axis, math.radians(curl)))


def lay_thumb(skeleton: Skeleton, chain: Chain, along: Vector, palm: Vector, towards: Vector, ease: float) -> None:
    """Bring a thumb from where it sticks out in the file to rest beside the hand; `ease` 0 leaves it, 1 all the way."""
    now = skeleton.head(chain[-1]) - skeleton.head(chain[0])
    side = (towards - along * towards.dot(along)).normalized()
    off, inwards = math.radians(THUMB_OFF), math.radians(THUMB_IN)
    wanted = along * math.cos(off) + side * math.sin(off) + palm * math.sin(inwards)
    if now.length < 1e-9 or now.angle(wanted) < off / 3.0:
        return
    turn = now.normalized().rotation_difference(wanted.normalized())
    skeleton.turn(chain[0], Quaternion().slerp(turn, ease))
