# SPDX-License-Identifier: GPL-3.0-or-later
"""The truth drawn over a picture: boxes and key points, in the picture's own pixels."""

from __future__ import annotations

from typing import Any

from .markup import Html, tag
from .model import Picture

BOXES = ("subject", "head", "face")


def overlay(picture: Picture) -> Html:
    """An SVG that lies over the picture however large it is shown."""
    width, height = picture.size
    boxes = picture.row.get("boxes") or {}
    points = picture.row.get("points") or {}
    return tag(
        "svg",
        [_box(name, boxes[name]) for name in BOXES if boxes.get(name)],
        [_point(name, point) for name, point in sorted(points.items()) if point.get("in_frame")],
        class_="truth",
        viewBox=f"0 0 {width} {height}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _box(name: str, box: list[float]) -> Html:
    left, top, right, bottom = (round(float(edge), 1) for edge in box)
    place = {"x": left, "y": top, "width": round(right - left, 1), "height": round(bottom - top, 1)}
    return tag("g", tag("rect", class_="under", **place), tag("rect", **place), class_=f"box {name}")


def _point(name: str, point: dict[str, Any]) -> Html:
    """Two dots over each other; a line of no length with round ends keeps its size however large the picture is."""
    seen = "seen" if point.get("visible") else "hidden"
    place = f"M{float(point['x']):.1f} {float(point['y']):.1f}h0"
    title = tag("title", name.replace("_", " "))
    return tag("g", title, tag("path", class_="under", d=place), tag("path", d=place), class_=f"point {seen}")
