# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures of a take, from its negative: depth with its range, and normals.

depth: 16-bit grey PNG as depth ControlNets read it, near is light. 65535 is `near`, 1 is `far` (both in units of the
scene, along the camera's axis), linear between them; 0 is where nothing is.
normal: RGB PNG of unit vectors in camera space, red to the right, green up, blue towards the camera, each -1..1 as
0..255; (128, 128, 255), which faces the camera, is where nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..common.files import sha256_file, whole
from .negative import Negative

#: A pixel belongs to the figure from this alpha on: the depth of its softest edges is that of what lies behind.
FIGURE = 0.5
NEAR, FAR = 65535, 1
#: How far, in pixels, a depth is carried into a hole of the figure's edge.
REACH = 3
FLAT = (128, 128, 255)

Row = dict[str, Any]


def control_pictures(negative: Negative, places: Mapping[str, Path]) -> dict[str, Row]:
    """Write those of `places` (kind -> file) that this negative can give; kind -> what the truth says of it.

    A kind that the engine gives no pass for is left out. Raises WorkError when a picture can't be written.
    """
    made: dict[str, Row] = {}
    for kind, path in places.items():
        drawn = DRAWN[kind](negative)
        if drawn is None:
            continue
        picture, told = drawn
        with whole(path) as part:
            picture.save(part, "PNG", compress_level=4)
        made[kind] = {**told, "sha256": sha256_file(path)}
    return made


def _depth(negative: Negative) -> tuple[Image.Image, Row] | None:
    distance = negative.header["truth"]["camera"]["distance"]
    depth = _filled(negative.depth, negative.alpha >= FIGURE) * distance
    figure = (negative.alpha >= FIGURE) & (depth > 0)
    if not figure.any():
        return None
    near, far = float(depth[figure].min()), float(depth[figure].max())
    share = (far - depth) / max(far - near, 1e-9 * far)
    codes = np.where(figure, FAR + np.rint(share.clip(0, 1) * (NEAR - FAR)), 0).astype(np.uint16)
    return Image.fromarray(_in_frame(codes, 0, negative)), {"near": round(near, 6), "far": round(far, 6)}


def _filled(depth: np.ndarray, figure: np.ndarray) -> np.ndarray:
    """Cycles takes the depth of a pixel from one sample: an edge that this one missed takes its neighbours' depth."""
    for _ in range(REACH):
        holes = figure & (depth == 0)
        if not holes.any():
            break
        wide = np.pad(depth, 1)
        height, width = depth.shape
        around = np.stack([wide[y : y + height, x : x + width] for y in range(3) for x in range(3)])
        known = (around > 0).sum(axis=0)
        depth = np.where(holes & (known > 0), around.sum(axis=0) / np.maximum(known, 1), depth)
    return depth


def _normal(negative: Negative) -> tuple[Image.Image, Row] | None:
    if negative.normal is None:
        return None
    length = np.linalg.norm(negative.normal, axis=-1, keepdims=True)
    unit = negative.normal / np.maximum(length, 1e-6)
    figure = (negative.alpha >= FIGURE)[..., None] & (length > 0.1)
    codes = np.where(figure, np.rint((unit + 1) * 127.5), np.array(FLAT)).astype(np.uint8)
    return Image.fromarray(_in_frame(codes, FLAT, negative)), {}


def _in_frame(codes: np.ndarray, empty: Any, negative: Negative) -> np.ndarray:
    x0, y0, x1, y1 = negative.crop
    width, height = negative.size
    frame = np.empty((height, width, *codes.shape[2:]), codes.dtype)
    frame[:] = empty
    frame[y0:y1, x0:x1] = codes
    return frame


DRAWN: dict[str, Callable[[Negative], tuple[Image.Image, Row] | None]] = {"depth": _depth, "normal": _normal}
