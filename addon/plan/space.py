# SPDX-License-Identifier: GPL-3.0-or-later
"""The space of all shots over some settings, as arrays with one dimension an axis (in the order of AXES)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from .rules import Exclusion
from .shots import AXES

#: Every pair of axes, by number.
PAIRS = tuple(combinations(range(len(AXES)), 2))


class Space:
    """Every combination of `names` (axis -> settings); `valid` is true where no exclusion matches."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], exclusions: Iterable[Exclusion]) -> None:
        self.names = tuple(tuple(names[axis]) for axis in AXES)
        self.shape = tuple(len(each) for each in self.names)
        self.valid = np.ones(self.shape, bool)
        self.exclusions = tuple(exclusions)
        for exclusion in self.exclusions:
            self.valid &= ~self.mask(exclusion.values)

    def mask(self, values: Mapping[str, tuple[str, ...]]) -> np.ndarray:
        """Where a shot has one of the named settings on every named axis; broadcasts to `shape`."""
        result = np.ones((1,) * len(AXES), bool)
        for axis, wanted in values.items():
            number = AXES.index(axis)
            result = result & spread([name in wanted for name in self.names[number]], number)
        return result

    def index(self, settings: tuple[str, ...]) -> tuple[int, ...]:
        """Where a shot stands in the arrays."""
        return tuple(names.index(name) for names, name in zip(self.names, settings, strict=True))

    def settings(self, index: tuple[int, ...]) -> tuple[str, ...]:
        """The inverse of `index`."""
        return tuple(names[at] for names, at in zip(self.names, index, strict=True))

    def impossible(self) -> list[tuple[str, str]]:
        """Each (axis, setting) that is in no valid shot."""
        return [
            (AXES[number], self.names[number][at])
            for number in range(len(AXES))
            for at in np.flatnonzero(~self._seen((number,)))
        ]

    def blame(self, axis: str, name: str) -> Exclusion:
        """The exclusion that forbids most of the shots with a setting."""
        with_it = self.mask({axis: (name,)})
        return max(
            self.exclusions, key=lambda each: int((with_it & np.broadcast_to(self.mask(each.values), self.shape)).sum())
        )

    def possible_pairs(self) -> dict[tuple[int, int], np.ndarray]:
        """For each of PAIRS, a boolean table of the two axes: true where some valid shot has both."""
        return {pair: self._seen(pair) for pair in PAIRS}

    def _seen(self, kept: tuple[int, ...]) -> np.ndarray:
        return self.valid.any(axis=tuple(number for number in range(len(AXES)) if number not in kept))


def spread(table: np.ndarray | list[bool], *numbers: int) -> np.ndarray:
    """A table over some axes (ascending), shaped so that it broadcasts over the whole space."""
    array = np.asarray(table)
    shape = [1] * len(AXES)
    for number, size in zip(numbers, array.shape, strict=True):
        shape[number] = size
    return array.reshape(shape)
