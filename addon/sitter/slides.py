# SPDX-License-Identifier: GPL-3.0-or-later
"""How the face's skin slides over its surface (lids, brows, mouth, lips), as changes of the rays. bpy-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .fields import Array, smoothstep
from .grid import MOUTH_EL

#: Height of the mouth's rays above one radian: distance from the rays' centre to the lips, metres.
MOUTH_REACH = 0.125
#: The eye slits' corners (azimuth, inner and outer) before tilting, and metres along the surface there a radian.
EYE_SPAN = (0.164, 0.645)
EYE_REACH = 0.097
#: How far above and below the slit the skin still follows the lids, radians.
LID_ABOVE, LID_BELOW = 0.52, 0.34
#: Elevation of the brows and how far up and down they carry the skin.
BROW_EL, BROW_SPREAD = 0.36, 0.20
#: Handles of a brow: control, azimuth, width; they raise it by metres.
BROW_HANDLES = (("brow_in", 0.16, 0.13), ("brow_mid", 0.40, 0.13), ("brow_out", 0.62, 0.15))
#: Handles of the mouth: control, along (0 sideways, 1 up), center and width along the mouth (in half mouths), center
#: and width across it (metres).
MOUTH_HANDLES = (
    ("corner_x", 0, 1.05, 0.52, 0.0, 0.017),
    ("corner_z", 1, 1.05, 0.42, 0.0, 0.017),
    ("stretch", 0, 1.00, 0.50, -0.008, 0.014),
)


def bell(x: Array, center: float, width: float) -> Array:
    """A Gaussian bell of height 1."""
    return np.exp(-0.5 * ((x - center) / width) ** 2)


@dataclass
class Rays:
    """Rays of the live face at rest, and coordinates derived from them.

    t: metres above the mouth line; s: azimuth in half mouths; upper_lip, upper_lid: which side of the slit.
    """

    el: Array
    az: Array
    skin: Array
    t: Array
    s: Array
    upper_lip: Array
    upper_lid: Array

    @staticmethod
    def of(el: Array, az: Array, below: Array, skin: Array, mouth_half: float) -> Rays:
        """From the grid's rays; `below` tells on which side of its slit a vertex hangs."""
        t = (el - MOUTH_EL) * MOUTH_REACH
        on_line = np.abs(t) <= 1e-9
        return Rays(
            el, az, skin, t, az / mouth_half, (t > 1e-9) | (on_line & ~below), (el > 0.0) | ((el == 0.0) & ~below)
        )

    def eye(self, sign: float) -> Array:
        """0 at the inner corner of a side's eye, 1 at the outer."""
        return (sign * self.az - EYE_SPAN[0]) / (EYE_SPAN[1] - EYE_SPAN[0])


def lid_curves(u: Array, upper: float, lower: float) -> tuple[Array, Array]:
    """Elevation of the upper and the lower lid's edge over u (0 inner corner, 1 outer)."""
    inside = np.clip(u, 0.0, 1.0)
    top = np.sin(np.pi * inside**0.86) ** 0.62
    bottom = np.sin(np.pi * inside**1.18) ** 0.75
    return upper * top, lower * bottom


def eye_tilt(u: Array, tilt: float) -> Array:
    """Elevation that the eyes' line gains from the inner to the outer corner."""
    return tilt * (u - 0.4) * np.exp(-((u - 0.5) ** 2) / 0.7)


def slide(rays: Rays, control: Mapping[str, float], tilt: float) -> tuple[Array, Array]:
    """Elevation and azimuth of all rays after sliding."""
    el, az = rays.el.copy(), rays.az.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        mine = {name.removeprefix(f"{side}_"): value for name, value in control.items() if name.startswith(side)}
        el += _lids(rays, sign, mine, tilt)
        rise, inward = _brows(rays, sign, mine)
        el += rise
        az -= sign * inward
        out, up = _mouth_side(rays, sign, mine)
        az += sign * out
        el += up
    out, up = _mouth_whole(rays, control)
    return el + up, az + out


def _lids(rays: Rays, sign: float, mine: Mapping[str, float], tilt: float) -> Array:
    u = rays.eye(sign)
    upper, lower = lid_curves(u, mine["lid_upper"], mine["lid_lower"])
    up = np.clip(1.0 - rays.el / LID_ABOVE, 0.0, 1.0) ** 2
    down = np.clip(1.0 + rays.el / LID_BELOW, 0.0, 1.0) ** 2
    share = np.where(rays.upper_lid, up, down)
    opening = np.where(rays.upper_lid, upper, lower) + eye_tilt(u, tilt)
    return np.where((sign * rays.az > 0.0) & (np.abs(rays.az) < 1.2), opening * share, 0.0)


def _brows(rays: Rays, sign: float, mine: Mapping[str, float]) -> tuple[Array, Array]:
    a = sign * rays.az
    fall = bell(rays.el, BROW_EL, BROW_SPREAD)
    rise = sum(mine[name] * bell(a, center, width) for name, center, width in BROW_HANDLES)
    return rise * fall / 0.1, mine["brow_squeeze"] * bell(a, 0.2, 0.14) * fall / 0.1


def _mouth_side(rays: Rays, sign: float, mine: Mapping[str, float]) -> tuple[Array, Array]:
    s = sign * rays.s
    moves = [np.zeros_like(s), np.zeros_like(s)]
    for name, along, s0, ds, t0, dt in MOUTH_HANDLES:
        moves[along] += mine[name] * bell(s, s0, ds) * bell(rays.t, t0, dt)
    lip = bell(s, 0.30, 0.32)
    moves[1] += np.where(rays.upper_lip, mine["lip_up"] * lip * bell(rays.t, 0.0, 0.010), 0.0)
    moves[1] -= np.where(~rays.upper_lip, mine["lip_down"] * lip * bell(rays.t, 0.0, 0.011), 0.0)
    return moves[0] / 0.095, moves[1] / MOUTH_REACH


def _mouth_whole(rays: Rays, control: Mapping[str, float]) -> tuple[Array, Array]:
    s = np.abs(rays.s)
    near = bell(s, 0.0, 1.0) * bell(rays.t, 0.0, 0.018)
    out = control["mouth_x"] / 0.1 * near - rays.az * near * (0.42 * control["pucker"] + 0.34 * control["funnel"])
    up = control["shrug"] * 0.006 * bell(s, 0.0, 0.8) * bell(rays.t, -0.006, 0.012) / MOUTH_REACH
    return out, up


def jaw_weight(rays: Rays, points: Array) -> Array:
    """How far each vertex follows the jaw, 0..1; the mouth's slit parts 0 from 1."""
    t, s = rays.t, np.abs(rays.s)
    beyond = np.clip(s - 1.0, 0.0, 3.0)
    inside = np.clip(1.0 - s * s, 0.0, 1.0) ** 0.62
    ramp = np.exp(-((t / (0.016 + 0.010 * beyond)) ** 2))
    share = 0.5 * (1.0 - inside) * ramp
    weight = np.where(rays.upper_lip, share, 1.0 - share)
    return weight * smoothstep(np.abs(rays.az), 1.35, 0.75) * smoothstep(points[:, 1], 0.012, -0.045)
