# SPDX-License-Identifier: GPL-3.0-or-later
"""How many samples a take needs so that each of its prints is as clean as if it had been rendered alone."""

from __future__ import annotations

#: Cycles asks one lamp at each point that a ray meets: with the lamps of several lightings burning, each gets fewer of
#: the samples. This share of the samples is added for each lighting more (scripts/benchmark.py shows the loss).
MORE_EACH = 0.25
#: From here on lightings share nearly all their lamps.
MOST_TIMES = 3.0


def samples_for(samples: int, lightings: int) -> int:
    """samples: what one lighting by itself would have, per pixel; lightings: how many the take is rendered for."""
    return round(samples * min(1 + MORE_EACH * (lightings - 1), MOST_TIMES))
