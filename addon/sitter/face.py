# SPDX-License-Identifier: GPL-3.0-or-later
"""The face: where every vertex of the head lies for given controls. Shape keys are differences of two placements.

Controls are plain numbers (metres, radians or factors), 0 at rest but for the lids, whose rest the shape
gives. bpy-free.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .fields import Array, Field, gradient, march, project
from .grid import Grid, Slit, build
from .relief import flare, heights, lip_offsets
from .skull import CENTER, LID, Table, directions, eye_center, head_field
from .slides import EYE_SPAN, Rays, jaw_weight, slide

SIDES = ("left", "right")
#: Axis about which the jaw turns (parallel to x).
HINGE = np.array([0.0, -0.004, -0.034])

#: Controls of one side (prefix left_ or right_) and of the whole face. relief.py and slides.py say what they do.
SIDE_CONTROLS = (
    *("lid_upper", "lid_lower", "crease", "brow_in", "brow_mid", "brow_out", "brow_squeeze", "cheek", "puff", "sneer"),
    *("corner_x", "corner_z", "dimple", "lip_up", "lip_down", "stretch", "press"),
)
FACE_CONTROLS = (
    *("jaw", "jaw_forward", "jaw_side", "funnel", "pucker", "shrug", "mouth_x", "roll_upper", "roll_lower"),
)


class Face:
    """A head of one shape: its grid, its rest, and `place` for anything else.

    Only the `live` vertices (the front of the head) are ever placed anew; `rays` and `slits` are theirs.
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
        pick = self.live
        self.rays = Rays.of(grid.el[pick], grid.az[pick], grid.below[pick], grid.skin[pick], self.mouth)
        number = np.full(len(grid.el), -1)
        number[pick] = np.arange(len(pick))
        self.slits = {
            name: Slit(name, number[s.upper], number[s.lower], s.s, number[s.rims_upper], number[s.rims_lower])
            for name, s in grid.slits.items()
        }
        self.whole = self._outline()
        self.base = self.whole[pick]
        self.normals = gradient(self.field, self.base)
        self.jaw = jaw_weight(self.rays, self.base)
        self.rest = self.place({})

    def controls(self) -> dict[str, float]:
        """All controls at rest."""
        out = dict.fromkeys(FACE_CONTROLS, 0.0)
        for side in SIDES:
            out |= dict.fromkeys([f"{side}_{name}" for name in SIDE_CONTROLS], 0.0)
            out |= {f"{side}_{lid}": self.shape[lid] for lid in ("lid_upper", "lid_lower")}
            out[f"{side}_crease"] = 1.0
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
        low = np.column_stack([out * 0.056 + [0.0, 0.036], np.full(len(ring), -0.200)])
        end = np.column_stack([out * [0.082, 0.064] + [0.0, 0.032], np.full(len(ring), -0.232)])
        for row in below:
            t = float(grid.neck[row[0]])
            b = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3]
            points[row] = b[0] * start + b[1] * middle + b[2] * low + b[3] * end
            if t < 0.65:
                points[row] = project(self.field, points[row], steps=5)
        return points

    def place(self, changes: Mapping[str, float]) -> Array:
        """Vertex positions (N, 3) with the given controls changed by that much; KeyError for an unknown control."""
        control = dict(self.rest_controls)
        for key, value in changes.items():
            control[key] = control[key] + value
        el, az = slide(self.rays, control, self.shape["eye_tilt"])
        moved = (np.abs(el - self.rays.el) + np.abs(az - self.rays.az) > 1e-9) & self.table.covers(el, az)
        points = self.base.copy()
        points[moved] = self.table.points(el[moved], az[moved])
        points += lip_offsets(self.rays, control, self.shape["lips"])
        points += self.normals * heights(self.rays, points, el, control, self.shape)[:, None]
        points[:, 2] += flare(points, control)
        if control["jaw"] or control["jaw_forward"] or control["jaw_side"]:
            points += self.jaw[:, None] * (swing_jaw(points, control) - points)
        self._rims(points)
        out = self.whole.copy()
        out[self.live] = points
        return out

    def _rims(self, points: Array) -> None:
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
                rise = 0.016 * np.sin(0.5 * np.pi * min(1.0, 1.6 * f)) * shrink**1.5 * up
                points[row] = start + np.column_stack([-0.38 * f * start[:, 0], 0.045 * f * (0.3 + 0.7 * shrink), rise])


def swing_jaw(points: Array, control: Mapping[str, float]) -> Array:
    """Points that belong wholly to the jaw, moved by the jaw's controls (radians about HINGE, metres along)."""
    angle = control["jaw"]
    q = points - HINGE
    c, s = np.cos(angle), np.sin(angle)
    out = np.column_stack([q[:, 0], c * q[:, 1] - s * q[:, 2], s * q[:, 1] + c * q[:, 2]]) + HINGE
    return out + [control["jaw_side"], -control["jaw_forward"], 0.0]
