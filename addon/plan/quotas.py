# SPDX-License-Identifier: GPL-3.0-or-later
"""How many pictures each setting of an axis should get."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def quotas(weights: Mapping[str, Fraction], count: int) -> dict[str, int]:
    """Share `count` pictures by weight (largest remainders; ties go to the setting named first).

    Where there are pictures enough, every setting gets at least one: from the one that has the most.
    """
    total = sum(weights.values(), Fraction())
    exact = {name: weight * count / total for name, weight in weights.items()}
    shares = {name: int(share) for name, share in exact.items()}
    order = sorted(weights, key=lambda name: shares[name] - exact[name])
    for name in order[: count - sum(shares.values())]:
        shares[name] += 1
    if count >= len(shares):
        for name in [name for name, share in shares.items() if share == 0]:
            shares[max(shares, key=lambda each: shares[each])] -= 1
            shares[name] = 1
    return shares
