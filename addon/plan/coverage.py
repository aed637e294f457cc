# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of shots covers: every setting's count, and which pairs of settings are seen together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from .shots import AXES, Shot
from .space import PAIRS, Space


def coverage(shots: Sequence[Shot], space: Space) -> dict[str, Any]:
    """`{"settings": {axis: {name: count}}, "pairs": {"possible", "covered"}, "uncovered": [[axis, name, axis, name]]}`.

    A pair is possible where some valid shot of `space` has both settings.
    """
    counts = {axis: Counter(shot[axis] for shot in shots) for axis in AXES}
    seen = {(first, second, shot.settings[first], shot.settings[second]) for shot in shots for first, second in PAIRS}
    possible = [
        (first, second, space.names[first][a], space.names[second][b])
        for (first, second), table in space.possible_pairs().items()
        for a, b in np.argwhere(table)
    ]
    uncovered = [
        [AXES[first], a, AXES[second], b] for first, second, a, b in possible if (first, second, a, b) not in seen
    ]
    return {
        "settings": {axis: {name: counts[axis][name] for name in space.names[at]} for at, axis in enumerate(AXES)},
        "pairs": {"possible": len(possible), "covered": len(possible) - len(uncovered)},
        "uncovered": uncovered,
    }
