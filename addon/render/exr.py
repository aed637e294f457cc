# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenEXR files as arrays of named channels, by the OpenImageIO that comes with Blender."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..common.blender import bundled

#: Lossless. Of the lossless ones the quickest to write, and the smallest but one (half floats of a noisy portrait).
COMPRESSION = "zip:1"
#: More channels or pixels than any file of ours has: a foreign one is refused before memory is asked for.
MOST_CHANNELS, MOST_PIXELS = 1024, 1 << 27


class ExrError(Exception):
    """Why a file can't be read or written, in OpenImageIO's words."""


def available() -> bool:
    """Whether this Blender brings OpenImageIO."""
    return bundled("OpenImageIO") is not None


def write_exr(
    path: Path, names: Sequence[str], pixels: np.ndarray, place: tuple[int, int], full: tuple[int, int], header: str
) -> None:
    """Write (H, W, C) half floats, a name a channel; `place` is their top left corner in a picture of size `full`.

    header: text kept in the attribute `modelsheet`. Raises ExrError, and OSError where the disk complains.
    """
    oiio = _oiio()
    height, width, count = pixels.shape
    spec = oiio.ImageSpec(width, height, count, oiio.HALF)
    spec.channelnames = tuple(names)
    spec.x, spec.y = place
    spec.full_x, spec.full_y, spec.full_width, spec.full_height = 0, 0, *full
    spec.attribute("compression", COMPRESSION)
    spec.attribute("modelsheet", header)
    out = oiio.ImageOutput.create(str(path))
    if out is None:
        raise ExrError(oiio.geterror())
    # OpenImageIO says no more than that writing failed: an operating-system error lets the caller look at the disk.
    if not (out.open(str(path), spec) and out.write_image(pixels) and out.close()):
        raise OSError(out.geterror() or "the picture could not be written")


def read_header(path: Path) -> tuple[str, tuple[int, int, int, int], tuple[int, int]]:
    """(text of the attribute `modelsheet` or "", data window x0 y0 x1 y1, full size). Raises ExrError."""
    stream = _open(path)
    try:
        return _header(_bounded(stream))
    finally:
        stream.close()


def read_exr(path: Path) -> tuple[dict[str, np.ndarray], str, tuple[int, int, int, int], tuple[int, int]]:
    """(channels by name as (H, W) float32, then as read_header). Raises ExrError.

    All parts of the file are read: Blender 5 writes each pass as a part of its own.
    """
    parts, text, window, size = read_parts(path, "float")
    channels = {name: pixels[..., index] for names, pixels in parts for index, name in enumerate(names)}
    return channels, text, window, size


def read_parts(
    path: Path, form: str
) -> tuple[list[tuple[tuple[str, ...], np.ndarray]], str, tuple[int, int, int, int], tuple[int, int]]:
    """(channel names and (H, W, C) pixels of each part, then as read_header). form: float | half. Raises ExrError."""
    stream = _open(path)
    try:
        parts: list[tuple[tuple[str, ...], np.ndarray]] = []
        header = _header(stream.spec())
        while len(parts) < MOST_CHANNELS and stream.seek_subimage(len(parts), 0):
            names = _bounded(stream).channelnames
            pixels = stream.read_image(format=form)
            # A file that ends early gives what there was of it, or nothing, and says so only here.
            if pixels is None or stream.has_error:
                raise ExrError(stream.geterror() or "its end is missing")
            parts.append((tuple(names), pixels))
        return parts, *header
    finally:
        stream.close()


def _bounded(stream: Any) -> Any:
    """The spec of the present part. Raises ExrError for more than any file of ours has."""
    spec = stream.spec()
    if spec.nchannels > MOST_CHANNELS or spec.width * spec.height > MOST_PIXELS:
        raise ExrError("not one of ours")
    return spec


def _header(spec: Any) -> tuple[str, tuple[int, int, int, int], tuple[int, int]]:
    window = (spec.x, spec.y, spec.x + spec.width, spec.y + spec.height)
    text = spec.getattribute("modelsheet")
    return text if isinstance(text, str) else "", window, (spec.full_width, spec.full_height)


def _open(path: Path) -> Any:
    oiio = _oiio()
    stream = oiio.ImageInput.open(str(path))
    if stream is None:
        raise ExrError(oiio.geterror() or "no picture")
    if stream.format_name() != "openexr":
        stream.close()
        raise ExrError("not one of ours")
    return stream


def _oiio() -> Any:
    module = bundled("OpenImageIO")
    if module is None:
        raise ExrError("this Blender can't read it; take one from blender.org")
    return module
