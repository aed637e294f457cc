# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a print becomes the picture, and where its truth lies in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .layout import Row
from .output import TABLE, Output, Size, buckets

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """crop: left, top, right, bottom in the print's pixels; size: (width, height) that it is brought to."""

    crop: tuple[int, int, int, int]
    size: Size

    @property
    def is_print(self) -> bool:
        """Whether it is the whole print in its own size."""
        return self.crop == (0, 0, *self.size)

    def to_json(self) -> dict[str, list[int]]:
        """As the index and the manifest hold it."""
        return {"crop": list(self.crop), "size": list(self.size)}


def choose_frame(row: Row, size: Size, output: Output) -> Frame:
    """The frame of a truth row's print that has `size` pixels.

    The tightest of the sizes at hand that keeps the whole subject, with air where the print has it; where none can,
    the one that cuts least and keeps head and face whole. A full figure so becomes upright, a beast may lie.
    """
    whole = (0, 0, *size)
    if output.shape == "whole":
        scale = 1.0 if output.size is None else output.size / max(size)
        return Frame(whole, (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))))
    options = [(sides, _largest(sides, size)) for sides in _sizes(size, output)]
    for level, kept in enumerate(_to_keep(row, size)):
        room = (kept[2] - kept[0], kept[3] - kept[1])
        fitting = [option for option in options if option[1][0] >= room[0] and option[1][1] >= room[1]]
        if fitting:
            tightest = min if level == 0 else max
            sides, part = tightest(fitting, key=lambda option: option[1][0] * option[1][1])
            return Frame(_placed(part, kept, size), sides)
    sides, part = max(options, key=lambda option: option[1][0] * option[1][1])
    return Frame(_placed(part, whole, size), sides)


def reframed(row: Row, frame: Frame) -> Row:
    """A truth row in the pixels of its picture: size, boxes and points. The row is in those of its print."""
    if frame.is_print:
        return row
    left, top, right, bottom = frame.crop
    scale = (frame.size[0] / (right - left), frame.size[1] / (bottom - top))
    return _mapped(row, (left, top), scale, frame.size)


def scaled(row: Row, size: Size) -> Row:
    """A truth row in the pixels of its print's file, should that not have the size that the row states."""
    stated = row.get("size") or size
    if tuple(stated) == tuple(size):
        return {**row, "size": list(size)}
    return _mapped(row, (0, 0), (size[0] / stated[0], size[1] / stated[1]), size)


def _mapped(row: Row, origin: tuple[float, float], scale: tuple[float, float], size: Size) -> Row:
    """Boxes and points less `origin`, times `scale`; the subject's box ends at the picture's edges."""

    def move(x: float, y: float) -> tuple[float, float]:
        return round((x - origin[0]) * scale[0], 2), round((y - origin[1]) * scale[1], 2)

    boxes = {name: box and [*move(*box[:2]), *move(*box[2:])] for name, box in (row.get("boxes") or {}).items()}
    if boxes.get("subject"):
        boxes["subject"] = list(_clipped(boxes["subject"], size))
    points = {
        name: _moved(point, *move(point["x"], point["y"]), size) for name, point in (row.get("points") or {}).items()
    }
    return {**row, "size": list(size), "boxes": boxes, "points": points}


def _moved(point: dict[str, Any], x: float, y: float, size: Size) -> dict[str, Any]:
    inside = bool(point.get("in_frame")) and 0 <= x < size[0] and 0 <= y < size[1]
    return {**point, "x": x, "y": y, "in_frame": inside, "visible": bool(point.get("visible")) and inside}


def _sizes(size: Size, output: Output) -> list[Size]:
    """What the picture may become, without those that would enlarge the print too much."""
    side = output.size or min(size)
    if output.shape == "square":
        return [(side, side)]
    step = TABLE["step"]
    side = output.size or max(step, int((size[0] * size[1]) ** 0.5 / step + 0.5) * step)
    found = buckets(side)
    return [sides for sides in found if sides[0] <= _largest(sides, size)[0] * TABLE["most_enlarged"]] or found[:1]


def _largest(sides: Size, size: Size) -> Size:
    """The largest part of a print with the proportions of `sides`."""
    scale = min(size[0] / sides[0], size[1] / sides[1])
    return min(size[0], round(sides[0] * scale)), min(size[1], round(sides[1] * scale))


def _to_keep(row: Row, size: Size) -> Iterator[Box]:
    """What must stay in the picture, the most wanted first: the subject with air, without, head and face."""
    boxes = {name: box for name, box in (row.get("boxes") or {}).items() if box}
    if "subject" in boxes:
        yield _with_air(boxes["subject"], TABLE["subject_air"] * min(size), size)
        yield _clipped(boxes["subject"], size)
    faces = [boxes[name] for name in ("face", "head") if name in boxes]
    if faces:
        air = TABLE["face_air"] * (faces[0][3] - faces[0][1])
        edges = list(zip(*faces, strict=True))
        around = (min(edges[0]) - air, min(edges[1]) - air, max(edges[2]) + air, max(edges[3]) + air)
        yield _clipped(around, size)


def _with_air(box: Box, air: float, size: Size) -> Box:
    """Wider by `air` on the sides where the subject does not leave the print."""
    left, top, right, bottom = _clipped(box, size)
    wider = (left - air, top - air, right + air, bottom + air)
    edges = (left <= 1, top <= 1, right >= size[0] - 1, bottom >= size[1] - 1)
    kept = [old if edge else new for old, new, edge in zip((left, top, right, bottom), wider, edges, strict=True)]
    return _clipped(kept, size)


def _clipped(box: Any, size: Size) -> Box:
    left, top, right, bottom = (float(edge) for edge in box)
    width, height = size
    return (
        min(max(left, 0.0), width),
        min(max(top, 0.0), height),
        min(max(right, 0.0), width),
        min(max(bottom, 0.0), height),
    )


def _placed(part: Size, kept: Box, size: Size) -> tuple[int, int, int, int]:
    """A part of the print around the middle of what is kept, inside the print."""
    left, top = (
        min(max(round((kept[axis] + kept[axis + 2] - part[axis]) / 2), 0), size[axis] - part[axis]) for axis in (0, 1)
    )
    return left, top, left + part[0], top + part[1]
