# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures: what a ControlNet needs to make a render anew in another medium.

The figure of points is drawn from the truth; depth and normals, rendered with the take, are cut as the picture is.
"""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from ..common.errors import InputError
from ..common.tables import read_table
from .frame import Frame
from .intake import read_bytes
from .layout import Row
from .output import Size
from .pictures import encoded

#: Raise it when pose_picture draws something else.
RECIPE = 1
#: Fewer points than this are no figure.
LEAST_POINTS = 3
#: Of a control picture: more than 16 bits for each of 8192 x 8192 pixels are none of ours.
MOST_BYTES = 1 << 28


@cache
def _table() -> dict[str, Any]:
    return read_table(Path(__file__).with_name("pose_figure.yaml"), "table").data


def pose_picture(row: Row, size: Size) -> bytes | None:
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
    return encoded(picture, "png")


def pose_json(row: Row, size: Size) -> bytes:
    """The same figure as OpenPose writes it: x, y and confidence of 18 points, 0 0 0 for one that is not there.

    A point that is in the picture and hidden has the confidence 0.5.
    """
    drawn, told = _points(row), row.get("points") or {}
    numbers: list[float] = []
    for name in _table()["openpose_order"]:
        sure = 0.0 if name not in drawn else 1.0 if told[name].get("visible") else 0.5
        x, y = drawn.get(name, (0.0, 0.0))
        numbers += [round(x, 2), round(y, 2), sure]
    people = [{"pose_keypoints_2d": numbers}]
    figure = {"version": 1.3, "people": people, "canvas_width": size[0], "canvas_height": size[1]}
    return (json.dumps(figure) + "\n").encode()


def cut(path: Path, within: Path, frame: Frame | None) -> bytes:
    """A depth or normal picture, cut and scaled as its print was (None: not at all). Nothing is mixed: the mean of two
    depths is a place where nothing stands. Raises InputError for a picture that can't be read or lies elsewhere."""
    data = read_bytes(path, MOST_BYTES, within)
    if frame is None or frame.is_print:
        return data
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            pixels = np.asarray(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: can't be read ({error}). Delete it and run `modelsheet render` again.") from error
    left, top, right, bottom = frame.crop
    columns, rows = (
        ((np.arange(new) + 0.5) * (end - start) / new + start).astype(np.intp)
        for new, start, end in ((frame.size[0], left, right), (frame.size[1], top, bottom))
    )
    stream = io.BytesIO()
    Image.fromarray(pixels[np.ix_(rows, columns)]).save(stream, "PNG", compress_level=4)
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
