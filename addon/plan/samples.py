# SPDX-License-Identifier: GPL-3.0-or-later
"""How many samples a take needs so that each of its prints is as clean as if it had been rendered alone."""

from __future__ import annotations

#: Of the samples, this share is added for each lighting more: each has some lamps that no other has. Measured with the
#: denoiser's best quality on a portrait at 512 px against 256 samples of each lighting alone, in dB lost to a plain
#: render of 16 samples a lighting: four lightings, 2 times the samples 0.42, 2.5 times 0.30; eight, 2 times 0.89,
#: 3 times 0.48, 4 times 0.25 won.
MORE_EACH = 1 / 3
#: From here on lightings share nearly all their lamps.
MOST_TIMES = 3.0


def samples_for(samples: int, lightings: int) -> int:
    """samples: what one lighting by itself would have, per pixel; lightings: how many the take is rendered for.

    In steps of half of `samples`, so that the lights (plan/strips.py) are asked about equally often.
    """
    times = min(1 + MORE_EACH * (lightings - 1), MOST_TIMES)
    return max(1, round(samples * round(2 * times) / 2))
