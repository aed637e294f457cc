# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks as trainers want them: never quite black, so that what is around the subject is learned a little too.

A mask of 0 tells a trainer nothing about the background, and it comes out as noise or smears; those that know say 0.1.
Trainers with an option for it (ai-toolkit, OneTrainer) get the plain mask and the option; for the others the floor is
in the mask itself.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath

from PIL import Image

from .contents import Contents, File, Picture

#: Of the loss where the mask is black.
FLOOR = 0.1
_MAGIC = b"\x89PNG\r\n\x1a\n"
#: Byte of IHDR that holds the colour type, and what follows depth 8 there: grey, palette.
_DEPTH, _TYPE, _GREY, _PALETTE = 24, 25, 0, 3
_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def floored(mask: bytes) -> bytes:
    """A mask (8-bit grey PNG) with FLOOR in place of black and all between lifted in proportion.

    Its pixels are not touched: read as places in a palette of lifted greys they are what is wanted. So it costs no
    time and is the same bytes with every version of every library.
    """
    if mask[:8] != _MAGIC or mask[_DEPTH : _TYPE + 1] != bytes((8, _GREY)) or b"tRNS" in mask:
        mask = _grey_png(mask)
    greys = (round(255 * (FLOOR + (1 - FLOOR) * value / 255)) for value in range(256))
    head = mask[16:_TYPE] + bytes((_PALETTE,)) + mask[_TYPE + 1 : 29]
    palette = b"".join(bytes((grey, grey, grey)) for grey in greys)
    return _MAGIC + _chunk(b"IHDR", head) + _chunk(b"PLTE", palette) + mask[33:]


def floored_file(mask: File) -> Callable[[], bytes]:
    """The same of a file, made when its turn comes."""
    return lambda: floored(mask.read())


def mask_like(dataset: Contents, picture: Picture) -> bytes:
    """A floored mask in the picture's own format, for trainers that look for one of the same name."""
    data = floored(dataset.read(picture.mask or ""))
    form = _FORMATS.get(picture.suffix.lower())
    if form is None:
        return data
    stream = io.BytesIO()
    with Image.open(io.BytesIO(data)) as opened:
        opened.convert("L").save(stream, form, **({"quality": 95} if form == "JPEG" else {"lossless": True}))
    return stream.getvalue()


def mask_name(picture: Picture) -> str:
    """The mask's own name."""
    return PurePosixPath(picture.mask or "").name


def _grey_png(mask: bytes) -> bytes:
    stream = io.BytesIO()
    with Image.open(io.BytesIO(mask)) as opened:
        grey = opened.convert("L")
    grey.info = {}
    grey.save(stream, "PNG", compress_level=4)
    return stream.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
