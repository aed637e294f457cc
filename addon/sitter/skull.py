# SPDX-License-Identifier: GPL-3.0-or-later
"""The head without lips and lids: one signed distance field, and the grid of rays that turns it into a surface.

Space: metres, origin between the eyes' centres, Z up, the face looks towards -Y, left is +X. Free of bpy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .fields import Array, Field, blend, carve, cone, ellipsoid, march, mirrored, sphere

#: How much thicker than the eyeball the lids lie.
LID = 0.0021
#: Rounds the crease that mirroring would leave in the middle of the face, metres.
ROUND = 0.003
#: Rows of rays meet this point; the eyes' slits lie in its horizontal plane.
CENTER = np.zeros(3)


def eye_center(shape: Mapping[str, float]) -> Array:
    """Centre of the left eyeball."""
    return np.array([0.0385, -0.0615 + (0.0335 - shape["eye"]), 0.0])


def head_field(shape: Mapping[str, float]) -> Field:
    """Skull, face, nose and neck as one field, symmetric in x."""
    eye = eye_center(shape)
    drop = shape["chin_drop"]
    tip_z = -shape["nose_length"]
    tip_y = -0.1155 - shape["nose_out"]

    def field(points: Array) -> Array:
        p = mirrored(points)
        p[:, 0] = np.sqrt(p[:, 0] ** 2 + ROUND**2)
        d = ellipsoid(p, (0, 0.014, 0.036), (shape["skull_width"], 0.108, shape["skull_height"]))
        d = blend(d, ellipsoid(p, (0, -0.032, -0.040 - drop / 2), (shape["face_width"], 0.062, 0.070 + drop)), 0.05)
        d = blend(d, sphere(p, (shape["cheek_out"], -0.050, -0.038), shape["cheek"]), 0.035)
        d = blend(d, sphere(p, (shape["jaw_width"], -0.020, -0.071 - drop / 2), shape["jaw_size"]), 0.035)
        d = blend(
            d, ellipsoid(p, (0, -0.084, -0.101 - drop), (shape["chin_width"] + 0.012, 0.019, shape["chin_size"])), 0.03
        )
        neck = cone(p, (0, 0.030, -0.06), (0, 0.040, -0.20), shape["neck"], shape["neck"] + 0.002)
        d = blend(d, neck, 0.03)
        d = blend(d, cone(p, (0, 0.045, -0.17), (0.12, 0.02, -0.262), 0.045, 0.04), 0.05)
        d = blend(d, ellipsoid(p, (0, 0.02, -0.33), (0.15, 0.085, 0.10)), 0.05)
        d = carve(d, ellipsoid(p, (0.040, -0.112, -0.004), (0.030, 0.022, 0.021)), 0.03)
        d = blend(d, cone(p, (0.016, -0.085, 0.026), (0.050, -0.078, 0.031), 0.008 + shape["brow_ridge"], 0.008), 0.035)
        d = blend(d, cone(p, (0, -0.082, 0.010), (0, tip_y + 0.006, tip_z + 0.006), shape["nose_bridge"], 0.008), 0.026)
        nose = sphere(p, (0, tip_y, tip_z), shape["nose_tip"])
        wing = ellipsoid(p, (shape["nose_width"], -0.1005, tip_z - 0.003), (0.0078, 0.0105, 0.0075))
        d = blend(d, blend(nose, wing, 0.008), 0.010)
        hole = ellipsoid(p, (0.0060, tip_y + 0.0075, tip_z - 0.0108), (0.0034, 0.0052, 0.0052))
        d = carve(d, hole, 0.004)
        d = blend(d, ellipsoid(p, (0, -0.081, -0.070), (0.036, 0.0175, 0.026)), 0.032)
        return blend(d, sphere(p, eye, shape["eye"] + LID), 0.010)

    return field


def directions(elevation: Array, azimuth: Array) -> Array:
    """Unit vectors of rays: azimuth 0 looks along -Y, positive towards +X."""
    flat = np.cos(elevation)
    return np.stack([np.sin(azimuth) * flat, -np.cos(azimuth) * flat, np.sin(elevation)], axis=1)


class Table:
    """Distance from CENTER to the face over elevation and azimuth, for cheap sliding along the surface.

    Cubic (Catmull-Rom) interpolation in a grid of rays about one degree apart.
    """

    def __init__(self, field: Field, low: float = -1.25, high: float = 0.95, side: float = 1.35) -> None:
        self.low, self.side = low, side
        self.step = np.radians(1.1)
        rows = int((high - low) / self.step) + 2
        columns = int(2 * side / self.step) + 2
        elevation = low + self.step * np.arange(rows)
        azimuth = -side + self.step * np.arange(columns)
        grid = np.stack(np.meshgrid(elevation, azimuth, indexing="ij"), axis=-1).reshape(-1, 2)
        self.values = march(field, CENTER, directions(grid[:, 0], grid[:, 1])).reshape(rows, columns)

    def covers(self, elevation: Array, azimuth: Array) -> Array:
        """Where the table can be asked."""
        top = self.low + self.step * (self.values.shape[0] - 3)
        return (elevation > self.low + self.step) & (elevation < top) & (np.abs(azimuth) < self.side - 2 * self.step)

    def points(self, elevation: Array, azimuth: Array) -> Array:
        """Surface points (N, 3) along the rays; directions outside the table take its border."""
        row = np.clip((elevation - self.low) / self.step, 1.0, self.values.shape[0] - 2.001)
        column = np.clip((azimuth + self.side) / self.step, 1.0, self.values.shape[1] - 2.001)
        i, j = row.astype(int), column.astype(int)
        wi, wj = _cubic(row - i), _cubic(column - j)
        reach = np.zeros(len(row))
        for a in range(4):
            for b in range(4):
                reach += (
                    wi[a]
                    * wj[b]
                    * self.values[
                        np.minimum(i + a - 1, self.values.shape[0] - 1), np.minimum(j + b - 1, self.values.shape[1] - 1)
                    ]
                )
        return directions(elevation, azimuth) * reach[:, None]


def _cubic(t: Array) -> list[Array]:
    return [
        0.5 * (-t + 2 * t**2 - t**3),
        0.5 * (2 - 5 * t**2 + 3 * t**3),
        0.5 * (t + 4 * t**2 - 3 * t**3),
        0.5 * (-(t**2) + t**3),
    ]
