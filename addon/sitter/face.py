# SPDX-License-Identifier: GPL-3.0-or-later
"""The face: where every vertex of the head lies for given controls. Shape keys are differences of two placements.

Controls are plain numbers (metres, radians or factors; 0 = at rest unless `REST` says otherwise), see `REST`. bpy-free.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .fields import Array, Field, gauss, gradient, project, smoothstep
from .grid import MOUTH_EL, Grid, Slit, build
from .skull import CENTER, LID, Table, directions, eye_center, head_field, march

SIDES = ("left", "right")
#: Height of the mouth's rays above one radian: distance from CENTER to the lips, metres.
MOUTH_REACH = 0.125
#: Axis about which the jaw turns (parallel to x), and the angle of jawOpen at 1.
HINGE = np.array([0.0, -0.004, -0.034])
JAW_ANGLE = np.radians(19.0)
#: The eye slits' corners before tilting.
EYE_SPAN = (0.164, 0.645)

#: Controls of one side; the shape gives the lids' rest.
SIDE_REST = {
    "lid_upper": 0.0, "lid_lower": 0.0, "crease": 1.0, "brow_in": 0.0, "brow_mid": 0.0, "brow_out": 0.0, "brow_squeeze": 0.0,
    "cheek": 0.0, "puff": 0.0, "sneer": 0.0, "corner_x": 0.0, "corner_z": 0.0, "dimple": 0.0, "lip_up": 0.0, "lip_down": 0.0, "stretch": 0.0, "press_side": 0.0,
}  # fmt: skip
#: Controls of the whole face.
FACE_REST = {
    "jaw": 0.0, "jaw_forward": 0.0, "jaw_side": 0.0, "funnel": 0.0, "pucker": 0.0, "press": 0.0, "shrug": 0.0, "mouth_x": 0.0,
    "roll_upper": 0.0, "roll_lower": 0.0, "close": 0.0,
}  # fmt: skip


class Face:
    """A head of one shape: its grid, its rest, and `place` for anything else.

    Only the `live` vertices (the front of the head) are ever placed anew; el, az, below, skin and slits are theirs.
    """

    def __init__(self, shape: Mapping[str, float]) -> None:
        self.shape = dict(shape)
        self.field: Field = head_field(shape)
        self.table = Table(self.field)
        self.mouth = shape["mouth_width"]
        self.grid: Grid = build(EYE_SPAN, self.mouth)
        self.eye = eye_center(shape)
        self.rest_controls = self.controls()
        grid = self.grid
        self.live = np.flatnonzero((grid.neck == 0.0) & (np.abs(grid.az) < 1.45) & (grid.el < 0.95) & (grid.el > -1.3))
        self.el, self.az = grid.el[self.live], grid.az[self.live]
        self.below, self.skin = grid.below[self.live], grid.skin[self.live]
        number = np.full(len(grid.el), -1)
        number[self.live] = np.arange(len(self.live))
        self.slits = {
            name: Slit(name, number[s.upper], number[s.lower], s.s, number[s.rims_upper], number[s.rims_lower])
            for name, s in grid.slits.items()
        }
        self.whole = self._outline()
        self.base = self.whole[self.live]
        self.normals = gradient(self.field, self.base)
        self.t = (self.el - MOUTH_EL) * MOUTH_REACH
        self.s = self.az / self.mouth
        self.above = (self.t > 1e-9) | ((np.abs(self.t) <= 1e-9) & ~self.below)
        self.jaw = self._jaw_weight()
        self.rest = self.place({})

    def controls(self) -> dict[str, float]:
        """All controls at rest; those of a side carry the prefix left_ or right_."""
        out = dict(FACE_REST)
        for side in SIDES:
            out |= {f"{side}_{key}": value for key, value in SIDE_REST.items()}
            out[f"{side}_lid_upper"] = self.shape["lid_upper"]
            out[f"{side}_lid_lower"] = self.shape["lid_lower"]
        return out

    def _outline(self) -> Array:
        """Ray hits of the whole grid, lids shut, and the neck below them."""
        grid = self.grid
        rays = directions(grid.el, grid.az)
        points = np.zeros_like(rays)
        quick = (grid.neck == 0.0) & self.table.covers(grid.el, grid.az)
        points[quick] = self.table.points(grid.el[quick], grid.az[quick])
        slow = (grid.neck == 0.0) & ~quick
        points[slow] = rays[slow] * march(self.field, CENTER, rays[slow])[:, None]
        ring = grid.rings[(grid.neck[grid.rings[:, 0]] == 0.0)][-1]
        below = grid.rings[grid.neck[grid.rings[:, 0]] > 0.0]
        start = points[ring]
        azimuth = grid.az[ring]
        out = np.stack([np.sin(azimuth), -np.cos(azimuth)], axis=1)
        middle = np.column_stack([out * 0.046 + [0.0, 0.036], np.full(len(ring), -0.155)])
        low = np.column_stack([out * 0.062 + [0.0, 0.036], np.full(len(ring), -0.205)])
        end = np.column_stack([out * [0.135, 0.09] + [0.0, 0.025], np.full(len(ring), -0.262)])
        for row in below:
            t = float(grid.neck[row[0]])
            b = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3]
            points[row] = project(self.field, b[0] * start + b[1] * middle + b[2] * low + b[3] * end, steps=5)
        return points

    # -- placing ---------------------------------------------------------------------------------------------------

    def place(self, changes: Mapping[str, float]) -> Array:
        """Vertex positions (N, 3) with the given controls changed; raises KeyError for an unknown control."""
        control = dict(self.rest_controls)
        for key, value in changes.items():
            control[key] = control[key] + value
        el, az = self._slide(control)
        moved = (np.abs(el - self.el) + np.abs(az - self.az) > 1e-9) & self.table.covers(el, az)
        points = self.base.copy()
        points[moved] = self.table.points(el[moved], az[moved])
        points += self._lips(control) + self._relief(points, el, control)
        if control["jaw"] or control["jaw_forward"] or control["jaw_side"]:
            points += self.jaw[:, None] * (swing_jaw(points, control) - points)
        self._rims(points, control)
        out = self.whole.copy()
        out[self.live] = points
        return out

    def _slide(self, control: Mapping[str, float]) -> tuple[Array, Array]:
        """Rays after sliding the skin: lids open, mouth corners and brows move along the surface."""
        el, az = self.el.copy(), self.az.copy()
        d_el, d_az = np.zeros_like(el), np.zeros_like(az)
        for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
            a = sign * self.az
            u = (a - EYE_SPAN[0]) / (EYE_SPAN[1] - EYE_SPAN[0])
            upper, lower = lid_curves(u, control[f"{side}_lid_upper"], control[f"{side}_lid_lower"])
            above = (self.el > 0.0) | ((self.el == 0.0) & ~self.below)
            up = np.clip(1.0 - self.el / 0.52, 0.0, 1.0) ** 2
            down = np.clip(1.0 + self.el / 0.34, 0.0, 1.0) ** 2
            inside = (a > 0.0) & (np.abs(a) < 1.2)
            d_el += np.where(inside, np.where(above, upper * up, lower * down), 0.0)
            tilt = self.shape["eye_tilt"] * (u - 0.4) * np.exp(-((u - 0.5) ** 2) / 0.7)
            d_el += np.where(inside, tilt * np.where(above, up, down), 0.0)
            # brows: three handles along the brow
            z = (self.el - 0.36) / 0.20
            fall = np.exp(-0.5 * z * z)
            for handle, center, width in (("brow_in", 0.16, 0.13), ("brow_mid", 0.40, 0.13), ("brow_out", 0.62, 0.15)):
                w = np.exp(-0.5 * ((a - center) / width) ** 2) * fall
                d_el += control[f"{side}_{handle}"] / 0.1 * w
            d_az -= sign * control[f"{side}_brow_squeeze"] / 0.1 * np.exp(-0.5 * ((a - 0.2) / 0.14) ** 2) * fall
            # mouth corners
            t = (self.el - MOUTH_EL) * MOUTH_REACH
            s = a / self.mouth
            w = np.exp(-0.5 * ((s - 1.05) / 0.52) ** 2) * np.exp(-0.5 * (t / 0.017) ** 2)
            d_az += sign * control[f"{side}_corner_x"] / 0.095 * w
            d_el += control[f"{side}_corner_z"] / MOUTH_REACH * w
            w = np.exp(-0.5 * ((s - 1.0) / 0.5) ** 2) * np.exp(-0.5 * ((t + 0.008) / 0.014) ** 2)
            d_az += sign * control[f"{side}_stretch"] / 0.095 * w
            # lips raised or lowered beside the middle
            lip = np.exp(-0.5 * ((s - 0.45) / 0.4) ** 2)
            above = (t > 1e-9) | ((np.abs(t) <= 1e-9) & ~self.below)
            d_el += (
                np.where(above, control[f"{side}_lip_up"] * lip * np.exp(-0.5 * (t / 0.010) ** 2), 0.0) / MOUTH_REACH
            )
            d_el -= (
                np.where(~above, control[f"{side}_lip_down"] * lip * np.exp(-0.5 * (t / 0.011) ** 2), 0.0) / MOUTH_REACH
            )
        t = (self.el - MOUTH_EL) * MOUTH_REACH
        s = np.abs(self.az) / self.mouth
        near = np.exp(-0.5 * (s / 1.0) ** 2) * np.exp(-0.5 * (t / 0.018) ** 2)
        d_az += control["mouth_x"] / 0.1 * near
        d_az -= self.az * near * (0.42 * control["pucker"] + 0.34 * control["funnel"])
        d_el += (
            control["shrug"]
            * 0.006
            / MOUTH_REACH
            * np.exp(-0.5 * (s / 0.8) ** 2)
            * np.exp(-0.5 * ((t + 0.006) / 0.012) ** 2)
        )
        el += d_el
        az += d_az
        return el, az

    def _lips(self, control: Mapping[str, float]) -> Array:
        """Offsets that make the lips: a profile across the mouth line, tapering to the corners."""
        grid = self.grid
        t = (self.el - MOUTH_EL) * MOUTH_REACH
        s = self.az / self.mouth
        high, deep = self.lip_heights(s)
        above = (t > 1e-9) | ((np.abs(t) <= 1e-9) & ~self.below)
        press = np.where(self.az >= 0.0, control["left_press_side"], control["right_press_side"])
        full = self.shape["lips"] * (1.0 - 0.5 * press)
        x = np.where(above, t / np.maximum(high, 0.0012), -t / np.maximum(deep, 0.0012))
        rolled = 1.0 - 0.8 * np.where(above, control["roll_upper"], control["roll_lower"])
        swell = np.where(above, 0.50 * high, 0.60 * deep) * full * rolled * np.exp(-(((x - 0.5) / 0.46) ** 2))
        inside = np.clip(1.0 - s * s, 0.0, 1.0)
        seam = -0.0016 * np.exp(-0.5 * (t / 0.0011) ** 2) * inside**0.25
        under = -0.0020 * np.exp(-0.5 * ((t + 0.0135) / 0.0038) ** 2) * inside
        groove = -0.0010 * np.exp(-0.5 * ((t - 0.0115) / 0.0045) ** 2) * np.exp(-((s / 0.15) ** 2))
        out = swell + seam + under + groove
        purse = (
            (control["pucker"] * 0.010 + control["funnel"] * 0.010)
            * np.exp(-0.5 * (s / 0.75) ** 2)
            * np.exp(-0.5 * (t / 0.009) ** 2)
        )
        purse += control["jaw_forward"] * 0.0
        open_up = control["funnel"] * 0.0055 * np.sqrt(np.clip(1 - s * s, 0, 1)) * np.exp(-0.5 * (t / 0.008) ** 2)
        offset = np.zeros((len(t), 3))
        rise = (
            0.0030
            * np.minimum(s * s, 1.3)
            * np.exp(-0.5 * (t / 0.010) ** 2)
            * np.exp(-((np.clip(np.abs(s) - 1.0, 0.0, None) / 0.35) ** 2))
        )
        wave = -rise + (0.0007 * np.cos(1.5 * np.pi * s) * inside - 0.0004) * np.exp(-0.5 * (t / 0.006) ** 2) * (
            np.abs(s) < 1.3
        )
        offset[:, 1] -= out + purse
        offset[:, 0] += (out + 0.4 * purse) * np.sin(self.az) * 1.2
        offset[:, 2] += np.where(above, open_up, -open_up) - wave + np.where(above, 0.2, -0.1) * swell
        offset[~self.skin] = 0.0
        return offset

    def lip_heights(self, s: Array) -> tuple[Array, Array]:
        """Heights of the red of the upper and the lower lip over s (-1..1 from corner to corner), metres."""
        inside = np.clip(1.0 - s * s, 0.0, 1.0)
        bow = 1.0 - 0.20 * np.exp(-((s / 0.13) ** 2)) + 0.10 * np.exp(-(((np.abs(s) - 0.24) / 0.14) ** 2))
        size = 0.7 + 0.3 * self.shape["lips"]
        return 0.0058 * size * bow * inside**0.95, 0.0072 * size * inside**0.72

    def _relief(self, points: Array, el: Array, control: Mapping[str, float]) -> Array:
        """Bulges and creases that ride on the surface: cheeks, lid creases, dimples, folds."""
        out = np.zeros(len(points))
        age = self.shape["wrinkles"]
        for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
            u = (sign * self.az - EYE_SPAN[0]) / (EYE_SPAN[1] - EYE_SPAN[0])
            edge, _ = lid_curves(u, self.shape["lid_upper"], 0.0)
            tilt = self.shape["eye_tilt"] * (u - 0.4) * np.exp(-((u - 0.5) ** 2) / 0.7)
            span = smoothstep(u, -0.12, 0.12) * smoothstep(u, 1.22, 0.9)
            gap = el - (edge + tilt + 0.052)
            shut = np.clip(control[f"{side}_crease"], 0.0, 1.5)
            out -= (0.0017 + 0.0006 * age) * shut * span * np.exp(-0.5 * (gap / 0.016) ** 2)
            cheek = gauss(points, (sign * 0.046, -0.082, -0.036), (0.016, 0.03, 0.013))
            out += (0.006 * control[f"{side}_cheek"]) * cheek
            out += 0.014 * control[f"{side}_puff"] * gauss(points, (sign * 0.046, -0.07, -0.066), (0.018, 0.04, 0.017))
            corner = gauss(
                points,
                (sign * (0.033 + 0.4 * control[f"{side}_corner_x"]), -0.09, -0.070 + 0.6 * control[f"{side}_corner_z"]),
                (0.0045, 0.03, 0.0065),
            )
            out -= (0.0006 + 0.004 * control[f"{side}_dimple"] + 0.10 * max(control[f"{side}_corner_x"], 0.0)) * corner
            # fold from the nostril to the corner
            ax, az_ = 0.0185, -0.047
            bx, bz = 0.037 + 0.5 * control[f"{side}_corner_x"], -0.070 + 0.5 * control[f"{side}_corner_z"]
            x, z = sign * points[:, 0], points[:, 2]
            t = np.clip(((x - ax) * (bx - ax) + (z - az_) * (bz - az_)) / ((bx - ax) ** 2 + (bz - az_) ** 2), 0.0, 1.0)
            bow = 0.003 * np.sin(np.pi * t)
            away = np.hypot(x - ax - t * (bx - ax) - bow, z - az_ - t * (bz - az_))
            depth = 0.0016 * age + 0.11 * max(control[f"{side}_corner_x"], 0.0) + 0.0022 * control[f"{side}_sneer"]
            front = points[:, 1] < -0.05
            out -= np.where(front, depth * np.exp(-0.5 * (away / 0.0032) ** 2), 0.0)
            out += (
                0.0016 * control[f"{side}_sneer"] * gauss(points, (sign * 0.012, -0.105, -0.035), (0.006, 0.02, 0.008))
            )
        out[~self.skin] = 0.0
        live = np.abs(out) > 1e-6
        offset = np.zeros_like(points)
        if live.any():
            offset[live] = self.normals[live] * out[live, None]
        for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
            wing = gauss(points, (sign * 0.0125, -0.103, -0.046), (0.007, 0.02, 0.009))
            offset[:, 2] += 0.0035 * control[f"{side}_sneer"] * wing * self.skin
        return offset

    def _jaw_weight(self) -> Array:
        """How far each vertex follows the jaw, 0..1; the mouth's slit parts 0 from 1."""
        t, s = self.t, np.abs(self.s)
        beyond = np.clip(s - 1.0, 0.0, None)
        band = 0.004 + 0.020 * beyond + 0.012 * np.minimum(beyond, 1.0)
        smooth = smoothstep(t, band, -band)
        inside = np.sqrt(np.clip(1.0 - s * s, 0.0, 1.0)) ** 0.9
        sharp = np.where(self.above, 0.5 - 0.5 * inside, 0.5 + 0.5 * inside)
        ramp = np.exp(-((np.abs(t) / 0.016) ** 2))
        near = np.where(self.above, sharp * ramp, 1.0 - (1.0 - sharp) * ramp)
        weight = np.where(s < 1.0, near, smooth)
        weight *= smoothstep(np.abs(self.az), 1.35, 0.75)
        return weight * smoothstep(self.base[:, 1], 0.012, -0.045)

    def _rims(self, points: Array, control: Mapping[str, float]) -> None:
        """Place the rims: lids' thickness against the eyeball, and the inside of the mouth."""
        for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
            slit = self.slits[f"{side}_eye"]
            center = self.eye * [sign, 1.0, 1.0]
            for edge, rims, turn in ((slit.upper, slit.rims_upper, 0.16), (slit.lower, slit.rims_lower, -0.16)):
                away = points[edge] - center
                for k, row in enumerate(rims):
                    radius = self.shape["eye"] + LID * (0.65, 0.12, -0.6)[k]
                    lift = away + np.array([0.0, 0.0, 1.0]) * turn * 0.03 * (0.0, 0.15, 1.0)[k]
                    points[row] = center + radius * lift / np.linalg.norm(lift, axis=1, keepdims=True)
        slit = self.slits["mouth"]
        depth = len(slit.rims_upper)
        for edge, rims, up in ((slit.upper, slit.rims_upper, 1.0), (slit.lower, slit.rims_lower, -1.0)):
            start = points[edge]
            shrink = np.sqrt(np.clip(1.0 - slit.s**2, 0.0, 1.0))
            for k, row in enumerate(rims):
                f = (k + 1) / depth
                rise = 0.016 * np.sin(0.5 * np.pi * min(1.0, 1.6 * f)) * shrink * up
                points[row] = start + np.column_stack([-0.15 * f * start[:, 0], 0.045 * f * (0.3 + 0.7 * shrink), rise])


def swing_jaw(points: Array, control: Mapping[str, float]) -> Array:
    """Points that belong wholly to the jaw, moved by the jaw's controls (radians about HINGE, metres along)."""
    angle = control["jaw"]
    q = points - HINGE
    c, s = np.cos(angle), np.sin(angle)
    out = np.column_stack([q[:, 0], c * q[:, 1] - s * q[:, 2], s * q[:, 1] + c * q[:, 2]]) + HINGE
    return out + [control["jaw_side"], -control["jaw_forward"], 0.0]


def lid_curves(u: Array, upper: float, lower: float) -> tuple[Array, Array]:
    """Elevation of the upper and the lower lid's edge over u (0 inner corner, 1 outer)."""
    inside = np.clip(u, 0.0, 1.0)
    top = np.sin(np.pi * inside**0.86) ** 0.62
    bottom = np.sin(np.pi * inside**1.18) ** 0.75
    return upper * top, lower * bottom
