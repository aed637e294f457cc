# SPDX-License-Identifier: GPL-3.0-or-later
"""What rises and sinks on the face: lips, cheeks, lid creases, dimples, folds, furrows. Offsets in metres. bpy-free."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .fields import Array, gauss, smoothstep
from .slides import EYE_SPAN, Rays, bell, eye_tilt, lid_curves

#: Bulges of one side that a control raises: control, metres at 1, center (x outwards, y, z), widths.
BULGES = (
    ("cheek", 0.0060, (0.046, -0.082, -0.036), (0.016, 0.030, 0.013)),
    ("puff", 0.0140, (0.046, -0.070, -0.066), (0.018, 0.040, 0.017)),
    ("sneer", 0.0016, (0.012, -0.105, -0.035), (0.006, 0.020, 0.008)),
)
#: Where the fold from the nostril begins and where the mouth's corner lies at rest (x outwards, z).
NOSTRIL, CORNER = (0.0185, -0.047), (0.037, -0.070)


def lip_heights(s: Array, lips: float) -> tuple[Array, Array]:
    """Heights of the red of the upper and the lower lip over s (-1..1 from corner to corner), metres."""
    inside = np.clip(1.0 - s * s, 0.0, 1.0)
    bow = 1.0 - 0.20 * np.exp(-((s / 0.13) ** 2)) + 0.10 * np.exp(-(((np.abs(s) - 0.24) / 0.14) ** 2))
    size = 0.7 + 0.3 * lips
    return 0.0058 * size * bow * inside**0.95, 0.0072 * size * inside**0.72


def lip_offsets(rays: Rays, control: Mapping[str, float], lips: float) -> Array:
    """(N, 3) the lips' swelling across the mouth line, the seam, the dent below, and rounding by pucker and funnel."""
    t, s, upper = rays.t, rays.s, rays.upper_lip
    high, deep = lip_heights(s, lips)
    inside = np.clip(1.0 - s * s, 0.0, 1.0)
    on_left = smoothstep(s, -0.35, 0.35)
    press = on_left * control["left_press"] + (1.0 - on_left) * control["right_press"]
    rolled = 1.0 - 0.8 * np.where(upper, control["roll_upper"], control["roll_lower"])
    across = np.where(upper, t / np.maximum(high, 0.0012), -t / np.maximum(deep, 0.0012))
    swell = np.where(upper, 0.50 * high, 0.60 * deep) * lips * (1.0 - 0.55 * press) * rolled
    swell = swell * np.exp(-(((across - 0.5) / 0.46) ** 2))
    seam = -(0.0016 + 0.0008 * press) * bell(t, 0.0, 0.0011) * inside**0.25
    under = -0.0020 * bell(t, -0.0135, 0.0038) * inside
    groove = -0.0010 * bell(t, 0.0115, 0.0045) * np.exp(-((s / 0.15) ** 2))
    purse = 0.010 * (control["pucker"] + control["funnel"]) * bell(s, 0.0, 0.75) * bell(t, 0.0, 0.009)
    parted = control["funnel"] * 0.0055 * np.sqrt(inside) * bell(t, 0.0, 0.008)
    narrow = press * 0.0012 * inside * bell(np.abs(t), 0.005, 0.003)
    beyond = np.exp(-((np.clip(np.abs(s) - 1.0, 0.0, None) / 0.35) ** 2))
    corners = 0.0030 * np.minimum(s * s, 1.3) * bell(t, 0.0, 0.010) * beyond
    wave = (0.0007 * np.cos(1.5 * np.pi * s) * inside - 0.0004) * bell(t, 0.0, 0.006) * (np.abs(s) < 1.3)
    out = swell + seam + under + groove
    up = np.where(upper, parted - narrow + 0.2 * swell, narrow - parted - 0.1 * swell) + corners - wave
    offset = np.column_stack([(out + 0.4 * purse) * np.sin(rays.az) * 1.2, -out - purse, up])
    offset[~rays.skin] = 0.0
    return offset


def fold(points: Array, sign: float, corner_x: float, corner_z: float) -> Array:
    """1 along the fold from the nostril to the mouth's corner, falling off across it."""
    ax, az = NOSTRIL
    bx, bz = CORNER[0] + 0.5 * corner_x, CORNER[1] + 0.5 * corner_z
    x, z = sign * points[:, 0], points[:, 2]
    t = np.clip(((x - ax) * (bx - ax) + (z - az) * (bz - az)) / ((bx - ax) ** 2 + (bz - az) ** 2), 0.0, 1.0)
    away = np.hypot(x - ax - t * (bx - ax) - 0.003 * np.sin(np.pi * t), z - az - t * (bz - az))
    return np.where(points[:, 1] < -0.05, bell(away, 0.0, 0.0032), 0.0)


def crease(rays: Rays, el: Array, sign: float, shape: Mapping[str, float]) -> Array:
    """1 along the upper lid's crease, which stays where the open lid puts it."""
    u = rays.eye(sign)
    edge, _ = lid_curves(u, shape["lid_upper"], 0.0)
    span = smoothstep(u, -0.12, 0.12) * smoothstep(u, 1.22, 0.9)
    return span * bell(el - edge - eye_tilt(u, shape["eye_tilt"]), 0.052, 0.016)


def aged(rays: Rays, el: Array, sign: float) -> Array:
    """Age's lines of one side: crow's feet and a pouch under the eye."""
    u = rays.eye(sign)
    feet = sum(bell(el, -0.02 + 0.06 * k + 0.10 * k * (u - 1.0), 0.010) for k in (-1, 0, 1))
    feet = feet * smoothstep(u, 1.02, 1.12) * smoothstep(u, 1.50, 1.25)
    pouch = bell(el, -0.255, 0.018) * smoothstep(u, 0.0, 0.3) * smoothstep(u, 1.05, 0.7)
    return 0.0013 * feet + 0.0020 * pouch


def heights(rays: Rays, points: Array, el: Array, control: Mapping[str, float], shape: Mapping[str, float]) -> Array:
    """(N,) how far each vertex stands off the smooth surface, along its normal."""
    out = np.zeros(len(points))
    age = shape["wrinkles"]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        mine = {name.removeprefix(f"{side}_"): value for name, value in control.items() if name.startswith(side)}
        wide, up = max(mine["corner_x"], 0.0), mine["corner_z"]
        out -= (0.0017 + 0.0006 * age) * np.clip(mine["crease"], 0.0, 1.5) * crease(rays, el, sign, shape)
        for name, height, (x, y, z), widths in BULGES:
            if mine[name]:
                out += height * mine[name] * gauss(points, (sign * x, y, z), widths)
        dent = gauss(points, (sign * (0.033 + 0.4 * wide), -0.09, -0.070 + 0.6 * up), (0.0045, 0.03, 0.0065))
        out -= (0.0006 + 0.004 * mine["dimple"] + 0.10 * wide) * dent
        depth = 0.0022 * age + 0.11 * wide + 0.0022 * mine["sneer"]
        if depth:
            out -= depth * fold(points, sign, mine["corner_x"], up)
        if age:
            out -= age * aged(rays, el, sign)
        if mine["brow_squeeze"]:
            knit = bell(sign * rays.az, 0.085, 0.055) * bell(el, 0.30, 0.09)
            furrow = bell(sign * rays.az, 0.050, 0.016) * bell(el, 0.31, 0.07)
            out += mine["brow_squeeze"] * (0.55 * knit - 0.30 * furrow)
    frown = 0.0012 * age + 0.05 * max(control["left_brow_in"] + control["right_brow_in"], 0.0)
    if frown:
        lines = sum(bell(el, 0.50 + 0.075 * k - 0.10 * rays.az**2, 0.013) for k in range(3))
        out -= frown * lines * smoothstep(np.abs(rays.az), 0.62, 0.35)
    out[~rays.skin] = 0.0
    return out


def flare(points: Array, control: Mapping[str, float]) -> Array:
    """(N,) how far the nostrils' wings are drawn up."""
    out = np.zeros(len(points))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        if control[f"{side}_sneer"]:
            wing = gauss(points, (sign * 0.0125, -0.103, -0.046), (0.007, 0.02, 0.009))
            out += 0.0035 * control[f"{side}_sneer"] * wing
    return out


__all__ = ["EYE_SPAN", "flare", "heights", "lip_heights", "lip_offsets"]
