# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures: what a ControlNet needs to make a render anew in another medium, drawn from the truth."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from ..common.tables import read_table
from .layout import Row

#: Below the dataset's folder, beside `train`: nothing trains on it.
FOLDER = "control"
#: Kinds of control pictures, as folders in it.
POSE = "pose"
#: Raise it when pose_picture draws something else.
RECIPE = 1
#: Fewer points than this are no figure.
LEAST_POINTS = 3


@cache
def _table() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("pose_figure.yaml"), "table").data


def pose_picture(row: Row, size: tuple[int, int]) -> bytes | None:
    """The stick figure of a truth row as a PNG of `size`, on black; None where too little of a body is in the picture.

    row: with its points in the pixels of the picture. Joints that clothes or limbs hide are drawn all the same, the
    points of a face only where they are seen.
    """
    points = _points(row)
    inside = [point for point in points.values() if 0 <= point[0] < size[0] and 0 <= point[1] < size[1]]
    if len(inside) < LEAST_POINTS:
        return None
    table, side = _table(), min(size)
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    colours = list(table["points"].values())
    for (one, other), colour in zip(table["limbs"], colours, strict=False):
        if one in points and other in points:
            dark = tuple(round(value * table["limb_light"]) for value in colour)
            draw.line([points[one], points[other]], fill=dark, width=max(1, round(table["limb_width"] * side)))
    radius = max(1.0, table["point_radius"] * side)
    for name, (x, y) in points.items():
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=tuple(table["points"][name]))
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=6)
    return stream.getvalue()


def _points(row: Row) -> dict[str, tuple[float, float]]:
    """The points that are to be drawn, by name. Those far outside are held near, so that no limb is endless."""
    table, found = _table(), row.get("points") or {}
    width, height = row.get("size") or (1, 1)
    drawn = {}
    for name in table["points"]:
        point = found.get(name)
        if point is None or (name in table["only_seen"] and not point.get("visible")):
            continue
        x, y = float(point["x"]), float(point["y"])
        drawn[name] = (min(max(x, -8.0 * width), 9.0 * width), min(max(y, -8.0 * height), 9.0 * height))
    return drawn
