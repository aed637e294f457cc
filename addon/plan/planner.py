# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: a pure function of preset, character and seed, the same on every machine.

A covering array by greedy choice: each shot is the best of all shots there can be, given those before it. All scores
are integers; chance (from the seed) only decides between equals.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np

from ..common.errors import InputError
from .coverage import coverage, without_picture
from .facts import CharacterFacts
from .narrow import Wishes, narrow
from .presets import Preset
from .quotas import quotas
from .schema import MAX_BUDGET, MAX_SEED
from .shots import AXES, RENDERED, Plan, Shot
from .space import PAIRS, Space, spread

#: What a shot is worth. A setting over its quota costs more than all the pairs one shot can add; a place in a take
#: that is rendered anyway is worth giving up most of them; likeness (by number of shared settings) decides the rest.
#: A setting not yet seen comes before everything, most of all one that can't go with many others: it finds its place
#: while there is room. One that lags behind its share of the shots so far gains a little, lest the end be all alike.
EXCESS = 1000
DEBUT = 10_000
RARITY = 20
PACE = 40
SHARING = 500
PAIR = 60
LIKENESS = (0, 0, 0, 0, 2, 40, 0)

Index = tuple[int, ...]


def make_plan(preset: Preset, facts: CharacterFacts | None, seed: int | None, budget: int | None) -> Plan:
    """The shots for a preset, a character (None: one who can do everything), a seed and a number of pictures.

    seed, budget: None takes the preset's. Raises InputError where the budget can't hold the listed shots.
    """
    seed = preset.seed if seed is None else seed
    budget = preset.budget if budget is None else budget
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"The seed {seed} is out of reach. Choose a whole number from 0 to {MAX_SEED}.")
    if not len(preset.shots) <= budget <= MAX_BUDGET or budget < 1:
        raise InputError(
            f"A budget of {budget} pictures doesn't fit preset {preset.name}, which lists {len(preset.shots)} shots. "
            f"Choose from {max(1, len(preset.shots))} to {MAX_BUDGET}."
        )
    wishes = narrow(preset, facts, budget)
    if not wishes.axes and not wishes.shots:
        raise InputError(f"Preset {preset.name} has nothing to photograph here: {' '.join(wishes.left_out)}")
    space = Space(_names(wishes), wishes.exclusions)
    listed = [space.index(settings) for settings in wishes.shots]
    chooser = Chooser(space, wishes, listed, budget, preset.prints_per_take, seed)
    chosen = chooser.fill(budget - len(listed)) if wishes.axes else []
    settings = [space.settings(index) for index in [*_adjacent(listed), *sorted(chosen, key=_order)]]
    shots = tuple(Shot(number, each) for number, each in enumerate(settings, start=1))
    reached = coverage(shots, space)
    left_out = (*wishes.left_out, *without_picture(reached, budget), *_short(preset, chooser, len(shots), budget))
    return Plan(preset.name, seed, shots, reached, left_out)


class Chooser:
    """Chooses shots one by one; keeps what the score of every possible next shot depends on."""

    def __init__(
        self, space: Space, wishes: Wishes, listed: Sequence[Index], budget: int, prints_per_take: int, seed: int
    ) -> None:
        self.space = space
        self.budget = budget
        self.prints = prints_per_take
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret; random() is the same in every Python
        self.allowed = space.valid & space.mask({axis: tuple(names) for axis, names in wishes.axes.items()})
        self.uncovered = space.possible_pairs()
        self.rarity = _rarity(space)
        self.used = [np.zeros(size, np.int64) for size in space.shape]
        self.likeness = np.zeros(space.shape, np.int32)
        self.free = np.ones(space.shape, bool)
        self.in_take = np.zeros(space.shape[: len(RENDERED)], np.int32)
        for index in listed:
            self.put(index)
        self.quota = self._quotas(wishes, listed, budget)

    def _quotas(self, wishes: Wishes, listed: Sequence[Index], budget: int) -> list[np.ndarray]:
        result = []
        for number, axis in enumerate(AXES):
            weights = wishes.axes.get(axis, {})
            names = self.space.names[number]
            outside = [0 if name in weights else int(self.used[number][at]) for at, name in enumerate(names)]
            wanted = quotas(weights, budget - sum(outside)) if weights else {}
            result.append(np.array([wanted.get(name, outside[at]) for at, name in enumerate(names)], np.int64))
        return result

    def put(self, index: Index) -> None:
        """Add a shot."""
        for (first, second), table in self.uncovered.items():
            table[index[first], index[second]] = False
        for number, at in enumerate(index):
            self.used[number][at] += 1
        shared: np.ndarray | int = 0
        for number, at in enumerate(index):
            shared = shared + spread(np.arange(self.space.shape[number]) == at, number).astype(np.int8)
        self.likeness += np.asarray(LIKENESS, np.int32)[shared]
        self.free[index] = False
        self.in_take[index[: len(RENDERED)]] += 1

    def scores(self) -> np.ndarray:
        """What each shot of the space would be worth as the next one."""
        total: np.ndarray = np.zeros((1,) * len(AXES), np.int64)
        for number, used in enumerate(self.used):
            total = total + spread(self._wanted(used, self.quota[number], self.rarity[number]), number)
        for pair in PAIRS:
            total = total + PAIR * spread(self.uncovered[pair], *pair)
        shareable = (self.in_take > 0) & (self.in_take < self.prints)
        return total + SHARING * spread(shareable, *range(len(RENDERED))) - self.likeness

    def _wanted(self, used: np.ndarray, quota: np.ndarray, rarity: np.ndarray) -> np.ndarray:
        """What one more picture of each setting of an axis is worth for the axis' own balance."""
        over = np.maximum(0, used - quota + 1)
        lag = np.clip(quota * (used.sum() + 1) - used * self.budget, -self.budget, self.budget)
        return (DEBUT + RARITY * rarity) * (used == 0) + PACE * lag // self.budget - EXCESS * (2 * over - (over > 0))

    def choose(self) -> Index | None:
        """Add the best shot and return it; None where no shot is left."""
        open_takes = spread(self.in_take < self.prints, *range(len(RENDERED)))
        candidates = self.allowed & self.free & open_takes
        if not candidates.any():
            return None
        scores = np.where(candidates, self.scores(), np.iinfo(np.int64).min)
        ties = np.flatnonzero(scores == scores.max())
        flat = int(ties[int(self.random.random() * len(ties))])
        index = tuple(int(at) for at in np.unravel_index(flat, self.space.shape))
        self.put(index)
        return index

    def fill(self, count: int) -> list[Index]:
        """Choose up to `count` shots, one after the other."""
        chosen: list[Index] = []
        while len(chosen) < count and (index := self.choose()):
            chosen.append(index)
        return chosen


def _rarity(space: Space) -> list[np.ndarray]:
    """For each axis, how many settings of the other axes each of its settings can't go with."""
    rarity = [np.zeros(size, np.int32) for size in space.shape]
    for (first, second), possible in space.possible_pairs().items():
        rarity[first] += (~possible).sum(axis=1, dtype=np.int32)
        rarity[second] += (~possible).sum(axis=0, dtype=np.int32)
    return rarity


def _names(wishes: Wishes) -> dict[str, tuple[str, ...]]:
    """The settings of each axis: those with weights, then those that only listed shots have."""
    return {
        axis: tuple(dict.fromkeys([*wishes.axes.get(axis, ()), *(shot[number] for shot in wishes.shots)]))
        for number, axis in enumerate(AXES)
    }


def _short(preset: Preset, chooser: Chooser, made: int, budget: int) -> Iterator[str]:
    """Why there are fewer pictures than asked for, where the sentences about what was left out don't say it."""
    if preset.axes and made < budget:
        more = (chooser.allowed & chooser.free).any()
        mend = f" with one take for {chooser.prints}; a larger prints_per_take gives more" if more else ""
        yield f"{budget - made} of {budget} pictures: no more different shots can be had{mend}."
    elif not preset.axes and budget > len(preset.shots):
        yield f"{budget - len(preset.shots)} of {budget} pictures: {preset.name} lists its shots and has no others."


def _adjacent(listed: Sequence[Index]) -> list[Index]:
    """Listed shots in their order, those of one take side by side."""
    first = {index[: len(RENDERED)]: place for place, index in reversed(list(enumerate(listed)))}
    return sorted(listed, key=lambda index: first[index[: len(RENDERED)]])


def _order(index: Index) -> tuple[int, ...]:
    """Pose by pose, from near to far, around the head: takes that share a pose stand together."""
    angle, framing, expression, pose, lighting, background = index
    return pose, framing, angle, expression, lighting, background
