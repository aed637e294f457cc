# SPDX-License-Identifier: GPL-3.0-or-later
"""A perspective camera as plain numbers, and where points of the world fall in its picture. Never imports bpy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class CameraTruth:
    """matrix_world: 4x4 rows, camera to world, looking along its -Z. lens, sensor: mm; the sensor spans the picture's
    longer side. azimuth, elevation: degrees as in the angle table. distance: from the head's middle, in units."""

    matrix_world: tuple[tuple[float, ...], ...]
    lens: float
    sensor: float
    azimuth: float
    elevation: float
    distance: float

    def to_json(self) -> dict[str, Any]:
        """The truth row's `camera`, rounded so that equal cameras give equal text."""
        row = asdict(self)
        row["matrix_world"] = [[round(value, 7) for value in line] for line in self.matrix_world]
        row["distance"] = round(self.distance, 6)
        return row


def half_extent(lens: float, sensor: float, size: tuple[int, int]) -> tuple[float, float]:
    """Half the width and half the height that the picture spans at distance 1."""
    longer = max(size)
    return sensor / 2 / lens * size[0] / longer, sensor / 2 / lens * size[1] / longer


def camera_space(camera: CameraTruth, points: np.ndarray) -> np.ndarray:
    """(N, 3) world points as x right, y up, z depth in front of the camera."""
    matrix = np.array(camera.matrix_world)
    return (np.asarray(points, dtype=float) - matrix[:3, 3]) @ matrix[:3, :3] * (1.0, 1.0, -1.0)


def project(camera: CameraTruth, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(N, 3): x and y in pixels from the picture's top left corner, and the depth in front of the camera.

    Points behind the camera have a depth <= 0 and NaN for x and y.
    """
    x, y, depth = camera_space(camera, points).T
    half_width, half_height = half_extent(camera.lens, camera.sensor, size)
    ahead = np.where(depth > 0, depth, np.nan)
    across = (0.5 + x / ahead / half_width / 2) * size[0]
    down = (0.5 - y / ahead / half_height / 2) * size[1]
    return np.stack([across, down, depth], axis=1)
