# SPDX-License-Identifier: GPL-3.0-or-later
"""How many samples a take needs so that each of its prints is as clean as if it had been rendered alone."""

from __future__ import annotations

#: Of the samples, this share is added for each lighting more: each has some lamps that no other has.
MORE_EACH = 0.8
#: From here on lightings share nearly all their lamps.
MOST_TIMES = 4.0


def samples_for(samples: int, lightings: int) -> int:
    """samples: what one lighting by itself would have, per pixel; lightings: how many the take is rendered for.

    In steps of half of `samples`, so that the lights (plan/strips.py) are asked about equally often.
    """
    times = min(1 + MORE_EACH * (lightings - 1), MOST_TIMES)
    return max(1, round(samples * round(2 * times) / 2))
