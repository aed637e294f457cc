# SPDX-License-Identifier: GPL-3.0-or-later
"""Processed pictures and masks as training files: opaque RGB in the form asked for, and 8-bit grey."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from ..common.errors import InputError, WorkError
from ..plan.settings import Setting
from .backgrounds import composite, trained_on
from .intake import open_picture, read_head
from .output import TABLE, Output, Size


def picture_size(path: Path) -> Size:
    """(width, height), from the file's head alone."""
    with _plainly(path):
        return read_head(path).size


def training_picture(processed: Path, ours: bool, background: Setting, output: Output) -> bytes:
    """The file that a trainer gets: opaque RGB, sRGB, without metadata, in the output's format.

    One with alpha is put on the colour its background is trained on, because trainers drop alpha and show whatever
    lies hidden under it. ours: whether the picture is as we wrote it; then an opaque PNG is passed on byte for byte,
    while one that a person has edited may hold a profile, metadata or another mode, and is written anew.
    """
    if ours and output.format == "png" and trained_on(background) is background:
        with _plainly(processed):
            return processed.read_bytes()
    with _plainly(processed):
        picture = open_picture(processed)
    return encoded(composite(picture, trained_on(background)) if picture.mode == "RGBA" else picture, output.format)


def training_mask(processed: Path, size: Size) -> bytes:
    """A PNG, 8-bit grey: the processed mask, brought to the size of a picture that a person has made another."""
    with _plainly(processed):
        head = read_head(processed)
        if (head.format, head.mode, head.size) == ("PNG", "L", size):
            return processed.read_bytes()
        grey = open_picture(processed).convert("L")
    return encoded(grey.resize(size, Image.Resampling.LANCZOS), "png")


def encoded(picture: Image.Image, kind: str) -> bytes:
    """A picture as the bytes of a file in one of output.FORMATS: no profile, no metadata."""
    row = TABLE["formats"][kind]
    stream = io.BytesIO()
    picture.save(stream, row["name"], **row["options"])
    return stream.getvalue()


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, InputError) as error:
        reason = str(error).removeprefix(f"{path}: ").partition(". ")[0]
        raise WorkError(f"{path}: missing or damaged ({reason}). Delete it and run the same command again.") from error
