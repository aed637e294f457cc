# SPDX-License-Identifier: GPL-3.0-or-later
"""Into how many strips each lamp of a take is cut, so that every print gets its share of the samples.

At each point that a ray meets, Cycles asks one light of all that burn. Without its light tree, which overrates large
and far lamps and starves small near ones, it takes each equally often, and stratifies that over a pixel's samples:
where their number and that of the lights are powers of two, each light is asked equally often in every pixel. A lamp
that makes most of a lighting is therefore cut into several strips, each a light of its own.

Measured on one portrait, 192 px, denoised, in dB lost against one render a lighting of 16 samples with Blender's own
settings and its best denoising. One lighting: 0.2 to 0.9 with the tree, 0.9 lost to 0.2 gained with strips. Four
together, 48 samples: 3.1 with the tree, 1.9 without, 0.6 with strips (256 px). Eight, 64 samples: 1.8, 1.3 and 0.4.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..common.colour import luminance
from .lamps import WORLD
from .rigs import lamps, mix

#: The most strips of a lamp.
MOST = 8
#: Lights there are at least, the world included, and of how many times the lamps at least.
LEAST, TIMES = 16, 1.6


def strips(lightings: Iterable[str]) -> dict[str, int]:
    """Lamp -> number of strips, for a take that is rendered for these lightings.

    With the world they make a power of two, as far as MOST allows. Raises InputError for an unknown lighting.
    """
    names = tuple(lightings)
    shares = _shares(names)
    cut = dict.fromkeys(lamps(names), 1)
    total = LEAST
    while total < TIMES * (len(cut) + 1):
        total *= 2
    for _ in range(total - 1 - len(cut)):
        open_ = [name for name in cut if cut[name] < MOST]
        if not open_:
            break
        cut[max(open_, key=lambda name: shares[name] / cut[name])] += 1
    return cut


def _shares(names: tuple[str, ...]) -> dict[str, float]:
    """The largest part that each lamp has in the light of one of the lightings."""
    shares: dict[str, float] = {}
    for name in names:
        given = {lamp: luminance(light) for lamp, light in mix(name).items()}
        total = sum(given.values())
        for lamp, light in given.items():
            if lamp != WORLD:
                shares[lamp] = max(shares.get(lamp, 0.0), light / total)
    return shares
